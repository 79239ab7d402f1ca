// klue-config.yaml on disk: stages, secrets, own keys, and every fault with its place.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { isUsageError, type UsageError } from '../../src/errors/index.ts'
import { compileConfig, loadConfig, type LoadedConfig, type LoadOptions } from '../../src/config/build.ts'
import { fromCompiledConfig } from '../../src/config/index.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'klue-config-'))
})

afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function load(text: string, options: Partial<LoadOptions> & { overlays?: Record<string, string> } = {}): LoadedConfig {
  writeFileSync(join(root, 'klue-config.yaml'), text)
  for (const [stage, overlay] of Object.entries(options.overlays ?? {})) writeFileSync(join(root, `klue-config.${stage}.yaml`), overlay)
  return loadConfig({ root, stage: 'local', env: {}, ...options })
}

function faultsOf(text: string, options?: Parameters<typeof load>[1]): string[] {
  try {
    load(text, options)
  } catch (failure) {
    assert.ok(isUsageError(failure), String(failure))
    return (failure as UsageError).message.split('\n')
  }
  return []
}

test('fills defaults in', () => {
  const { config, stage, files } = load('name: app\n')
  assert.equal(stage, 'local')
  assert.deepEqual(files, ['klue-config.yaml'])
  assert.deepEqual({ ...config }, {
    name: 'app', live: false, envSecrets: [], port: 8080, mock: false, jwtTokenTimeout: 86400, jwtTokenRenewAfter: 10800, loginAttempts: 5, loginWindowSeconds: 900,
    cookieOrigins: [], corsOrigins: ['*'], devHosts: [], basePath: false, bodyLimitBytes: 6291456, responseLimitBytes: 6291456, timeoutSeconds: 29, responseCheck: 'log',
    hideInternalErrors: false, crashApi: false, reportCallExceedingMs: 1000, reportSlowBaseline: 0, secretNames: ['password', 'passwd', 'secret', 'dsn', 'sessionid', 'pwd', 'passphrase', 'cookie', 'authorization', 'credential', 'token', '_token', 'apikey', '_key', 'klue_candidate'], logDataLevel: 'auto', logResultLevel: 'auto', logHeadersLevel: 'auto', logBodyLimitBytes: 16384, logExcludeMethods: ['OPTIONS', 'CONNECT', 'TRACE', 'HEAD'], logExcludeStatuses: [], logExcludeOperations: [], logVolatile: true, logVolatileDays: 7, logDays: 90, logPersistLevel: 'warn', logPersistDurationMs: 5000, logsMonthlyUsd: 0, logArchive: false, logArchiveDays: 365, metricOperations: [], metricNames: [], alerts: {}, hideIpAddress: false, hideUserId: false, reports: {}, reportMinInterval: 300, reportCompressWindow: 3600, apis: {}, awsHostsMin: 0, awsHostsMax: 0, awsHostsTarget: 70, awsHostsSchedule: [], reservedConcurrency: 0, memoryMb: 512, logRetentionDays: 30, functions: {}, throttleRate: 0, throttleBurst: 0, throttleOperations: [], shift: 'all at once', tableBilling: 'on-demand', tableReadMin: 1, tableReadMax: 20, tableWriteMin: 1, tableWriteMax: 20, tableTarget: 70, alarms: false, runSchedules: false, schedules: {}, tasksPath: '/tasks', control: false, alarmErrorPercent: 5, dashboard: false, alarmLatencyMs: 3000, defaultUserId: 'KLUE_DEFAULT_USER_ID', seeds: ['seeds'], stage: 'local',
  })
})

test('schedules run where the stage is live, whatever its name is, unless run_schedules says otherwise', () => {
  const stages = 'name: builds\nlive_host: api.example.com\nstages:\n  prod: { live: true }\n  idle: { live: true, run_schedules: false }\n  test: { run_schedules: true }\n  dev: { live: false }\n  live: {}\n'
  const runs = ['prod', 'idle', 'test', 'dev', 'live'].map((stage) => load(stages, { stage, unset: 'leave out' }).deployment.runSchedules)
  assert.deepEqual(runs, [true, false, true, false, true])
})

