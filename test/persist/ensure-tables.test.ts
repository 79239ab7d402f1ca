// Tables made and completed in a local database, also where an earlier attempt was stopped.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { build } from 'esbuild'
import { isUsageError } from '../../src/errors/index.ts'
import { type Database, ensureTables, openDatabase, openTable, tableInput } from '../../src/persist/index.ts'
import { awsJsonClient } from '../../src/platform/aws/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { createTable } from '../../src/persist/table-states.ts'
import type { PersistDefinition } from '../../src/openapi/table.ts'

interface Thing {
  id: string
  kind: string
  size: number
}

const plain: PersistDefinition<Thing> = { name: 'Thing', table: 'things', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S', kind: 'S', size: 'N' }, properties: {} }
const indexed: PersistDefinition<Thing> = {
  ...plain,
  indexes: [
    { name: 'by-kind', partition: 'kind' },
    { name: 'by-kind-size', partition: 'kind', sort: 'size' },
  ],
}

let dynamo: LocalDynamo
let database: Database

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'x-local-' })
})

after(async () => {
  database.close()
  await dynamo.close()
})

test('describes a table for CreateTable', () => {
  assert.deepEqual(tableInput(indexed, 'x-live-'), {
    TableName: 'x-live-things',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'kind', AttributeType: 'S' }, { AttributeName: 'size', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      { IndexName: 'by-kind', KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
      { IndexName: 'by-kind-size', KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }, { AttributeName: 'size', KeyType: 'RANGE' }], Projection: { ProjectionType: 'ALL' } },
    ],
  })
  assert.throws(() => tableInput({ ...plain, table: 'a b' }, 'x-'), (failure: unknown) => isUsageError(failure) && /table name x-a b/.test(failure.message))
})

test('adds indexes to a table and keeps its items', async () => {
  await ensureTables(database, [plain, plain])
  for (let index = 0; index < 40; index++) await openTable(database, plain).save({ id: String(index), kind: index % 2 === 0 ? 'even' : 'odd', size: index })
  await ensureTables(database, [indexed])
  await ensureTables(database, [indexed])
  const table = openTable(database, indexed)
  assert.deepEqual((await table.query({ index: 'by-kind-size', partition: 'odd', order: 'descending', limit: 2 })).items.map((item) => item.size), [39, 37])
  assert.equal((await table.query({ index: 'by-kind', partition: 'even' })).items.length, 20)
  await ensureTables(database, [plain])
})

test('finishes a rebuild that was stopped', async () => {
  const definition = { ...indexed, table: 'stopped' }
  const aside = { ...tableInput({ ...definition, indexes: [] }, 'x-local-'), TableName: 'x-local-stopped.rebuild' }
  await createTable(database, aside)
  await database.run('PutItem', { TableName: aside.TableName, Item: { id: { S: 'kept' }, kind: { S: 'k' }, size: { N: '1' } } })
  await ensureTables(database, [definition])
  assert.equal((await openTable(database, definition).query({ index: 'by-kind', partition: 'k' })).items[0]?.id, 'kept')
  await assert.rejects(database.run('DescribeTable', { TableName: aside.TableName }), /ResourceNotFoundException/)
})

const streamOf = async (table: string): Promise<unknown> => (await database.run('DescribeTable', { TableName: `x-local-${table}` })).Table!.StreamSpecification
const whole = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }
type Image = { size: { N: string } }
const told = async (table: string): Promise<unknown[]> => {
  const call = awsJsonClient({ service: 'dynamodb', region: 'us-east-1', jsonVersion: '1.0', endpoint: dynamo.endpoint, credentials: () => dynamo.credentials })
  const ask = <Answer>(operation: string, input: Record<string, unknown>): Promise<Answer> => call(`DynamoDBStreams_20120810.${operation}`, input) as Promise<Answer>
  const { LatestStreamArn: StreamArn } = (await database.run('DescribeTable', { TableName: `x-local-${table}` })).Table!
  const { StreamDescription: { Shards } } = await ask<{ StreamDescription: { Shards: { ShardId: string }[] } }>('DescribeStream', { StreamArn })
  const { ShardIterator } = await ask<{ ShardIterator: string }>('GetShardIterator', { StreamArn, ShardId: Shards[0]!.ShardId, ShardIteratorType: 'TRIM_HORIZON' })
  const { Records } = await ask<{ Records: { eventName: string; dynamodb: { OldImage?: Image; NewImage?: Image } }[] }>('GetRecords', { ShardIterator })
  return Records.map(({ eventName, dynamodb: { OldImage, NewImage } }) => [eventName, OldImage?.size.N, NewImage?.size.N])
}

