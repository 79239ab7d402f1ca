// Secrets of a deployed function: read beside the first requests, changed in place, missing ones told to the log alone.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, mock, test } from 'node:test'
import { compileConfig } from '../../src/config/build.ts'
import { setConfig, setEnvironment } from '../../src/config/index.ts'
import { toLambda } from '../../src/lambda/index.ts'
import { lambdaPlatform } from '../../src/lambda/platform.ts'
import { type LogRecord, openService } from '../../src/runtime/edge.ts'
import { defineService } from '../../src/runtime/index.ts'
import { type AwsRequestSeen, type AwsServer, refusal, startAwsServer } from '../platform/aws-server.ts'
import { apiDocument, compileApi, operation, toRequest } from '../runtime/service-fixture.ts'

const bearer = { components: { securitySchemes: { user: { type: 'http', scheme: 'bearer' } } } }
const spec = await compileApi(apiDocument({ '/password': { get: operation('password') }, '/mine': { get: operation('mine', { security: [{ user: [] }] }) } }, bearer))
const service = defineService({
  spec,
  handlers: { password: (_input, { config }) => ({ password: config.apis['backend']?.password, own: config['own_key'] }), mine: () => ({}) },
})

const variables = ['LAMBDA_TASK_ROOT', 'AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_LAMBDA_FUNCTION_NAME', 'KLUE_SECRETS', 'OWN_SECRET']
let folder: string | undefined
let server: AwsServer | undefined

afterEach(async () => {
  mock.timers.reset()
  for (const name of variables) setEnvironment(name, undefined)
  setConfig(undefined)
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  await server?.close()
})

interface Deployed {
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }>
  held: Map<string, string>
  lines: LogRecord[]
  asked(): string[]
}

async function deploy(held: Record<string, string>, secrets: string[]): Promise<Deployed> {
  const kept = new Map(Object.entries(held))
  server = await startAwsServer(({ input }: AwsRequestSeen) => {
    const value = kept.get(String(input['SecretId']).replace('klue/shop/live/', ''))
    return value === undefined ? refusal('ResourceNotFoundException', `no secret arn:aws:secretsmanager:${String(input['SecretId'])}`) : { body: { SecretString: value } }
  })
  folder = mkdtempSync(join(tmpdir(), 'klue-lambda-secrets-'))
  const values = { name: 'shop', live_host: 'shop.test', env_secrets: ['BACKEND_PASSWORD', 'OWN_SECRET'], own_key: 'OWN_SECRET', apis: { backend: { username: 'shop', password: 'BACKEND_PASSWORD' } } }
  writeFileSync(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'live', values, places: {} })))
  setEnvironment('KLUE_SECRETS', secrets.join(','))
  setEnvironment('LAMBDA_TASK_ROOT', folder)
  setEnvironment('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.url)
  setEnvironment('AWS_REGION', 'eu-central-1')
  setEnvironment('AWS_ACCESS_KEY_ID', 'id')
  setEnvironment('AWS_SECRET_ACCESS_KEY', 'key')
  const lines: LogRecord[] = []
  const opened = openService(service, { ...lambdaPlatform(), log: (record) => void lines.push(record) })
  return {
    held: kept,
    lines,
    asked: () => server!.seen.map(({ input }) => String(input['SecretId'])),
    async get(path, headers = {}) {
      const answer = await opened.answer(toRequest(`GET ${path}`, { headers }))
      return { status: answer.status, body: JSON.parse(Buffer.from(answer.body).toString()) as Record<string, unknown> }
    },
  }
}

test('the configuration holds its secrets when an operation runs, and a changed one within five minutes', async () => {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const { get, held, asked } = await deploy({ BACKEND_PASSWORD: 'first', OWN_SECRET: 'own' }, ['BACKEND_PASSWORD', 'OWN_SECRET'])
  assert.deepEqual((await get('/password')).body, { password: 'first', own: 'own' })
  held.set('BACKEND_PASSWORD', 'second')
  assert.deepEqual((await get('/password')).body, { password: 'first', own: 'own' })
  assert.deepEqual(asked().sort(), ['klue/shop/live/BACKEND_PASSWORD', 'klue/shop/live/OWN_SECRET'])
  mock.timers.tick(300_001)
  assert.deepEqual((await get('/password')).body, { password: 'second', own: 'own' })
})

