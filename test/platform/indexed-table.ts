// A table with indexes of every kind for tests of the embedded DynamoDB: made, written to, and compared with its indexes.
import assert from 'node:assert/strict'
import type { LocalDynamo } from '../../src/platform/local/index.ts'

export const table = 'notes'

type Item = Record<string, { S: string }>

const indexes = [
  { IndexName: 'by-owner', KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }], Projection: { ProjectionType: 'ALL' } },
  { IndexName: 'by-state', KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }], Projection: { ProjectionType: 'KEYS_ONLY' } },
]
const local = [{ IndexName: 'by-date', KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'date', KeyType: 'RANGE' }], Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['text'] } }]

async function call(dynamo: Pick<LocalDynamo, 'call'>, operation: string, input: object): Promise<Record<string, unknown>> {
  const { status, text } = await dynamo.call(operation, JSON.stringify({ TableName: table, ...input }))
  assert.equal(status, 200, text)
  return JSON.parse(text) as Record<string, unknown>
}

/** Makes the table. */
export async function makeTable(dynamo: LocalDynamo): Promise<void> {
  const names = ['pk', 'sk', 'owner', 'state', 'date']
  await call(dynamo, 'CreateTable', { AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })), KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }], BillingMode: 'PAY_PER_REQUEST', GlobalSecondaryIndexes: indexes, LocalSecondaryIndexes: local })
  while (((await call(dynamo, 'DescribeTable', {})) as { Table: { TableStatus: string } }).Table.TableStatus !== 'ACTIVE');
}

/** Writes or removes one of 60 items, so that index entries come, move and go. */
export async function write(dynamo: Pick<LocalDynamo, 'call'>, round: number): Promise<void> {
  const [pk, sk] = [{ S: `p${round % 4}` }, { S: `s${round % 15}` }]
  if (round % 7 === 3) return void (await call(dynamo, 'DeleteItem', { Key: { pk, sk } }))
  const Item: Item = { pk, sk, text: { S: `text ${round}` }, ...(round % 5 === 0 ? {} : { owner: { S: `owner ${round % 6}` } }), ...(round % 3 === 0 ? {} : { state: { S: `state ${round}` } }), date: { S: `2026-01-${10 + (round % 20)}` } }
  await call(dynamo, 'PutItem', { Item })
}

/** Fails where an index is not what the table makes it. */
export async function compareIndexes(dynamo: LocalDynamo): Promise<void> {
  const items = ((await call(dynamo, 'Scan', {})) as { Items: Item[] }).Items
  for (const { IndexName, KeySchema, Projection } of [...indexes, ...local]) {
    const keys = KeySchema.map(({ AttributeName }) => AttributeName)
    const kept = Projection.ProjectionType === 'ALL' ? undefined : ['pk', 'sk', ...keys, ...((Projection as { NonKeyAttributes?: string[] }).NonKeyAttributes ?? [])]
    const expected = items.filter((item) => keys.every((key) => item[key] !== undefined)).map((item) => Object.fromEntries(Object.entries(item).filter(([name]) => kept?.includes(name) ?? true)))
    const found = ((await call(dynamo, 'Scan', { IndexName })) as { Items: Item[] }).Items
    assert.deepEqual(ordered(found), ordered(expected), IndexName)
  }
}

function ordered(items: Item[]): string[] {
  return items.map((item) => JSON.stringify(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))).sort()
}
