// The client of a few lines: signs, reads answers, repeats what may pass, gives up in time.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { type AwsClientOptions, AwsFailure, awsJsonClient } from '../../src/platform/aws/index.ts'
import { type AwsReply, type AwsServer, refusal, startAwsServer } from './aws-server.ts'

let server: AwsServer | undefined
const servers: AwsServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((one) => one.close())))

async function clientOf(replies: AwsReply[], options: Partial<AwsClientOptions> = {}): Promise<{ call: ReturnType<typeof awsJsonClient>; pauses: number[] }> {
  server = await startAwsServer(() => replies[Math.min(server!.seen.length, replies.length) - 1]!)
  servers.push(server)
  const pauses: number[] = []
  const call = awsJsonClient({
    service: 'secretsmanager',
    region: 'eu-central-1',
    endpoint: server.url,
    credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'session' }),
    pause: async (milliseconds) => void pauses.push(milliseconds),
    ...options,
  })
  return { call, pauses }
}

function failure(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AwsFailure && error.code === code
}

test('a call is one signed POST, and its answer an object', async () => {
  const { call } = await clientOf([{ body: { Name: 'ä' } }])
  assert.deepEqual(await call('secretsmanager.GetSecretValue', { SecretId: 'ü' }), { Name: 'ä' })
  const [seen] = server!.seen
  assert.deepEqual([seen!.method, seen!.target, seen!.input, seen!.headers['content-type']], ['POST', 'secretsmanager.GetSecretValue', { SecretId: 'ü' }, 'application/x-amz-json-1.1'])
  assert.match(String(seen!.headers['authorization']), /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request, SignedHeaders=/)
  assert.equal(seen!.headers['x-amz-security-token'], 'session')
})

test('what may pass is tried again, at growing distances', async () => {
  const { call, pauses } = await clientOf([{ status: 500 }, 'hang up', refusal('ThrottlingException'), { body: { done: true } }])
  assert.deepEqual(await call('a.B', {}), { done: true })
  assert.equal(server!.seen.length, 4)
  assert.equal(pauses.length, 3)
  assert.ok(pauses.every((pause, index) => pause <= 50 * 4 ** (index + 1)))
})

test('a refusal is told at once, by its name', async () => {
  for (const reply of [refusal('ResourceNotFoundException', 'gone'), { status: 403, body: { __type: 'ResourceNotFoundException:http://x/', Message: 'gone' } }]) {
    const { call } = await clientOf([reply])
    await assert.rejects(call('a.B', {}), (error) => failure('ResourceNotFoundException')(error) && (error as Error).message === 'gone')
    assert.equal(server!.seen.length, 1)
  }
})

test('it gives up after four attempts, and when the time is over', async () => {
  const { call } = await clientOf([{ status: 503, text: 'no JSON' }])
  await assert.rejects(call('a.B', {}), failure('Status503'))
  assert.equal(server!.seen.length, 4)
  let time = 0
  const late = await clientOf([{ status: 503 }], { now: () => (time += 4000) })
  await assert.rejects(late.call('a.B', {}), failure('Status503'))
  assert.equal(server!.seen.length, 1)
})

test('an answer that is no JSON object, no credentials and no server are failures', async () => {
  const { call } = await clientOf([{ text: 'null' }])
  await assert.rejects(call('a.B', {}), failure('Status200'))
  await assert.rejects((await clientOf([{}], { credentials: () => undefined })).call('a.B', {}), failure('CredentialsMissing'))
  await assert.rejects((await clientOf([{}], { send: () => Promise.reject(new Error('refused')) })).call('a.B', {}), failure('Unreachable'))
})

test('addresses are those of the region', async () => {
  const hosts: string[] = []
  for (const region of ['eu-central-1', 'cn-north-1']) {
    const call = awsJsonClient({ service: 'secretsmanager', region, credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'key' }), send: async ({ url }) => (hosts.push(url.href), { status: 200, headers: {}, text: '{}' }) })
    await call('a.B', {})
  }
  assert.deepEqual(hosts, ['https://secretsmanager.eu-central-1.amazonaws.com/', 'https://secretsmanager.cn-north-1.amazonaws.com.cn/'])
})
