// Conditions of the embedded DynamoDB over lists and maps: equal where they hold the same.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openStageFixture, type StageFixture } from '../data/stage-fixture.ts'

let stage: StageFixture

before(async () => {
  stage = await openStageFixture()
  await stage.put([{ id: { S: 'a' }, doc: { M: { kids: { L: [{ N: '1' }, { M: { set: { SS: ['x', 'y'] } } }] } } }, parts: { L: [{ S: 'a' }, { S: 'b' }] } }])
})
after(() => stage.close())

const holds = (ConditionExpression: string, values: Record<string, object>): Promise<boolean> =>
  stage.database.run('UpdateItem', { TableName: 'notes-local-notes', Key: { id: { S: 'a' } }, UpdateExpression: 'SET seen = :seen', ConditionExpression, ExpressionAttributeValues: { ':seen': { BOOL: true }, ...values } as never }).then(() => true, (error: { reason?: string }) => {
    assert.equal(error.reason, 'ConditionalCheckFailedException')
    return false
  })

const doc = (order: string[], last: string = '1'): object => ({ M: { kids: { L: [{ N: last }, { M: { set: { SS: order } } }] } } })

for (const [title, condition, value, expected] of [
  ['a map with the same content', 'doc = :v', doc(['x', 'y']), true],
  ['a map whose set has another order', 'doc = :v', doc(['y', 'x']), true],
  ['a map with another number', 'doc = :v', doc(['x', 'y'], '2'), false],
  ['a list', 'parts = :v', { L: [{ S: 'a' }, { S: 'b' }] }, true],
  ['a list in another order', 'parts = :v', { L: [{ S: 'b' }, { S: 'a' }] }, false],
  ['a difference', 'parts <> :v', { L: [{ S: 'b' }] }, true],
  ['no difference', 'NOT parts <> :v', { L: [{ S: 'a' }, { S: 'b' }] }, true],
  ['one of several', 'parts IN (:v, doc)', { L: [{ S: 'a' }, { S: 'b' }] }, true],
  ['a part of a list', 'doc.kids[1] = :v AND attribute_exists(doc)', { M: { set: { SS: ['x', 'y'] } } }, true],
  ['what is not there', 'nothing = :v', { M: {} }, false],
  ['a text beside a map', 'doc = :v', { S: 'a' }, false],
] as const) {
  test(`${title}: ${String(expected)}`, async () => assert.equal(await holds(condition, { ':v': value }), expected))
}
