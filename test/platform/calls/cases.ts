// Cases that the embedded DynamoDB and another one are held to: transactions, single writes, TTL, limits.
import { key } from './one-table.ts'
import type { Case, Say } from './said.ts'
import { streamCases } from './stream-cases.ts'

const put = (TableName: string, pk: string, ...[more, rest]: object[]): object => ({ Put: { TableName, Item: { ...key(pk), ...more }, ...rest } })
const one = { ':one': { N: '1' } }
const isNew = { ConditionExpression: 'attribute_not_exists(pk)' }
const told = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }
const all = async (say: Say, TableName: string): Promise<void> => {
  for (const pk of ['a', 'b', 'c']) await say('GetItem', { TableName, Key: key(pk), ConsistentRead: true })
}
const byOwner = (TableName: string, owner: string): object => ({ TableName, IndexName: 'by-owner', KeyConditionExpression: '#o = :o', ExpressionAttributeNames: { '#o': 'owner' }, ExpressionAttributeValues: { ':o': { S: owner } } })

const transactions: Case[] = [
  {
    name: 'a transaction of every kind of action',
    async play(say, table) {
      for (const pk of ['a', 'b']) await say('PutItem', { TableName: table, Item: { ...key(pk), n: { N: '1' }, owner: { S: 'ann' } } })
      await say('TransactWriteItems', { TransactItems: [
        { Update: { TableName: table, Key: key('a'), UpdateExpression: 'SET #o = :o ADD n :one', ExpressionAttributeNames: { '#o': 'owner' }, ExpressionAttributeValues: { ...one, ':o': { S: 'bob' } } } },
        { Delete: { TableName: table, Key: key('b'), ConditionExpression: 'n = :one', ExpressionAttributeValues: one } },
        put(table, 'c', { owner: { S: 'bob' } }, isNew),
        { ConditionCheck: { TableName: table, Key: key('d'), ...isNew } },
      ] })
      await all(say, table)
      await say('Query', { ...byOwner(table, 'ann'), Select: 'COUNT' })
      await say('Query', { ...byOwner(table, 'bob'), Select: 'COUNT' })
    },
  },
  {
    name: 'a transaction that is cancelled, with its reasons',
    async play(say, table) {
      await say('PutItem', { TableName: table, Item: { ...key('a'), n: { N: '1' } } })
      await say('TransactWriteItems', { TransactItems: [put(table, 'b'), put(table, 'a', {}, { ...isNew, ...told }), { Delete: { TableName: table, Key: key('c'), ConditionExpression: 'attribute_exists(pk)', ...told } }] })
      await say('TransactWriteItems', { TransactItems: [put(table, 'b'), { ConditionCheck: { TableName: table, Key: key('a'), ...isNew } }] })
      await say('TransactWriteItems', { TransactItems: [put(table, 'b'), { Update: { TableName: table, Key: key('a'), UpdateExpression: 'SET n = absent' } }] })
      await say('TransactWriteItems', { TransactItems: [put(table, 'b'), { Update: { TableName: table, Key: key('a'), UpdateExpression: 'ADD pk :one', ExpressionAttributeValues: one } }] })
      await say('TransactWriteItems', { TransactItems: [put(table, 'b'), { Put: { TableName: table, Item: { pk: { S: 'a' } } } }] })
      await all(say, table)
    },
  },
  {
    name: 'what no transaction may be',
    async play(say, table) {
      const twice = put(table, 'a')
      for (const TransactItems of [undefined, [], [{}], Array.from({ length: 101 }, (_, index) => put(table, `p${index}`)), [twice, { Delete: { TableName: table, Key: key('a') } }], [{ ...twice, Delete: { TableName: table, Key: key('b') } }], [{ Update: { TableName: table, Key: key('a') } }], [{ ConditionCheck: { TableName: table, Key: key('a') } }], [put(table, 'a', {}, { ConditionExpression: 'no expression' })], [put(`${table}-none`, 'a')], [put(table, 'a', {}, { ReturnValuesOnConditionCheckFailure: 'SOME' })]]) await say('TransactWriteItems', { TransactItems })
      await say('TransactWriteItems', { TransactItems: [twice], ClientRequestToken: 'x'.repeat(37) })
      await all(say, table)
    },
  },
  {
    name: 'a token counts once',
    async play(say, table) {
      const count = (pk: string, ClientRequestToken: string): object => ({ ClientRequestToken, TransactItems: [{ Update: { TableName: table, Key: key(pk), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: one } }] })
      for (const pk of ['a', 'a', 'b']) await say('TransactWriteItems', count(pk, `${table}-1`))
      await say('TransactWriteItems', count('a', `${table}-2`))
      const cancelled = { ClientRequestToken: `${table}-3`, TransactItems: [put(table, 'c', {}, { ConditionExpression: 'attribute_exists(pk)' })] }
      await say('TransactWriteItems', cancelled)
      await say('PutItem', { TableName: table, Item: key('c') })
      await say('TransactWriteItems', cancelled)
      await all(say, table)
    },
  },
  {
    name: 'reads of one moment',
    async play(say, table) {
      await say('PutItem', { TableName: table, Item: { ...key('a'), m: { M: { x: { S: '1' }, y: { S: '2' } } } } })
      const get = (pk: string, more: object = {}): object => ({ Get: { TableName: table, Key: key(pk), ...more } })
      await say('TransactGetItems', { TransactItems: [get('b'), get('a'), get('c', { ProjectionExpression: 'm' })] })
      await say('TransactGetItems', { TransactItems: [get('a', { ProjectionExpression: 'm.#x', ExpressionAttributeNames: { '#x': 'x' } })] })
      for (const TransactItems of [[], [{}], [get('a'), get('a')], [get('a', { TableName: `${table}-none` })], [get('a', { Key: { pk: { S: 'a' } } })], [get('a', { ProjectionExpression: 'm..x' })], Array.from({ length: 101 }, (_, index) => get(`p${index}`))]) await say('TransactGetItems', { TransactItems })
    },
  },
  {
    name: 'units of a transaction',
    async play(say, table) {
      const text = { text: { S: 'x'.repeat(1500) } }
      await say('TransactWriteItems', { ReturnConsumedCapacity: 'TOTAL', TransactItems: [put(table, 'a', text), put(table, 'b')] })
      await say('TransactWriteItems', { ReturnConsumedCapacity: 'TOTAL', TransactItems: [{ Delete: { TableName: table, Key: key('a') } }, { ConditionCheck: { TableName: table, Key: key('b'), ConditionExpression: 'attribute_exists(pk)' } }] })
      await say('TransactGetItems', { ReturnConsumedCapacity: 'TOTAL', TransactItems: [{ Get: { TableName: table, Key: key('a') } }, { Get: { TableName: table, Key: key('b') } }] })
    },
  },
]