test('puts the stage file over the base, and the stages part over both', () => {
  const base = 'name: app\nport: 1\ntimeout_seconds: 1\nmine: 1\nlogin_attempts: 9\nstages:\n  dev:\n    port: 3\n    login_attempts:\n  other:\n'
  const { config, files } = load(base, { stage: 'dev', overlays: { dev: 'port: 2\ntimeout_seconds: 2\nyours: 2\n' } })
  assert.deepEqual([config.port, config.timeoutSeconds, config['mine'], config['yours'], config.loginAttempts], [3, 2, 1, 2, 5])
  assert.deepEqual(files, ['klue-config.yaml', 'klue-config.dev.yaml'])
  assert.equal(load(base, { stage: 'other' }).config.port, 1)
})

test('merges called APIs key by key and replaces lists', () => {
  const { config } = load('name: app\ncors_origins: ["https://a.example"]\napis:\n  one: { url: "http://a", username: u, timeout_ms: 5 }\n  two: { username: v }\nstages:\n  local:\n    cors_origins: []\n    apis:\n      one: { url: "http://b", username: }\n')
  assert.deepEqual(config.apis, { one: { url: 'http://b', timeoutMs: 5 }, two: { username: 'v' } })
  assert.deepEqual(config.corsOrigins, [])
})

test('takes the explicit file, and says where none is', () => {
  writeFileSync(join(root, 'other.yaml'), 'name: other\n')
  assert.equal(loadConfig({ root, file: 'other.yaml', env: {} }).config.name, 'other')
  assert.throws(() => loadConfig({ root }), /klue-config.yaml: there is no such file in .*name: builds/)
  assert.throws(() => loadConfig({ root, file: 'none.yaml' }), /none.yaml: there is no such file/)
})

test('puts secrets in: known and own keys, numbers, called APIs, and nothing else', () => {
  const text = 'name: app\nenv_secrets: [A_SECRET, A_PORT]\njwt_secret: A_SECRET\nmine: A_SECRET\nport: A_PORT\ntext: has A_SECRET in it\nnested: { deep: A_SECRET }\napis: { x: { password: A_SECRET } }\n'
  const { config } = load(text, { env: { A_SECRET: 'a long secret value', A_PORT: '99' } })
  assert.deepEqual([config.jwtSecret, config['mine'], config.port, config['text'], config['nested'], config.apis['x']?.password], ['a long secret value', 'a long secret value', 99, 'has A_SECRET in it', { deep: 'A_SECRET' }, 'a long secret value'])
  assert.deepEqual(config.secretKeys, ['jwt_secret', 'mine', 'port', 'apis.x.password'])
  assert.equal(config.values['mine'], 'a long secret value')
})

test('takes local secrets for unset variables and for jwt_secret', () => {
  const text = 'name: app\nenv_secrets: [A_SECRET]\nmine: A_SECRET\n'
  const secrets = { A_SECRET: 'stand-in', jwt_secret: 'generated for this clone' }
  assert.deepEqual([load(text, { secrets }).config['mine'], load(text, { secrets }).config.jwtSecret], ['stand-in', 'generated for this clone'])
  assert.equal(load(text, { secrets, env: { A_SECRET: 'real' } }).config['mine'], 'real')
  assert.equal(load(`${text}jwt_secret: of the file itself\n`, { secrets }).config.jwtSecret, 'of the file itself')
})

test('names every variable that is not set', () => {
  const text = 'name: app\nenv_secrets: [A_SECRET, B_SECRET]\nmine: A_SECRET\njwt_secret: B_SECRET\n'
  assert.deepEqual(faultsOf(text, { env: { A_SECRET: '' } }), [
    'klue-config.yaml:3 mine: the value of mine comes from the environment variable A_SECRET, which is not set (set A_SECRET, or give mine a value of its own for the stage local)',
    'klue-config.yaml:4 jwt_secret: the value of jwt_secret comes from the environment variable B_SECRET, which is not set (set B_SECRET, or give jwt_secret a value of its own for the stage local)',
  ])
  assert.equal(load(text, { unset: 'leave out' }).config['mine'], undefined)
})

test('does not print what is wrong with a secret', () => {
  const text = 'name: app\nenv_secrets: [A_SECRET]\njwt_secret: A_SECRET\n'
  assert.deepEqual(faultsOf(text, { env: { A_SECRET: 'too short' } }), ['klue-config.yaml:3 jwt_secret: jwt_secret must be at least 16 characters long'])
  assert.ok(!faultsOf('name: app\njwt_secret: 1234567890\n').join().includes('1234567890'))
})

