// The handler of a function: opened once, inside the time of its invocation, on the platform of its folder.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileConfig } from '../../src/config/build.ts'
import { env, setEnvironment } from '../../src/config/index.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { type HttpApiEvent, toLambda } from '../../src/lambda/index.ts'
import { lambdaPlatform } from '../../src/lambda/platform.ts'
import { defineService, type Service } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, type LooseHandlers, operation, testPlatform } from '../runtime/service-fixture.ts'

const spec = await compileApi(apiDocument({ '/now': { get: operation('now') }, '/never': { get: operation('never') }, '/closed': { get: operation('closed', { security: [{ key: [] }] }) } }, { components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'k' } } } }))
const handlers: LooseHandlers = { now: (_input, { endsAt }) => ({ endsAt }), never: () => new Promise<never>(() => undefined), closed: () => ({}) }
const service: Service = defineService({ spec, handlers, security: { key: () => true } })
const event = (rawPath: string): HttpApiEvent => ({ version: '2.0', rawPath, requestContext: { requestId: 'of-the-gateway', http: { method: 'GET' } } })

test('the service is opened once, at the first event', async () => {
  let opened = 0
  const platform = testPlatform({ now: () => 1000 })
  const handler = toLambda(service, { platform: () => ((opened += 1), platform) })
  assert.equal(opened, 0)
  const result = await handler(event('/now'), { awsRequestId: 'of-lambda', getRemainingTimeInMillis: () => 5000 })
  await handler(event('/now'), {})
  assert.equal(opened, 1)
  assert.deepEqual([result.statusCode, result.body], [200, '{"endsAt":5750}'])
  assert.deepEqual(platform.lines.map((line) => line['request_id']), ['of-lambda', 'of-the-gateway'])
})

test('a ping that keeps a function warm opens the service, and is neither an error nor a line', async () => {
  let opened = 0
  const platform = testPlatform()
  const handler = toLambda(service, { platform: () => ((opened += 1), platform) })
  for (const ping of [{ source: 'aws.events', 'detail-type': 'Scheduled Event' }, { warmup: true }, { source: 'serverless-plugin-warmup' }]) assert.equal(await handler(ping as never, { awsRequestId: 'a' }), undefined)
  assert.equal(opened, 1)
  assert.deepEqual(platform.lines, [])
  await assert.rejects(handler({ source: 'aws.s3' } as never, {}), (error) => isUsageError(error) && error.faults[0]!.code === 'event-unknown')
})

test('a handler that never settles is answered before Lambda ends the invocation', async () => {
  const handler = toLambda(service, { platform: () => testPlatform({ now: () => 1000 }) })
  const result = await handler(event('/never'), { getRemainingTimeInMillis: () => 250 })
  assert.equal(result.statusCode, 504)
  assert.equal((JSON.parse(result.body) as { error: string }).error, 'DEADLINE_EXCEEDED')
})

test('a service that cannot be opened fails each event, and opens nothing half', async () => {
  const handler = toLambda(defineService({ spec, handlers }), { platform: () => testPlatform() })
  for (let attempt = 0; attempt < 2; attempt++) await assert.rejects(handler(event('/now'), {}), isUsageError)
})

test('the platform of a function reads the configuration beside its bundle', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'klue-lambda-'))
  const before = { root: env('LAMBDA_TASK_ROOT'), secret: 'KLUE_TEST_SECRET' }
  try {
    writeFileSync(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'live', values: { name: 'shop', live_host: 'shop.test', env_secrets: [before.secret], own_key: before.secret }, places: {} })))
    setEnvironment('LAMBDA_TASK_ROOT', folder)
    assert.throws(lambdaPlatform, (error) => isUsageError(error) && error.message.includes(before.secret), 'a secret that is not set stops the start')
    setEnvironment(before.secret, 'a-value')
    setEnvironment('JWT_SECRET', 'the-secret-of-tokens')
    const platform = lambdaPlatform()
    assert.deepEqual([platform.config.name, platform.config.stage, platform.config.live, platform.config['own_key']], ['shop', 'live', true, 'a-value'])
    assert.equal(await platform.secret('jwt_secret'), 'the-secret-of-tokens')
    assert.equal(await platform.secret('none_of_these'), undefined)
  } finally {
    setEnvironment('LAMBDA_TASK_ROOT', before.root)
    setEnvironment(before.secret, undefined)
    setEnvironment('JWT_SECRET', undefined)
    rmSync(folder, { recursive: true, force: true })
  }
})