test('a table tells its changes where the definition says so: made with its stream, or given one later', async () => {
  const fresh = { ...plain, table: 'fresh', stream: true }
  assert.deepEqual(tableInput(fresh, 'x-').StreamSpecification, whole)
  await ensureTables(database, [fresh])
  await ensureTables(database, [fresh])
  assert.deepEqual(await streamOf('fresh'), whole)
  await openTable(database, fresh).save({ id: 'a', kind: 'k', size: 1 })
  await openTable(database, fresh).save({ id: 'a', kind: 'k', size: 2 })
  assert.deepEqual(await told('fresh'), [['INSERT', undefined, '1'], ['MODIFY', '1', '2']])
  const later = { ...plain, table: 'later' }
  await ensureTables(database, [later])
  await openTable(database, later).save({ id: 'a', kind: 'k', size: 1 })
  assert.equal(await streamOf('later'), undefined)
  await ensureTables(database, [{ ...later, stream: true }])
  await openTable(database, later).delete('a')
  assert.deepEqual(await told('later'), [['REMOVE', '1', undefined]])
})

test('a table that is made anew keeps its stream, and tells no change of the copying', async () => {
  const streaming = { ...plain, table: 'streaming', stream: true }
  await ensureTables(database, [streaming])
  await openTable(database, streaming).save({ id: 'a', kind: 'k', size: 1 })
  await ensureTables(database, [{ ...indexed, table: 'streaming', stream: true }])
  assert.deepEqual(await streamOf('streaming'), whole)
  assert.deepEqual(await told('streaming'), [])
  await openTable(database, streaming).save({ id: 'a', kind: 'k', size: 2 })
  assert.deepEqual(await told('streaming'), [['MODIFY', '1', '2']])
  // Stopped between dropping the table and making it anew: what the copy remembers counts, whatever the definition says.
  const aside = { ...tableInput({ ...plain, table: 'cut' }, 'x-local-'), TableName: 'x-local-cut.rebuild', StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' as const } }
  await createTable(database, aside)
  await ensureTables(database, [{ ...indexed, table: 'cut' }])
  assert.deepEqual(await streamOf('cut'), { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' })
})

test('says what to do where the database has no streams', async () => {
  const without: Database = {
    ...database,
    run: async (name, input) => {
      if (name === 'UpdateTable') throw Object.assign(new Error('refused'), { reason: 'ValidationException' })
      const { StreamSpecification: _stream, ...rest } = input as { StreamSpecification?: unknown }
      return await database.run(name, rest as never)
    },
  }
  await assert.rejects(ensureTables(without, [{ ...plain, table: 'silent', stream: true }]), (failure: unknown) => isUsageError(failure) && failure.faults[0]!.code === 'database-lacks' && /asks for a stream of the table x-local-silent.*turns none on.*remove stream/.test(failure.message))
})

test('says what to do where a key has changed', async () => {
  await ensureTables(database, [{ ...indexed, table: 'changed' }])
  const changed = { ...indexed, table: 'changed', key: { partition: 'kind', sort: 'size' }, indexes: [{ name: 'by-kind', partition: 'size' }] }
  await assert.rejects(ensureTables(database, [changed]), (failure: unknown) => {
    assert.ok(isUsageError(failure))
    assert.equal(failure.faults.length, 2)
    assert.match(failure.message, /its key is id \(text\), and x-persist says kind \(text\), size \(number\)/)
    assert.match(failure.message, /its index by-kind has the key kind \(text\), and x-persist says size \(number\).*begin anew with "klue dev --reset-data"/)
    return true
  })
})

test('keeps the SDK out of what is loaded before the first call', async () => {
  const { metafile } = await build({ entryPoints: ['src/persist/index.ts', 'src/store/index.ts'], bundle: true, splitting: true, format: 'esm', platform: 'node', outdir: 'unwritten', write: false, metafile: true })
  const early = new Set<string>()
  const visit = (output: string): void => {
    if (early.has(output)) return
    early.add(output)
    for (const { path, kind } of metafile.outputs[output]?.imports ?? []) if (kind === 'import-statement') visit(path)
  }
  for (const [path, output] of Object.entries(metafile.outputs)) if (output.entryPoint?.endsWith('/index.ts')) visit(path)
  const inputs = [...early].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}))
  assert.ok(inputs.includes('src/persist/table.ts'))
  assert.deepEqual(inputs.filter((input) => input.includes('node_modules')), [])
})
