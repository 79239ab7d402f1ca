// What a deployment would do to tables: what DynamoDB cannot do is refused, with the steps to take.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableChanges, type Template } from '../../src/deploy/index.ts'

type Key = [name: string, type?: string][]

interface TableSpec {
  id?: string
  name?: string | undefined
  type?: string
  key?: Key
  indexes?: Record<string, Key>
  projection?: object
}

function keySchema(key: Key): object[] {
  return key.map(([AttributeName], index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' }))
}

function template(...tables: TableSpec[]): Template {
  const entries = tables.map(({ id = 'Table', name = 'shop-live-orders', type = 'AWS::DynamoDB::GlobalTable', key = [['id']], indexes = {}, projection = { ProjectionType: 'ALL' } }): [string, Template['Resources'] extends Readonly<Record<string, infer R>> | undefined ? R : never] => [
    id,
    {
      Type: type,
      Properties: {
        TableName: name,
        KeySchema: keySchema(key),
        AttributeDefinitions: [...key, ...Object.values(indexes).flat()].map(([AttributeName, AttributeType = 'S']) => ({ AttributeName, AttributeType })),
        GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, own]) => ({ IndexName, KeySchema: keySchema(own), Projection: projection })),
      },
    },
  ])
  return { Resources: { ...Object.fromEntries(entries), Log: { Type: 'AWS::Logs::LogGroup' } } }
}

function told(before: Template, after: Template): [code: string, sentence: string, hint: string][] {
  return tableChanges(before, after).map(({ code, message, hint = '' }) => [code, message, hint])
}

for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table']) {
  test(`${type}: what stays, what is new and what is dropped is no fault`, () => {
    const before = template({ type, key: [['id'], ['time', 'N']], indexes: { byUser: [['user']] } })
    assert.deepEqual(told(before, before), [])
    assert.deepEqual(told(before, template({ type, key: [['id'], ['time', 'N']], indexes: { byUser: [['user']], byDay: [['day']] } }, { id: 'Other', name: 'other', type, indexes: { one: [['a']], two: [['b']] } })), [])
    assert.deepEqual(told(before, { Resources: {} }), [])
    assert.deepEqual(told({}, before), [])
  })

  test(`${type}: a changed key is refused`, () => {
    const before = template({ type, key: [['id'], ['time', 'N']] })
    assert.deepEqual(told(before, template({ type, key: [['id'], ['time', 'S']] })), [['table-key-changed', 'the key of the table shop-live-orders changes from id (S), time (N) to id (S), time (S), and a table keeps its key', 'give the schema another table under x-persist, deploy, copy the items, and drop the old table later']])
    assert.deepEqual(told(before, template({ type, key: [['id']] })).map(([code]) => code), ['table-key-changed'])
  })

  test(`${type}: a changed index is refused`, () => {
    const before = template({ type, indexes: { byUser: [['user']] } })
    assert.deepEqual(told(before, template({ type, indexes: { byUser: [['user'], ['time', 'N']] } })), [['table-index-changed', 'the index byUser of the table shop-live-orders changes its key from user (S) to user (S), time (N), and an index stays as it was made', 'add an index of another name, deploy, query that one, deploy, then take byUser out and deploy']])
    assert.match(told(before, template({ type, indexes: { byUser: [['user']] }, projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['b', 'a'] } }))[0]![1], /changes what it holds from ALL to INCLUDE a b/)
  })

  test(`${type}: more than one index at once is refused`, () => {
    const before = template({ type, indexes: { byUser: [['user']] } })
    assert.deepEqual(told(before, template({ type, indexes: { byDay: [['day']] } })), [['table-indexes-many', 'the indexes of the table shop-live-orders change by 2 at once, and DynamoDB makes or drops one a deployment', 'deploy once for each: make byDay, then drop byUser']])
    assert.deepEqual(told(before, template({ type, indexes: { byUser: [['user']], a: [['a']], b: [['b']] } })).map(([code]) => code), ['table-indexes-many'])
    assert.deepEqual(told(before, template({ type })), [])
  })
}

test('a table that would be replaced or made twice is refused', () => {
  const before = template({ id: 'Table' })
  assert.match(told(before, template({ id: 'Table', name: 'shop-live-bills' }))[0]![1], /the table shop-live-orders would be replaced by an empty one called shop-live-bills/)
  assert.deepEqual(told(before, template({ id: 'Elsewhere' }))[0]!.slice(1), ['the table shop-live-orders would be made a second time: its logical id changes from Table to Elsewhere', "keep the ids of the constructs around it, or call overrideLogicalId('Table')"])
})
