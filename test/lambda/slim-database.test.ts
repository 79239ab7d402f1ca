// The database without the SDK does what the one with it does: answers, refusals with all that they tell, and what is tried again.
import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { openSlimDatabase } from '../../src/lambda/slim-database.ts'
import { type Database, type DatabaseCalls, type DatabaseOptions, openDatabase } from '../../src/persist/index.ts'
import { openDynamoSender } from '../../src/platform/aws/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { type AwsReply, type AwsServer, refusal, startAwsServer } from '../platform/aws-server.ts'

let dynamo: LocalDynamo
before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
})
after(() => dynamo.close())

type Step = { [Name in keyof DatabaseCalls]: [Name, DatabaseCalls[Name][0]] }[keyof DatabaseCalls]

// What is said of a call, without what differs from call to call.
async function told(database: Database, [name, input]: Step): Promise<unknown> {
  try {
    const { $metadata: _metadata, ...answer } = (await database.run(name, input)) as unknown as Record<string, unknown>
    return plain(answer)
  } catch (failure) {
    const { message, reason, cause } = failure as Error & { reason: string; cause: Error & { Item?: unknown; CancellationReasons?: unknown; $metadata?: { httpStatusCode?: number; attempts?: number } } }
    return plain({ message, reason, name: cause.name, told: cause.message, item: cause.Item, reasons: cause.CancellationReasons, status: cause.$metadata?.httpStatusCode, attempts: cause.$metadata?.attempts })
  }
}

// A Buffer and an array of bytes mean the same.
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined).map(([name, one]) => [name, plain(one)]))
}

function bothAt(endpoint: string, context: TestContext, more: Partial<DatabaseOptions> = {}): Database[] {
  const databases = [openDatabase({ endpoint, prefix: 'a-', ...more }), openSlimDatabase({ endpoint, prefix: 'b-', ...more })]
  context.after(() => databases.forEach((database) => database.close()))
  return databases
}

const bytes = new Uint8Array([0, 255, 7])
const item = (name: string, more: object = {}): never => ({ pk: { S: name }, sk: { S: 'ä' }, b: { B: bytes }, set: { BS: [bytes, new Uint8Array([1])] }, list: { L: [{ B: bytes }, { M: { in: { B: bytes }, n: { N: '1.50' }, no: { NULL: true } } }] }, ...more }) as never
const key = (name: string): never => ({ pk: { S: name }, sk: { S: 'ä' } }) as never

const steps = (TableName: string): Step[] => [
  ['PutItem', { TableName, Item: item('one') }],
  ['PutItem', { TableName, Item: item('one'), ConditionExpression: 'attribute_not_exists(pk)' }],
  ['PutItem', { TableName, Item: item('one'), ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }],
  ['GetItem', { TableName, Key: key('one'), ConsistentRead: true }],
  ['GetItem', { TableName, Key: key('none') }],
  ['UpdateItem', { TableName, Key: key('one'), UpdateExpression: 'SET b = :b ADD n :one', ExpressionAttributeValues: { ':b': { B: Buffer.from('more') }, ':one': { N: '1' } }, ReturnValues: 'ALL_NEW' }],
  ['BatchWriteItem', { RequestItems: { [TableName]: [{ PutRequest: { Item: item('two') } }, { PutRequest: { Item: item('three') } }, { DeleteRequest: { Key: key('none') } }] } }],
  ['BatchGetItem', { RequestItems: { [TableName]: { Keys: [key('two')] } } }],
  ['Query', { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'two' } }, Limit: 1 }],
  ['Scan', { TableName, Limit: 1 }],
  ['TransactWriteItems', { TransactItems: [{ Put: { TableName, Item: item('four') } }, { ConditionCheck: { TableName, Key: key('two'), ConditionExpression: 'attribute_exists(pk)' } }] }],
  ['TransactWriteItems', { TransactItems: [{ Put: { TableName, Item: item('one'), ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } }, { Delete: { TableName, Key: key('two') } }] }],
  ['TransactGetItems', { TransactItems: [{ Get: { TableName, Key: key('four') } }, { Get: { TableName, Key: key('none') } }] }],
  ['DeleteItem', { TableName, Key: key('two'), ReturnValues: 'ALL_OLD' }],
  ['GetItem', { TableName: 'nowhere', Key: key('one') }],
  ['Query', { TableName, KeyConditionExpression: 'pk == :pk', ExpressionAttributeValues: { ':pk': { S: 'two' } } }],
]

test('answers and refusals are those that the SDK gives', async (context) => {
  const [sdk, slim] = bothAt(dynamo.endpoint, context, { credentials: dynamo.credentials }) as [Database, Database]
  for (const database of [sdk, slim]) await database.run('CreateTable', { TableName: `${database.prefix}things`, BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'sk', AttributeType: 'S' }], KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }] })
  for (const [index] of steps('').entries()) {
    const [expected, found] = [await told(sdk, steps('a-things')[index]!), await told(slim, steps('b-things')[index]!)]
    assert.deepEqual(JSON.parse(JSON.stringify(found).replaceAll('b-things', 'a-things')), JSON.parse(JSON.stringify(expected)), steps('')[index]![0])
  }
})

const put: Step = ['PutItem', { TableName: 't', Item: key('one') }]
const throttled = refusal('ProvisionedThroughputExceededException', 'slower')

