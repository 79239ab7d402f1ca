// A function's configuration against that of a build: the same object and the same faults, without the table of keys.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileConfig, fromMergedConfig, keyTable, type MergedConfig } from '../../src/config/build.ts'
import { type CompiledConfig, type Config, fromCompiledConfig, type SecretSources } from '../../src/config/index.ts'
import { isUsageError } from '../../src/errors/index.ts'

const variables = ['TEXT', 'WHOLE', 'DECIMAL', 'SWITCH', 'CHOICE', 'LIST', 'FREE', 'KEY', 'HOOK', 'MS', 'OWN', 'OPERATIONS', 'MAIL']
const values: Record<string, unknown> = {
  name: 'shop', env_secrets: variables, live_host: 'TEXT', port: 'WHOLE', logs_monthly_usd: 'DECIMAL', hide_user_id: 'SWITCH', response_check: 'CHOICE',
  cookie_origins: 'LIST', log_exclude_operations: 'OPERATIONS', jwt_issuer: 'FREE', jwt_secret: 'KEY', 'my.own': 'OWN', listed: [1, { a: 'OWN' }], alarm_email: 'MAIL', memory_mb: 1024,
  apis: { 'back.end': { url: 'https://a.example', password: 'FREE', timeout_ms: 'MS' } },
  reports: { team: { type: 'webhook', url: 'HOOK', signing_secret: 'KEY' } },
  alerts: { slow: { metric: 'p95_ms', threshold: 100, min_times: 2 } },
}
const merged: MergedConfig = { stage: 'dev', values, places: { port: { file: 'klue-config.yaml', line: 3 }, 'apis.back.end.timeout_ms': { file: 'klue-config.dev.yaml', line: 7 } } }
const good: Record<string, string> = {
  TEXT: 'a.example', WHOLE: ' 81 ', DECIMAL: '1.5', SWITCH: 'true', CHOICE: 'fail', LIST: 'https://a.example, http://b.example,', OPERATIONS: 'one,GET /ping',
  FREE: ' as it is ', KEY: 'sixteen letters!', HOOK: 'https://hooks.example/x', MS: '300', OWN: '12', MAIL: 'team@example.com',
}

const written = (of: MergedConfig): CompiledConfig => JSON.parse(JSON.stringify(compileConfig(of))) as CompiledConfig
const deployed = (config: Config): Record<string, unknown> => {
  const left = new Set([...Object.keys(keyTable).slice(Object.keys(keyTable).indexOf('awsUser')), 'schedules'])
  return Object.fromEntries(Object.entries(config).filter(([key]) => !left.has(key)))
}

function faultsOf(open: () => Config): string[] {
  try {
    open()
    return []
  } catch (error) {
    assert.ok(isUsageError(error))
    return error.message.split('\n').sort()
  }
}

function sameFaults(of: MergedConfig, sources: SecretSources): string[] {
  const found = faultsOf(() => fromCompiledConfig(written(of), sources))
  const { alarm_email: _left, ...rest } = of.values
  assert.deepEqual(found, faultsOf(() => fromMergedConfig({ ...of, values: rest }, sources)))
  return found
}

test('a function has the object of the build, without what only a deployment reads', () => {
  const [opened, loaded] = [fromCompiledConfig(written(merged), { env: good }), fromMergedConfig(merged, { env: good })]
  assert.deepEqual(deployed(opened), deployed(loaded))
  assert.deepEqual([opened.port, opened.cookieOrigins, opened.apis['back.end']?.timeoutMs, opened.reports['team']?.signingSecret, opened['my.own']], [81, ['https://a.example', 'http://b.example'], 300, 'sixteen letters!', '12'])
  assert.deepEqual([opened['memoryMb'], opened.values['alarm_email']], [undefined, undefined])
  assert.deepEqual(opened.values['apis'], loaded.values['apis'])
  assert.deepEqual(opened.secretKeys, loaded.secretKeys.filter((key) => key !== 'alarm_email'))
  opened['live_host'] = 'b.example'
  assert.deepEqual([opened.liveHost, opened['jwt_audience'], Object.keys(opened).includes('live_host')], ['b.example', undefined, false])
})

test('without secrets, defaults and own values stay', () => {
  const opened = fromCompiledConfig(written(merged), { env: {}, unset: 'leave out' })
  const loaded = fromMergedConfig(merged, { env: {}, unset: 'leave out' })
  assert.deepEqual(deployed(opened), deployed(loaded))
  assert.deepEqual([opened.port, opened.responseCheck, opened.jwtSecret], [8080, 'log', undefined])
})

test('every unset variable is told as the build tells it', () => {
  const faults = sameFaults(merged, { env: {} })
  assert.equal(faults.length, 14)
  assert.ok(faults.includes('klue-config.yaml:3 port: the value of port comes from the environment variable WHOLE, which is not set (set WHOLE, or give port a value of its own for the stage dev)'))
})

test('a text that does not fit is told as the build tells it, and not shown', () => {
  const wrong: Record<string, readonly string[]> = {
    TEXT: ['planted text'], WHOLE: ['planted', '1.5', '65536', '-1', '9'.repeat(400)], DECIMAL: ['planted', '1e3', '1000001', '-0.5'], SWITCH: ['planted', 'TRUE'], CHOICE: ['planted', 'of', 'off|log'],
    LIST: ['planted', 'https://a.example,planted'], KEY: ['planted'], HOOK: ['planted'], MS: ['planted', '0', '900001'],
  }
  for (const [name, texts] of Object.entries(wrong)) {
    for (const text of texts) {
      const faults = sameFaults(merged, { env: { ...good, [name]: text } })
      assert.equal(faults.length, name === 'KEY' ? 2 : 1, `${name} ${text.slice(0, 20)}`)
      assert.doesNotMatch(faults.join(), /planted/)
    }
  }
  assert.ok(sameFaults(merged, { env: { ...good, MS: '0' } })[0]!.startsWith('klue-config.dev.yaml:7 apis.back.end.timeout_ms: apis.back.end.timeout_ms must be from 1'))
})

test('what a live stage needs holds where a variable makes it live', () => {
  const live: MergedConfig = { stage: 'dev', values: { name: 'shop', env_secrets: ['LIVE'], live: 'LIVE', crash_api: true }, places: {} }
  assert.equal(sameFaults(live, { env: { LIVE: 'true' } }).length, 2)
  assert.deepEqual(sameFaults(live, { env: { LIVE: 'false' } }), [])
  const hosted = { ...live, values: { ...live.values, live_host: 'a.example', crash_api: false } }
  assert.deepEqual([fromCompiledConfig(written(hosted), { env: { LIVE: 'true' } }).defaultUserId, fromCompiledConfig(written(hosted), { env: { LIVE: 'false' } }).defaultUserId], [undefined, 'KLUE_DEFAULT_USER_ID'])
})

test('each opening has lists and maps of its own', () => {
  const compiled = written(merged)
  const first = fromCompiledConfig(compiled, { env: good })
  first.corsOrigins.push('https://a.example')
  first.apis['x'] = {}
  const second = fromCompiledConfig(compiled, { env: good })
  assert.deepEqual([second.corsOrigins, Object.keys(second.apis)], [['*'], ['back.end']])
})