test('keeps own keys, and refuses those that are nearly known ones', () => {
  assert.equal(load('name: app\nmy_key: [1, { a: 2 }]\nhost: x\n').config['my_key']?.constructor, Array)
  assert.equal(load('name: app\nconstructor: mine\n').config['constructor'] as unknown, 'mine')
  for (const [key, meant] of [['nmae', 'name'], ['live_hots', 'live_host'], ['jwt_secert', 'jwt_secret'], ['aws_hosts_mn', 'aws_hosts_min'], ['bodyLimitBytes', 'body_limit_bytes'], ['body-limit-bytes', 'body_limit_bytes'], ['Port', 'port'], ['stage_s', 'stages'], ['live_ur', 'live_url']]) {
    assert.deepEqual(faultsOf(`name: app\n${key}: x\n`), [`klue-config.yaml:2:1 ${key}: there is no key ${key} (did you mean ${meant}?)`])
  }
  for (const key of ['stage', 'values', 'secretKeys', '__proto__', '"a b"']) assert.equal(faultsOf(`name: app\n${key}: x\n`).length, 1, key)
})

test('collects every fault of every file with its place', () => {
  const text = `port: "80"
timeout_seconds: 901
live_hots: x
hide_internal_errors: yes
response_check: sometimes
cors_origins: https://a.example
cookie_origins: ["*"]
jwt_issuer: 12
apis:
  one:
    ulr: http://a
    timeout_ms: soon
stages:
  live:
    stages: {}
    port: 1.5
  dev: 7
`
  assert.deepEqual(faultsOf(text, { stage: 'test', overlays: { test: 'crash_api: 1\napis: none\n' } }), [
    'klue-config.yaml:1:1 port: port must be a whole number, not "80"',
    'klue-config.yaml:2:1 timeout_seconds: timeout_seconds must be from 1 to 900 seconds, not 901',
    'klue-config.yaml:3:1 live_hots: there is no key live_hots (did you mean live_host?)',
    'klue-config.yaml:4:1 hide_internal_errors: hide_internal_errors must be true or false, not "yes"',
    'klue-config.yaml:5:1 response_check: response_check must be off, log or fail, not "sometimes"',
    'klue-config.yaml:6:1 cors_origins: cors_origins must be a list of texts, not "https://a.example"',
    'klue-config.yaml:7:1 cookie_origins: cookie_origins holds "*": each entry must be an origin such as https://app.example.com',
    'klue-config.yaml:8:1 jwt_issuer: jwt_issuer must be text; write 12 in quotes',
    'klue-config.yaml:11:5 apis.one.ulr: there is no key apis.one.ulr (did you mean url?)',
    'klue-config.yaml:12:5 apis.one.timeout_ms: apis.one.timeout_ms must be a whole number of milliseconds, not "soon"',
    'klue-config.yaml:15:5 stages.live.stages: stages may stand only at the top of klue-config.yaml (write the keys of this stage without stages)',
    'klue-config.yaml:16:5 stages.live.port: port must be a whole number, not 1.5',
    'klue-config.yaml:17:3 stages.dev: stages.dev must be a map of keys to values',
    'klue-config.test.yaml:1:1 crash_api: crash_api must be true or false, not 1',
    'klue-config.test.yaml:2:1 apis: apis must be a map of API names to their settings, not "none"',
  ])
})

test('refuses YAML that cannot be read, and keys that stand twice', () => {
  assert.deepEqual(faultsOf('name: app\nname: other\n'), ['klue-config.yaml:2:1: this key stands here for the second time in its map (keep one of the two)'])
  assert.match(faultsOf('name: app\n  port: 1\n')[0]!, /^klue-config\.yaml:\d+:\d+: this is not YAML: /)
  assert.match(faultsOf('- name\n')[0]!, /the file must hold keys and values/)
  assert.deepEqual(faultsOf(''), ['klue-config.yaml name: there is no name (add a line such as name: builds)'])
  assert.match(faultsOf('name: app\nlive_url: a.example\nlive_host: b.example\n')[0]!, /live_url is another name of live_host, and both are set/)
})

