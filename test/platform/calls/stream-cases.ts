// Cases of streams that the embedded DynamoDB and another one are held to.
import { key } from './one-table.ts'
import type { Case, Say } from './said.ts'

const streams = 'DynamoDBStreams_20120810.'
const put = (TableName: string, pk: string, more: object = {}): object => ({ TableName, Item: { ...key(pk), ...more } })
const on = (TableName: string, StreamViewType = 'NEW_AND_OLD_IMAGES'): object => ({ TableName, StreamSpecification: { StreamEnabled: true, StreamViewType } })
const off = (TableName: string): object => ({ TableName, StreamSpecification: { StreamEnabled: false } })
const silent = { isSilent: true }

interface Shard {
  StreamArn: string
  ShardId: string
}

async function shardOf(say: Say, TableName: string): Promise<Shard> {
  const { Table } = (await say('DescribeTable', { TableName }, silent)) as unknown as { Table: { LatestStreamArn: string } }
  const { StreamDescription } = (await say(`${streams}DescribeStream`, { StreamArn: Table.LatestStreamArn }, silent)) as unknown as { StreamDescription: { Shards: { ShardId: string }[] } }
  return { StreamArn: Table.LatestStreamArn, ShardId: StreamDescription.Shards[0]!.ShardId }
}

async function read(say: Say, shard: Shard, { type = 'TRIM_HORIZON', limit, isSilent = false }: { type?: string; limit?: number; isSilent?: boolean } = {}): Promise<string[]> {
  const { ShardIterator } = (await say(`${streams}GetShardIterator`, { ...shard, ShardIteratorType: type }, silent)) as unknown as { ShardIterator: string }
  const { Records } = (await say(`${streams}GetRecords`, { ShardIterator, ...(limit === undefined ? {} : { Limit: limit }) }, { isSilent })) as unknown as { Records: { dynamodb: { SequenceNumber: string } }[] }
  return Records.map(({ dynamodb }) => dynamodb.SequenceNumber)
}

/** Cases of streams. */
export const streamCases: readonly Case[] = [
  ...['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'].map((view): Case => ({
    name: `records of a stream of ${view}`,
    async play(say, table) {
      await say('UpdateTable', on(table, view), silent)
      await say('PutItem', put(table, 'a', { n: { N: '1' } }))
      await say('PutItem', put(table, 'a', { n: { N: '1' } }))
      await say('UpdateItem', { TableName: table, Key: key('a'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } })
      await say('DeleteItem', { TableName: table, Key: key('a') })
      await say('DeleteItem', { TableName: table, Key: key('nobody') })
      await read(say, await shardOf(say, table))
    },
  })),
  {
    name: 'records of a transaction and of a batch',
    async play(say, table) {
      await say('UpdateTable', on(table), silent)
      await say('TransactWriteItems', { TransactItems: [{ Put: put(table, 'a') }] })
      await say('TransactWriteItems', { TransactItems: [{ Put: put(table, 'b') }, { ConditionCheck: { TableName: table, Key: key('a'), ConditionExpression: 'attribute_not_exists(pk)' } }] })
      await say('BatchWriteItem', { RequestItems: { [table]: [{ DeleteRequest: { Key: key('a') } }] } })
      await read(say, await shardOf(say, table))
    },
  },
  {
    name: 'where iterators begin',
    async play(say, table) {
      await say('UpdateTable', on(table, 'KEYS_ONLY'), silent)
      for (const pk of ['a', 'b', 'c']) await say('PutItem', put(table, pk))
      const shard = await shardOf(say, table)
      const [, second] = await read(say, shard, { isSilent: true })
      await read(say, shard, { limit: 2 })
      await read(say, shard, { type: 'LATEST' })
      for (const ShardIteratorType of ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER']) {
        const { ShardIterator } = (await say(`${streams}GetShardIterator`, { ...shard, ShardIteratorType, SequenceNumber: second! })) as unknown as { ShardIterator: string }
        await say(`${streams}GetRecords`, { ShardIterator })
      }
    },
  },
  {
    name: 'what no call of streams may say',
    async play(say, table) {
      await say('UpdateTable', on(table), silent)
      const shard = await shardOf(say, table)
      await say(`${streams}DescribeStream`, {})
      await say(`${streams}DescribeStream`, { StreamArn: `${shard.StreamArn.slice(0, -1)}x` })
      await say(`${streams}GetShardIterator`, { ...shard, ShardIteratorType: 'SOME' })
      await say(`${streams}GetShardIterator`, { ...shard, ShardIteratorType: 'AT_SEQUENCE_NUMBER' })
      await say(`${streams}GetShardIterator`, { ...shard, ShardId: 'shardId-00000000000000000000-00000000', ShardIteratorType: 'LATEST' })
      await say(`${streams}GetRecords`, { ShardIterator: 'none' })
      await say(`${streams}GetRecords`, {})
      await say(`${streams}ListStreams`, { Limit: 0 })
    },
  },
  {
    name: 'a stream is switched on and off',
    async play(say, table) {
      const described = async (): Promise<void> => {
        const { Table } = (await say('DescribeTable', { TableName: table }, silent)) as unknown as { Table: Record<string, unknown> }
        await say(`${streams}ListStreams`, { TableName: table })
        if (Table['LatestStreamArn'] !== undefined) await say(`${streams}DescribeStream`, { StreamArn: Table['LatestStreamArn'] })
      }
      await say('UpdateTable', off(table))
      await described()
      await say('UpdateTable', on(table, 'NEW_IMAGE'), silent)
      await say('UpdateTable', on(table))
      await say('UpdateTable', { TableName: table, StreamSpecification: { StreamEnabled: false, StreamViewType: 'NEW_IMAGE' } })
      await say('PutItem', put(table, 'a'))
      await described()
      const shard = await shardOf(say, table)
      await say('UpdateTable', off(table), silent)
      await say('PutItem', put(table, 'unseen'))
      await read(say, shard)
      await described()
      await say('UpdateTable', { TableName: table, StreamSpecification: { StreamEnabled: true } })
      await say('UpdateTable', on(`${table}-none`))
    },
  },
]
