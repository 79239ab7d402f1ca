// A small table for tests of the embedded DynamoDB: made, and called in short words.
import assert from 'node:assert/strict'
import type { LocalDynamo } from '../../../src/platform/local/index.ts'

/** What a call answered: the status, and its JSON. */
export interface Said {
  status: number
  /** The name of an error. */
  error: string | undefined
  body: Record<string, unknown>
}

export type Caller = (operation: string, input: object) => Promise<Said>

/** Calls the embedded DynamoDB from inside. */
export function callerOf(dynamo: Pick<LocalDynamo, 'call'>): Caller {
  return async (operation, input) => {
    const { status, text } = await dynamo.call(operation, JSON.stringify(input))
    const body = JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>
    return { status, error: status === 200 ? undefined : String(body['__type']).replace(/^.*#/, ''), body }
  }
}

/** The answer of a call that has to succeed. */
export async function done(call: Caller, operation: string, input: object): Promise<Record<string, unknown>> {
  const { status, body } = await call(operation, input)
  assert.equal(status, 200, `${operation}: ${JSON.stringify(body)}`)
  return body
}

/** Makes a table with the key `pk`, `sk` (texts), an index `by-owner` (owner) and what else is given. */
export async function makeTable(call: Caller, name: string, more: object = {}): Promise<void> {
  await done(call, 'CreateTable', {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'owner'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    GlobalSecondaryIndexes: [{ IndexName: 'by-owner', KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } }],
    ...more,
  })
  while (((await done(call, 'DescribeTable', { TableName: name }))['Table'] as { TableStatus: string }).TableStatus !== 'ACTIVE');
}

/** A key. */
export function key(pk: string, sk: string = 's'): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: pk }, sk: { S: sk } }
}