test('what is tried again, how often, and what is told at last are as with the SDK', async (context) => {
  // Nobody waits.
  context.mock.method(Math, 'random', () => 0)
  const scripts: AwsReply[][] = [
    [{ body: {} }], [{ status: 500, body: { __type: 'InternalServerError', message: 'oh' } }, { body: {} }], [{ status: 503, text: '' }, 'hang up', throttled, { body: {} }],
    [throttled], [{ status: 500, body: { __type: 'x#InternalServerError', message: 'oh' } }], ['hang up'], [refusal('ConditionalCheckFailedException')], [refusal('ValidationException', 'wrong')], [refusal('TransactionInProgressException'), { body: {} }], [refusal('ThrottlingException'), refusal('RequestLimitExceeded'), { body: {} }],
    [refusal('ItemCollectionSizeLimitExceededException')], [{ status: 400, body: { __type: 'a#ReplicatedWriteConflictException', message: 'again' } }, { body: {} }], [refusal('AccessDeniedException', 'not you')], [{ status: 429, body: { __type: 'a#Odd', message: 'much' } }, { body: {} }],
  ]
  for (const script of scripts) {
    const results: { told: unknown; asked: number }[] = []
    for (const which of [0, 1]) {
      let server: AwsServer | undefined
      const seen = (): number => server?.seen.length ?? 0
      server = await startAwsServer(() => script[Math.min(seen(), script.length) - 1]!)
      try {
        results.push({ told: await told(bothAt(server.url, context)[which]!, put), asked: seen() })
      } finally {
        await server.close()
      }
    }
    assert.deepEqual(results[1], results[0], JSON.stringify(script))
  }
})

test('a transaction keeps its token through all attempts, and another one gets another', async (context) => {
  context.mock.method(Math, 'random', () => 0)
  const server = await startAwsServer(({ input }) => (server.seen.filter((one) => one.input['ClientRequestToken'] === input['ClientRequestToken']).length < 3 ? 'hang up' : { body: {} }))
  context.after(() => server.close())
  const [, slim] = bothAt(server.url, context)
  for (let index = 0; index < 2; index++) await slim!.run('TransactWriteItems', { TransactItems: [{ Put: { TableName: 't', Item: key('one') } }] })
  const tokens = server.seen.map(({ input }) => input['ClientRequestToken'])
  assert.deepEqual([tokens.length, new Set(tokens).size, tokens.every((token) => typeof token === 'string')], [6, 2, true])
})

test('waits grow as those of the SDK, longer where DynamoDB is asked too much; a database that is out of order for long is asked less', async (context) => {
  const pauses: number[] = []
  const client = (reply: AwsReply, hint?: string): ReturnType<typeof openDynamoSender> => openDynamoSender({ region: 'eu-central-1', credentials: () => ({ accessKeyId: 'a', secretAccessKey: 'b' }), random: () => 0.5, pause: async (milliseconds) => void pauses.push(milliseconds), send: async () => ({ status: (reply as { status: number }).status, headers: hint === undefined ? {} : { 'x-amz-retry-after': hint }, text: JSON.stringify((reply as { body: unknown }).body) }) })
  const failing = async (sender: ReturnType<typeof openDynamoSender>): Promise<number[]> => {
    pauses.length = 0
    await assert.rejects(sender.send('PutItem', '{}'))
    return [...pauses]
  }
  const down = client({ status: 500, body: {} })
  assert.deepEqual(await failing(down), [12, 25, 50])
  assert.deepEqual(await failing(client(throttled)), [500, 1000, 2000])
  assert.deepEqual(await failing(client(throttled, '700')), [700, 1000, 2000])
  assert.deepEqual(await failing(client(throttled, '60000')), [5500, 6000, 7000])
  for (let index = 0; index < 11; index++) await failing(down)
  assert.deepEqual(await failing(down), [])
  context.diagnostic('500 units, 14 for each further attempt')
})

test('a clock that is wrong is set right once, and a call that is ended ends', async (context) => {
  const dates: (string | undefined)[] = []
  const theirs = Date.parse('2026-03-01T12:00:00Z')
  const sender = openDynamoSender({
    region: 'eu-central-1', credentials: () => ({ accessKeyId: 'a', secretAccessKey: 'b' }), now: () => theirs - 3_600_000, pause: () => Promise.resolve(),
    send: async ({ headers }) => (dates.push(headers['x-amz-date']), dates.length === 1 ? { status: 400, headers: { date: new Date(theirs).toUTCString() }, text: JSON.stringify({ __type: 'a#InvalidSignatureException', message: 'Signature expired' }) } : { status: 200, headers: {}, text: '{}' }),
  })
  await sender.send('PutItem', '{}')
  await sender.send('PutItem', '{}')
  assert.deepEqual(dates, ['20260301T110000Z', '20260301T120000Z', '20260301T120000Z'])
  const server = await startAwsServer(() => (ending.abort(), { body: {} }))
  const ending = new AbortController()
  context.after(() => server.close())
  for (const database of bothAt(server.url, context)) {
    await assert.rejects(database.run('PutItem', { TableName: 't', Item: key('one') }, { signal: ending.signal }), (failure) => (failure as { reason?: string }).reason === 'AbortError')
  }
})
