// Which secrets a stage needs, and how they reach a configuration that is in use.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compileConfig, loadConfig, requiredSecrets } from '../../src/config/build.ts'
import { fromCompiledConfig, secretPrefix, setEnvironment } from '../../src/config/index.ts'
import { refillSecrets } from '../../src/config/refill-secrets.ts'
import { isUsageError } from '../../src/errors/index.ts'

const root = mkdtempSync(join(tmpdir(), 'klue-required-'))
after(() => rmSync(root, { recursive: true, force: true }))

const base = `name: shop
env_secrets: [MAIL_PASSWORD, BACKEND_PASSWORD, BACKEND_MS, UNUSED, OPERATOR, SIGNING]
mail.password: MAIL_PASSWORD
note: holds MAIL_PASSWORD inside
alarm_email: OPERATOR
apis:
  back.end:
    username: shop
    password: BACKEND_PASSWORD
    timeout_ms: BACKEND_MS
stages:
  test:
    apis:
      back.end:
        password: not-a-secret
  signed:
    jwt_secret: SIGNING
`

function load(stage: string, text: string = base): ReturnType<typeof loadConfig> {
  writeFileSync(join(root, 'klue-config.yaml'), text)
  return loadConfig({ root, stage, env: {}, unset: 'leave out' })
}

test('only what a value of the stage names is required, and the signing key', () => {
  assert.deepEqual(requiredSecrets(load('dev')), [
    { name: 'MAIL_PASSWORD', key: 'mail.password', generated: false },
    { name: 'BACKEND_PASSWORD', key: 'apis.back.end.password', generated: false },
    { name: 'BACKEND_MS', key: 'apis.back.end.timeout_ms', generated: false },
    { name: 'jwt_secret', key: 'jwt_secret', generated: true },
  ])
  assert.deepEqual(requiredSecrets(load('test')).map(({ name }) => name), ['MAIL_PASSWORD', 'BACKEND_MS', 'jwt_secret'])
})

test('a signing key that a variable stands for is not made by the kit', () => {
  assert.deepEqual(requiredSecrets(load('signed')).at(-1), { name: 'SIGNING', key: 'jwt_secret', generated: false })
})

test('the names of the secrets of a stage begin alike', () => {
  assert.equal(secretPrefix(load('dev').config), 'klue/shop/dev/')
})

test('secrets are put into the configuration that everybody holds', () => {
  const compiled = compileConfig(load('dev').merged)
  const config = fromCompiledConfig(compiled, { env: {}, unset: 'leave out' })
  const called = config.apis['back.end']!
  config['own'] = 'set at run time'
  refillSecrets(config, compiled, { MAIL_PASSWORD: 'one', BACKEND_PASSWORD: 'two', BACKEND_MS: '300' })
  assert.deepEqual([config['mail.password'], called.password, called.timeoutMs, called.username, config['own']], ['one', 'two', 300, 'shop', 'set at run time'])
  assert.equal(config.values['mail.password'], 'one')
  refillSecrets(config, compiled, { MAIL_PASSWORD: 'three', BACKEND_PASSWORD: 'two', BACKEND_MS: '300' })
  assert.deepEqual([config['mail.password'], config.values['mail.password']], ['three', 'three'])
  assert.deepEqual(config.secretKeys, ['mail.password', 'apis.back.end.password', 'apis.back.end.timeout_ms'])
})

test('a variable of the environment wins over the secret', () => {
  const compiled = compileConfig(load('dev').merged)
  const config = fromCompiledConfig(compiled, { env: {}, unset: 'leave out' })
  setEnvironment('MAIL_PASSWORD', 'of the environment')
  try {
    refillSecrets(config, compiled, { MAIL_PASSWORD: 'kept' })
    assert.equal(config['mail.password'], 'of the environment')
  } finally {
    setEnvironment('MAIL_PASSWORD', undefined)
  }
})

test('a secret that does not fit its key changes nothing, and is not shown', () => {
  const compiled = compileConfig(load('dev').merged)
  const config = fromCompiledConfig(compiled, { env: {}, unset: 'leave out' })
  for (const planted of ['planted-text', '98765432101']) {
    assert.throws(() => refillSecrets(config, compiled, { MAIL_PASSWORD: 'new', BACKEND_MS: planted }), (error) => isUsageError(error) && error.message.includes('apis.back.end.timeout_ms') && !error.message.includes(planted))
  }
  assert.equal(config['mail.password'], undefined)
  writeFileSync(join(root, 'klue-config.yaml'), 'name: shop\nenv_secrets: [PLACE]\nlive_host: PLACE\n')
  assert.throws(() => loadConfig({ root, stage: 'dev', env: { PLACE: 'planted text' } }), (error) => isUsageError(error) && !error.message.includes('planted'))
})
