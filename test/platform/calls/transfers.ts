// Money between eight accounts: each transfer is a transaction of two updates, a note and a token, so that the sum never changes.
import { type Caller, done, key, makeTable } from './one-table.ts'
import { readAll } from './read-stream.ts'

export const accounts: string[] = Array.from({ length: 8 }, (_, index) => `account${index}`)
export const total = 800

export async function openAccounts(call: Caller): Promise<void> {
  await makeTable(call, 'accounts')
  const streamed = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }
  await makeTable(call, 'transfers', streamed)
  await makeTable(call, 'singles', { ...streamed, AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })), GlobalSecondaryIndexes: undefined })
  for (const pk of accounts) await done(call, 'PutItem', { TableName: 'accounts', Item: { ...key(pk), owner: { S: 'owner100' }, amount: { N: '100' } } })
}

/** Writes an item alone, into a table with a stream. */
export async function single(call: Caller, number: number): Promise<void> {
  await done(call, 'PutItem', { TableName: 'singles', Item: { ...key(`single${number % 50}`), number: { N: String(number) } } })
}

/** The items of a table, and what its stream makes of nothing. */
export async function replayed(call: Caller, TableName: string): Promise<[found: string[], told: string[]]> {
  const items = new Map<string, object>()
  for (const { dynamodb, eventName } of await readAll(call, TableName)) {
    const name = JSON.stringify([dynamodb.Keys['pk'], dynamodb.Keys['sk']])
    if (eventName === 'REMOVE') items.delete(name)
    else items.set(name, dynamodb.NewImage!)
  }
  const found = (await done(call, 'Scan', { TableName }))['Items'] as object[]
  return [found, [...items.values()]].map((all) => all.map((item) => JSON.stringify(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))).sort()) as [string[], string[]]
}

/** Moves one unit, under the transfer's number; its account changes its place in the index. */
export async function transfer(call: Caller, number: number): Promise<void> {
  const [from, to] = [accounts[number % 8]!, accounts[(number * 3 + 1 + (number % 5)) % 8]!]
  if (from === to) return
  const move = (pk: string, by: number): object => ({ Update: { TableName: 'accounts', Key: key(pk), UpdateExpression: 'SET #o = :o ADD amount :by', ExpressionAttributeNames: { '#o': 'owner' }, ExpressionAttributeValues: { ':by': { N: String(by) }, ':o': { S: `owner${number % 3}` } } } })
  await done(call, 'TransactWriteItems', { ClientRequestToken: `transfer${number}`, TransactItems: [move(from, -1), move(to, 1), { Put: { TableName: 'transfers', Item: { ...key(`transfer${number}`), owner: { S: from }, to: { S: to } }, ConditionExpression: 'attribute_not_exists(pk)' } }] })
}

interface Row {
  pk: { S: string }
  owner: { S: string }
  to: { S: string }
  amount: { N: string }
}

/** Every account as the transfers that are noted make it. */
export async function balances(call: Caller): Promise<{ found: Record<string, number>; expected: Record<string, number>; transfers: number }> {
  const rows = async (TableName: string): Promise<Row[]> => (await done(call, 'Scan', { TableName }))['Items'] as Row[]
  const found = Object.fromEntries((await rows('accounts')).map(({ pk, amount }) => [pk.S, Number(amount.N)]))
  const expected = Object.fromEntries(accounts.map((pk) => [pk, 100]))
  const transfers = await rows('transfers')
  for (const { owner, to } of transfers) {
    expected[owner.S]! -= 1
    expected[to.S]! += 1
  }
  return { found, expected, transfers: transfers.length }
}

/** What the index `by-owner` of a table holds, and what it has to hold. */
export async function indexOf(call: Caller, TableName: string): Promise<[found: string[], expected: string[]]> {
  const all = async (IndexName?: string): Promise<string[]> => ((await done(call, 'Scan', { TableName, ...(IndexName === undefined ? {} : { IndexName }) }))['Items'] as object[]).map((item) => JSON.stringify(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))).sort()
  return [await all('by-owner'), await all()]
}
