// The embedded DynamoDB lets in who signs with the credentials of its process, and nobody else: no page, no other name, no stale or changed call.
import assert from 'node:assert/strict'
import { request, type IncomingHttpHeaders } from 'node:http'
import { after, test } from 'node:test'
import { ensureTables, openDatabase } from '../../src/persist/index.ts'
import { type AwsCredentials, signedHeaders } from '../../src/platform/aws/sign.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'

const dynamo = await openLocalDynamo({ memory: true })
after(() => dynamo.close())
const { host } = new URL(dynamo.endpoint)

interface Call {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
}

function call({ method = 'POST', path = '/', headers = {}, body = '' }: Call): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(dynamo.endpoint, { method, path, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, text }))
    })
    outgoing.on('error', reject).end(body)
  })
}

function signed({ credentials = dynamo.credentials, now = Date.now(), service = 'dynamodb', body = '{}', operation = 'ListTables' }: { credentials?: AwsCredentials; now?: number; service?: string; body?: string; operation?: string } = {}): Call & { headers: Record<string, string> } {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` }
  return { headers: signedHeaders({ method: 'POST', url: new URL(dynamo.endpoint), headers, body }, { credentials, region: 'eu-west-1', service, now }), body }
}

test('a signed call is answered, with any region and after a long stay', async () => {
  assert.deepEqual(await call(signed()).then(({ status, text }) => [status, text]), [200, '{"TableNames":[]}'])
  assert.equal((await call(signed({ now: Date.now() - 14 * 60_000 }))).status, 200)
})

test('the SDK is let in with the credentials, with others not', async () => {
  const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'sdk-' })
  await ensureTables(database, [storeDefinition])
  await database.run('PutItem', { TableName: 'sdk-klue', Item: { pk: { S: 'ä  b' }, sk: { S: '1' }, bytes: { B: new Uint8Array([1, 255]) } } })
  assert.deepEqual([...(await database.run('GetItem', { TableName: 'sdk-klue', Key: { pk: { S: 'ä  b' }, sk: { S: '1' } } })).Item!.bytes!.B!], [1, 255])
  database.close()
  for (const credentials of [undefined, { accessKeyId: dynamo.credentials.accessKeyId, secretAccessKey: 'local' }]) {
    const stranger = openDatabase({ endpoint: dynamo.endpoint, ...(credentials === undefined ? {} : { credentials }), prefix: 'sdk-' })
    await assert.rejects(stranger.run('Scan', { TableName: 'sdk-klue' }), /UnrecognizedClientException: This is the embedded DynamoDB of a klue project: the call is not signed with the credentials/)
    stranger.close()
  }
})

const good = signed()
const without = (name: string): Record<string, string> => Object.fromEntries(Object.entries(good.headers).filter(([header]) => header !== name))
const badly = (change: (header: string) => string): Call => ({ ...good, headers: { ...good.headers, authorization: change(good.headers['authorization']!) } })
const refused: [title: string, made: Call][] = [
  ['nothing but an operation', { headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables' }, body: '{}' }],
  ['credentials of a form that dynalite takes', { headers: { ...without('authorization'), authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=local, Signature=local' }, body: '{}' }],
  ['the right access key and no signature', badly((header) => header.replace(/Signature=.*/, 'Signature='))],
  ['the signature of nobody', badly((header) => header.replace(/Signature=.*/, `Signature=${'0'.repeat(64)}`))],
  ['another access key', signed({ credentials: { ...dynamo.credentials, accessKeyId: 'KLUE0000000000000000' } })],
  ['another secret', signed({ credentials: { ...dynamo.credentials, secretAccessKey: 'guess' } })],
  ['an empty secret', signed({ credentials: { ...dynamo.credentials, secretAccessKey: '' } })],
  ['a signature for another service', signed({ service: 'sqs' })],
  ['a signature of yesterday', signed({ now: Date.now() - 86_400_000 })],
  ['a signature of tomorrow', signed({ now: Date.now() + 86_400_000 })],
  ['a time that is none', { ...good, headers: { ...good.headers, 'x-amz-date': 'today' } }],
  ['another body', { ...good, body: '{"Limit":1}' }],
  ['another operation', { ...good, headers: { ...good.headers, 'x-amz-target': 'DynamoDB_20120810.DeleteTable' } }],
  ['a signature that leaves the operation out', badly((header) => header.replace(';x-amz-target', ''))],
  ['an origin', { ...good, headers: { ...good.headers, origin: 'https://evil.example' } }],
  ['the origin of this very address', { ...good, headers: { ...good.headers, origin: dynamo.endpoint } }],
  ['an origin of null', { ...good, headers: { ...good.headers, origin: 'null' } }],
  ['a page of the same site', { ...good, headers: { ...good.headers, 'sec-fetch-site': 'same-site' } }],
  ['a name that was made to lead here', { ...good, headers: { ...good.headers, host: `evil.example:${host.split(':')[1]}` } }],
  ['the name of this machine with another port', { ...good, headers: { ...good.headers, host: '127.0.0.1:1' } }],
  ['the name of this machine without a port', { ...good, headers: { ...good.headers, host: 'localhost' } }],
  ['a preflight', { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-amz-target' } }],
  ['a look whether anybody is there', { method: 'GET' }],
  ['a signature in the address', { ...good, path: '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=host&X-Amz-Date=20200101T000000Z', headers: without('authorization') }],
  ['another path', { ...good, path: '/other' }],
]

for (const [title, made] of refused) {
  test(`refused: ${title}`, async () => {
    const { status, headers, text } = await call(made)
    assert.equal(status, 403)
    assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith('access-control-')), [])
    const { __type, message } = JSON.parse(text) as { __type: string; message: string }
    assert.equal(__type, 'com.amazon.coral.service#UnrecognizedClientException')
    assert.match(message, /^This is the embedded DynamoDB of a klue project: /)
    for (const secret of Object.values(dynamo.credentials)) assert.ok(!text.includes(secret))
  })
}

test('a call above 16 MB is refused, and the next one answered', async () => {
  const body = `"${'x'.repeat(16 * 1024 * 1024)}"`
  assert.deepEqual(await call(signed({ body })).then(({ status }) => status, (error: NodeJS.ErrnoException) => error.code), 403)
  assert.equal((await call(signed())).status, 200)
})

test('each start has a secret of its own', async () => {
  const other = await openLocalDynamo({ memory: true })
  await other.close()
  assert.notEqual(other.credentials.secretAccessKey, dynamo.credentials.secretAccessKey)
  assert.notEqual(other.credentials.accessKeyId, dynamo.credentials.accessKeyId)
  assert.ok(other.credentials.secretAccessKey.length >= 43)
})
