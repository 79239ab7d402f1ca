// The configuration object of a process: how it is got, added to, and shown.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { afterEach, test } from 'node:test'
import { configValue, fromMergedConfig, type MergedConfig, showConfig } from '../../src/config/build.ts'
import { env, environment, getConfig, liveUrl, quietAwsSdk, setConfig, setEnvironment, stageName } from '../../src/config/index.ts'
import { isUsageError } from '../../src/errors/index.ts'

const merged = (values: Record<string, unknown>): MergedConfig => ({ stage: 'local', values: { name: 'app', ...values }, places: {} })

afterEach(() => {
  setConfig(undefined)
  setEnvironment('KLUE_STAGE', undefined)
  setEnvironment('KLUE_TEST_VALUE', undefined)
})

test('has no configuration before a start', () => {
  assert.throws(() => getConfig(), (failure: unknown) => isUsageError(failure) && /before the configuration was loaded/.test(failure.message))
  const config = fromMergedConfig(merged({}), { env: {} })
  assert.equal(setConfig(config), undefined)
  assert.equal(getConfig(), config)
  assert.equal(setConfig(undefined), config)
})

test('may be added to, and takes both spellings of a known key', () => {
  setConfig(fromMergedConfig(merged({ my_key: 1 }), { env: {} }))
  getConfig().my_api_key = 'abc'
  getConfig().my_key = 2
  getConfig().reportCallExceedingMs = 5000
  assert.deepEqual([getConfig().my_api_key, getConfig().my_key, getConfig()['report_call_exceeding_ms']], ['abc', 2, 5000])
  getConfig()['report_call_exceeding_ms'] = 6000
  assert.equal(getConfig().reportCallExceedingMs, 6000)
  assert.equal(getConfig().values['my_key'], 1)
  assert.ok(!JSON.stringify(getConfig()).includes('report_call'))
})

test('gives every configuration lists and maps of its own', () => {
  const first = fromMergedConfig(merged({}), { env: {} })
  first.corsOrigins.push('https://a.example')
  first.apis['x'] = {}
  const second = fromMergedConfig(merged({}), { env: {} })
  assert.deepEqual([second.corsOrigins, second.apis], [['*'], {}])
})

test('hides secrets unless they are asked for', () => {
  const config = fromMergedConfig(
    merged({ env_secrets: ['HIDDEN'], jwt_secret: 'a long secret value', jwt_token_timeout: 5, mine: 'HIDDEN', my_password: 'p', token_key: 'k', my: { secret: 's', open: 'o' }, apis: { 'secret-store': { url: 'http://a', password: 'p' }, b: { username: 'HIDDEN' } } }),
    { env: { HIDDEN: 'hidden value' } },
  )
  const shown = Object.fromEntries(showConfig(config).map(({ key, value }) => [key, value]))
  assert.equal(shown['jwt_secret'], '****')
  assert.equal(shown['mine'], '****')
  assert.equal(shown['my_password'], '****')
  assert.equal(shown['token_key'], '****')
  assert.equal(shown['my'], '{"secret":"****","open":"o"}')
  assert.equal(shown['apis'], '{"secret-store":{"url":"http://a","password":"****"},"b":{"username":"****"}}')
  assert.equal(shown['env_secrets'], '["HIDDEN"]')
  assert.equal(shown['jwt_token_timeout'], '5')
  assert.equal(shown['live_host'], '')
  assert.equal(configValue(config, 'mine', { reveal: true }), 'hidden value')
  assert.equal(configValue(config, 'jwt-token-timeout'), '5')
  assert.equal(configValue(config, 'jwtTokenTimeout'), '5')
  assert.throws(() => configValue(config, 'jwt_token_timout'), /there is no key jwt_token_timout \(did you mean jwt_token_timeout\?\)/)
  assert.throws(() => configValue(config, 'toString'), isUsageError)
})

test('hides an own secret where the object spells it otherwise', () => {
  const config = fromMergedConfig(merged({ 'a.b': 'X', env_secrets: ['X'] }), { env: { X: 'hidden value' } })
  assert.equal(configValue(config, 'a.b'), '****')
})

test('knows where a stage answers', () => {
  const url = (live_host?: string): string | undefined => liveUrl(fromMergedConfig(merged(live_host === undefined ? {} : { live_host }), { env: {} }))
  assert.deepEqual([url(), url('a.example'), url('https://a.example/'), url('http://a.example:81')], [undefined, 'https://a.example', 'https://a.example', 'http://a.example:81'])
})

test('reads and writes the environment', () => {
  assert.deepEqual([stageName('x'), stageName()], ['x', 'local'])
  setEnvironment('KLUE_STAGE', 'test')
  assert.deepEqual([stageName(), env('KLUE_STAGE'), environment()['KLUE_STAGE']], ['test', 'test', 'test'])
  setEnvironment('KLUE_STAGE', '')
  assert.equal(env('KLUE_STAGE'), undefined)
  quietAwsSdk()
  assert.equal(environment()['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'], 'true')
})

test('is one object for two copies of the kit, and holds neither a YAML parser nor the table of keys', async () => {
  const { outputFiles, metafile } = await build({ entryPoints: ['src/config/index.ts'], bundle: true, format: 'esm', platform: 'node', write: false, metafile: true })
  assert.deepEqual(Object.keys(metafile.inputs).filter((input) => input.includes('node_modules') || /load|yaml|key-table|check-|merged/.test(input)), [])
  const copy = (await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`)) as { setConfig: typeof setConfig }
  const config = fromMergedConfig(merged({}), { env: {} })
  copy.setConfig(config)
  assert.equal(getConfig(), config)
})