const singles: Case[] = [
  {
    name: 'a single write tells the item where its condition is not met',
    async play(say, table) {
      await say('PutItem', { TableName: table, Item: { ...key('a'), n: { N: '1' } } })
      await say('PutItem', { TableName: table, Item: key('a'), ...isNew, ...told })
      await say('DeleteItem', { TableName: table, Key: key('a'), ...isNew, ...told })
      await say('UpdateItem', { TableName: table, Key: key('a'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: one, ...isNew, ...told })
      await say('PutItem', { TableName: table, Item: key('b'), ConditionExpression: 'attribute_exists(pk)', ...told })
      await say('PutItem', { TableName: table, Item: key('a'), ...isNew })
      await all(say, table)
    },
  },
  {
    name: 'what TTL may be told',
    async play(say, table) {
      const set = (Enabled: boolean, AttributeName = 'ends'): object => ({ TableName: table, TimeToLiveSpecification: { AttributeName, Enabled } })
      await say('DescribeTimeToLive', { TableName: table })
      await say('UpdateTimeToLive', set(true))
      await say('DescribeTimeToLive', { TableName: table })
      for (const input of [set(true), { TableName: table }, set(true, ''), { ...set(true), TableName: `${table}-none` }]) await say('UpdateTimeToLive', input)
      await say('DescribeTimeToLive', { TableName: `${table}-none` })
    },
  },
]

const sizes: Case[] = [
  {
    name: 'how large keys may be, in bytes',
    async play(say, table) {
      const text = (bytes: number): { S: string } => ({ S: 'ä'.repeat(bytes / 2) })
      for (const [pk, sk] of [[2048, 1024], [2050, 2], [2, 1026]] as const) await say('PutItem', { TableName: table, Item: { pk: text(pk), sk: text(sk) } })
      await say('GetItem', { TableName: table, Key: { pk: text(2050), sk: text(2) } })
      for (const owner of [2048, 2050]) await say('PutItem', { TableName: table, Item: { ...key('a'), owner: text(owner) } })
      const update = { TableName: table, Key: key('b'), UpdateExpression: 'SET #o = :o', ExpressionAttributeNames: { '#o': 'owner' } }
      await say('UpdateItem', { ...update, ExpressionAttributeValues: { ':o': text(2050) } })
      await say('PutItem', { TableName: table, Item: { ...key('c'), owner: { S: '' } } })
      await say('PutItem', { TableName: table, Item: { ...key('c'), pk: { S: '' } } })
      await say('TransactWriteItems', { TransactItems: [{ Update: { ...update, ExpressionAttributeValues: { ':o': text(2050) } } }] })
      await say('Scan', { TableName: table, Select: 'COUNT' })
    },
  },
  {
    name: 'how large an item may be, in bytes',
    async play(say, table) {
      // pk, sk and text with their names: 2 + 1, 2 + 1 and 4 bytes.
      const room = 400 * 1024 - 10
      for (const text of ['x'.repeat(room), 'x'.repeat(room + 1), 'ä'.repeat(room / 2), 'ä'.repeat(room / 2 + 1)]) await say('PutItem', { TableName: table, Item: { ...key('a'), text: { S: text } } })
      await say('UpdateItem', { TableName: table, Key: key('a'), UpdateExpression: 'SET more = :more', ExpressionAttributeValues: { ':more': { S: 'x' } } })
      await say('TransactWriteItems', { TransactItems: [{ Update: { TableName: table, Key: key('a'), UpdateExpression: 'SET more = :more', ExpressionAttributeValues: { ':more': { S: 'x' } } } }] })
      await say('BatchWriteItem', { RequestItems: { [table]: [{ PutRequest: { Item: { ...key('b'), text: { S: 'x'.repeat(room + 1) } } } }] } })
      await say('TransactWriteItems', { TransactItems: Array.from({ length: 11 }, (_, index) => put(table, `p${index}`, { text: { S: 'x'.repeat(399_000) } })) })
      await say('Scan', { TableName: table, Select: 'COUNT' })
    },
  },
]

export const cases: readonly Case[] = [...transactions, ...singles, ...sizes, ...streamCases]