test('a function reads the secrets that are listed for it, and no others', async () => {
  const { get, asked } = await deploy({ OWN_SECRET: 'own', BACKEND_PASSWORD: 'not for this one' }, ['OWN_SECRET'])
  assert.deepEqual((await get('/password')).body, { own: 'own' })
  assert.deepEqual(asked(), ['klue/shop/live/OWN_SECRET'])
})

test('a variable of the environment wins', async () => {
  setEnvironment('OWN_SECRET', 'of the environment')
  const { get, asked } = await deploy({ OWN_SECRET: 'kept' }, ['OWN_SECRET'])
  assert.equal((await get('/password')).body['own'], 'of the environment')
  assert.deepEqual(asked(), [])
})

test('a missing secret is told to the log; the caller hears no name, and health checks go on', async () => {
  const { get, lines } = await deploy({ OWN_SECRET: 'planted-value' }, ['BACKEND_PASSWORD', 'OWN_SECRET'])
  const { status, body } = await get('/password')
  assert.deepEqual([status, body['error']], [500, 'SECRET_UNAVAILABLE'])
  assert.doesNotMatch(JSON.stringify(body), /BACKEND|klue\/|arn:|planted/)
  assert.match(String(lines[0]!['stack']), /there is no secret klue\/shop\/live\/BACKEND_PASSWORD \(klue secret set BACKEND_PASSWORD --stage live\)/)
  assert.doesNotMatch(JSON.stringify(lines), /planted/)
  assert.equal((await get('/ping')).status, 200)
  assert.equal((await get('/nowhere')).status, 404)
  assert.equal(lines.length, 3)
})

test('the signing key is read when a token comes, and not before', async () => {
  const { get, asked, lines } = await deploy({}, ['jwt_secret'])
  assert.equal((await get('/password')).status, 200)
  assert.deepEqual(asked(), [])
  const { status, body } = await get('/mine', { authorization: 'Bearer a.b.c' })
  assert.deepEqual([status, body['error']], [500, 'SECRET_UNAVAILABLE'])
  assert.match(String(lines.at(-1)!['stack']), /klue secret set jwt_secret --stage live/)
  assert.deepEqual(asked(), ['klue/shop/live/jwt_secret'])
})

test('the signing key is read once', async () => {
  const { get, asked } = await deploy({ jwt_secret: 'the-signing-key-of-the-stage' }, ['jwt_secret'])
  await get('/mine', { authorization: 'Bearer a.b.c' })
  assert.deepEqual((await get('/mine', { authorization: 'Bearer a.b.c' })).body['error'], 'TOKEN_INVALID')
  assert.deepEqual(asked(), ['klue/shop/live/jwt_secret'])
})

test('what cannot be read is told by the name of the exception', async () => {
  const { get, lines } = await deploy({}, ['OWN_SECRET'])
  setEnvironment('AWS_ACCESS_KEY_ID', undefined)
  assert.equal((await get('/password')).body['error'], 'SECRET_UNAVAILABLE')
  assert.match(String(lines[0]!['stack']), /the secret klue\/shop\/live\/OWN_SECRET cannot be read: CredentialsMissing/)
})

test('in Lambda a service that checks tokens asks for its signing key before the first event', async () => {
  await deploy({ jwt_secret: 'the-signing-key-of-the-stage' }, ['jwt_secret'])
  setEnvironment('AWS_LAMBDA_FUNCTION_NAME', 'shop')
  toLambda(service)
  while (server!.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(server!.seen.map(({ input }) => input['SecretId']), ['klue/shop/live/jwt_secret'])
})