test('wants of a live stage what a live stage needs', () => {
  assert.deepEqual(faultsOf('name: app\ncrash_api: true\n', { stage: 'live' }), [
    'klue-config.yaml live_host: the stage live is live, but there is no live_host (add live_host with the public host of the service)',
    'klue-config.yaml:2 crash_api: the stage live is live, and a live stage does not serve the crash API (set crash_api: false for the stage live)',
  ])
  const { config } = load('name: app\nlive_host: a.example\n', { stage: 'live' })
  assert.deepEqual([config.live, config.defaultUserId], [true, undefined])
  assert.equal(load('name: app\nlive: false\n', { stage: 'live' }).config.live, false)
  assert.match(faultsOf('name: app\naws_hosts_min: 5\naws_hosts_max: 4\n')[0]!, /aws_hosts_min \(5\) is above aws_hosts_max \(4\)/)
  assert.deepEqual(load('name: app\naws_hosts_min: 5\n').config.awsHostsMin, 5)
  assert.deepEqual(load('name: app\nfunctions: { reports: { memory_mb: 1024 } }\nstages: { live: { functions: { reports: { hosts_min: 1 } } } }\nlive_host: a.example\n', { stage: 'live' }).config.functions, { reports: { memoryMb: 1024, hostsMin: 1 } })
  assert.match(faultsOf('name: app\nfunctions: { reports: { memory: 1024 } }\n')[0]!, /there is no key functions.reports.memory/)
})

test('accepts keys of earlier kits with a notice', () => {
  const { config, notices } = load('name: app\ndocker_repo: mine\nlive_url: https://a.example\naws_region: eu-west-1\nenv_jwt_secret: MY_SECRET\n', { env: { MY_SECRET: 'a long secret value' } })
  assert.deepEqual(notices.map((notice) => notice.pointer), ['docker_repo', 'env_jwt_secret'])
  assert.deepEqual([config['docker_repo'], config.liveHost, config.awsDefaultRegion, config.jwtSecret], ['mine', 'https://a.example', 'eu-west-1', 'a long secret value'])
})

test('refuses a misspelt stage and one that is no name', () => {
  assert.deepEqual(faultsOf('name: app\nstages: { staging: {} }\n', { stage: 'stagin' }), ['klue-config.yaml stages: there is no stage stagin (did you mean staging?)'])
  assert.match(faultsOf('name: app\n', { stage: '../x' })[0]!, /the stage "..\/x" must be a letter/)
  assert.equal(load('name: app\n', { stage: 'pr-17' }).stage, 'pr-17')
})

test('compiles to JSON without secrets, and comes back with them', () => {
  const loaded = load('name: app\nenv_secrets: [A_SECRET]\nmine: A_SECRET\nport: 1\n', { env: { A_SECRET: 'visible' } })
  const json = JSON.stringify(compileConfig(loaded.merged))
  assert.ok(!json.includes('visible'))
  const config = fromCompiledConfig(JSON.parse(json), { env: {}, secrets: { A_SECRET: 'later' } })
  assert.deepEqual([config['mine'], config.port, config.stage], ['later', 1, 'local'])
  assert.throws(() => fromCompiledConfig(JSON.parse(json), { env: {} }), /klue-config.yaml:3 mine: the value of mine comes from the environment variable A_SECRET/)
})

test('an own key that has the name of a new one and another shape is a notice, and stays what it was, also in a deployed function', () => {
  const text = 'name: app\nschedules: [early, late]\ntasks_path: 3\nrun_schedules: nightly\n'
  const { config, notices, deployment, merged } = load(text)
  assert.deepEqual(notices.map(({ code, file, line, pointer }) => [code, file, line, pointer]), [['config-key-taken', 'klue-config.yaml', 2, 'schedules'], ['config-key-taken', 'klue-config.yaml', 3, 'tasks_path'], ['config-key-taken', 'klue-config.yaml', 4, 'run_schedules']])
  assert.match(notices[0]!.message, /^schedules is a key of klue now, and has another shape here: it is left to the service for this minor version$/)
  assert.deepEqual([config['schedules'], config['tasks_path'], config.tasksPath, config['run_schedules'], deployment.runSchedules], [['early', 'late'], 3, '/tasks', 'nightly', false])
  const compiled = fromCompiledConfig(JSON.parse(JSON.stringify(compileConfig(merged))) as ReturnType<typeof compileConfig>, { env: {} })
  assert.deepEqual([compiled['schedules'], compiled['tasks_path'], compiled.tasksPath, compiled['run_schedules']], [['early', 'late'], 3, '/tasks', 'nightly'])
  assert.deepEqual(load('name: app\nschedules: { night: 0 3 * * * }\n').notices.length, 1)
  // What is meant for the kit is held to it.
  assert.match(faultsOf('name: app\nschedules: { a: { cron: 5 }, b: x }\n').join(), /schedules\.b must be a map with/)
  assert.match(faultsOf('name: app\ntasks_path: no path\n').join(), /tasks_path/)
})
