// klue secret: on this machine and in Secrets Manager, without a value ever shown.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import jwt from 'jsonwebtoken'
import { type Finished, klue } from '../cli/klue-process.ts'
import { refusal } from '../platform/aws-server.ts'
import { type FakeSecretsManager, startSecretsManager } from './fake-secrets-manager.ts'

const root = mkdtempSync(join(tmpdir(), 'klue-secret-command-'))
const planted = 'planted-value-of-a-secret'
let server: FakeSecretsManager
let refuses: string | undefined

before(async () => {
  writeFileSync(join(root, 'klue-config.yaml'), 'name: shop\nlive_host: shop.test\nenv_secrets: [BACKEND_PASSWORD, BACKEND_MS, SOMETHING_ELSE]\naws_default_region: eu-central-1\naws_user: somebody\napis:\n  backend: {password: BACKEND_PASSWORD, timeout_ms: BACKEND_MS}\n')
  server = await startSecretsManager(() => (refuses === undefined ? undefined : refusal(refuses, 'User: arn:aws:iam::1:user/x is not authorized')))
})
beforeEach(() => {
  refuses = undefined
  server.kept.clear()
})
after(async () => {
  await server.close()
  rmSync(root, { recursive: true, force: true })
})

function secret(words: string[], options: { input?: string; env?: Record<string, string> } = {}): Promise<Finished> {
  return klue(root, ['secret', ...words], { env: { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_PROFILE: '', ...options.env }, ...(options.input === undefined ? {} : { input: options.input }) })
}

function outputOf({ code, stdout, stderr }: Finished): [number | null, string] {
  assert.ok(!`${stdout}${stderr}`.includes(planted), 'a value is shown')
  assert.ok(!stderr.includes('    at '), stderr)
  return [code, `${stdout}${stderr}`]
}

test('a secret is made, changed, listed, removed and brought back', async () => {
  const live = ['--stage', 'live']
  assert.deepEqual(outputOf(await secret(['set', 'BACKEND_PASSWORD', ...live], { input: `${planted}\n` })), [0, 'Made the secret BACKEND_PASSWORD of the stage live\n'])
  assert.equal(server.kept.get('klue/shop/live/BACKEND_PASSWORD')?.value, planted)
  writeFileSync(join(root, 'value.txt'), `two\nlines\n`)
  assert.deepEqual(outputOf(await secret(['set', 'BACKEND_PASSWORD', '--value-from', 'value.txt', ...live])), [0, 'Changed the secret BACKEND_PASSWORD of the stage live\n'])
  assert.equal(server.kept.get('klue/shop/live/BACKEND_PASSWORD')?.value, 'two\nlines')
  server.kept.set('klue/shop/live/OLD', { value: planted, changed: 1_780_000_000 })
  assert.deepEqual(outputOf(await secret(['list', ...live])), [0, `BACKEND_PASSWORD  set 2026-09-21 14:13 UTC  (apis.backend.password)
BACKEND_MS        missing; klue secret set BACKEND_MS --stage live  (apis.backend.timeout_ms)
jwt_secret        missing; made by the deployment  (jwt_secret)
OLD               set 2026-05-28 20:26 UTC, not needed
`])
  assert.deepEqual(outputOf(await secret(['remove', 'BACKEND_PASSWORD', '--yes', ...live])), [0, 'Removed the secret BACKEND_PASSWORD of the stage live; until 2026-09-28 klue secret set brings it back\n'])
  const rows = JSON.parse((await secret(['list', '--json', ...live])).stdout) as { name: string; state: string; keys: string[]; generated: boolean }[]
  assert.deepEqual(rows.map(({ name, state, generated }) => [name, state, generated]), [['BACKEND_PASSWORD', 'removed', false], ['BACKEND_MS', 'missing', false], ['jwt_secret', 'missing', true], ['OLD', 'set', false]])
  assert.deepEqual(outputOf(await secret(['set', 'BACKEND_PASSWORD', ...live], { input: planted })), [0, 'Restored the secret BACKEND_PASSWORD of the stage live\n'])
  assert.deepEqual(server.kept.get('klue/shop/live/BACKEND_PASSWORD'), { value: planted, changed: 1_790_000_000 })
  assert.equal(outputOf(await secret(['set', 'jwt_secret', '--generate', ...live]))[0], 0)
  assert.match(server.kept.get('klue/shop/live/jwt_secret')!.value, /^[\w-]{43}$/)
})

test('wrong names and values are refused with what to do', async () => {
  const live = ['--stage', 'live']
  const [code, text] = outputOf(await secret(['set', 'BACKEND_PASWORD', ...live], { input: planted }))
  assert.deepEqual([code, text], [1, 'klue: klue-config.yaml env_secrets: no key of the stage live has the secret BACKEND_PASWORD as its value (did you mean BACKEND_PASSWORD?)\n'])
  assert.match(outputOf(await secret(['set', 'SOMETHING_ELSE', ...live], { input: planted }))[1], /no key of the stage live has the secret SOMETHING_ELSE/)
  assert.match(outputOf(await secret(['set', 'jwt_secret', ...live], { input: 'short' }))[1], /jwt_secret must be at least 16 characters long\n/)
  assert.match(outputOf(await secret(['set', 'BACKEND_MS', ...live], { input: planted }))[1], /apis\.backend\.timeout_ms must be a whole number of milliseconds, not what it is\n/)
  assert.match(outputOf(await secret(['set', 'BACKEND_PASSWORD', ...live], { input: '\n' }))[1], /there is no value for BACKEND_PASSWORD/)
  assert.match(outputOf(await secret(['set', 'BACKEND_PASSWORD', '--value-from', 'nowhere', ...live]))[1], /nowhere cannot be read \(ENOENT\)/)
  assert.match(outputOf(await secret(['remove', 'BACKEND_PASSWORD', '--yes', ...live]))[1], /the stage live has no secret BACKEND_PASSWORD \(klue secret list/)
  server.kept.set('klue/shop/live/BACKEND_PASSWORD', { value: planted, changed: 1 })
  assert.match(outputOf(await secret(['remove', 'BACKEND_PASSWORD', ...live]))[1], /no terminal to ask for confirmation \(pass --yes\)/)
  assert.match(outputOf(await secret(['set', ...live]))[1], /klue secret set wants a name/)
  assert.match(outputOf(await secret(['give', ...live]))[1], /klue secret wants to be told what to do/)
  assert.equal(server.kept.size, 1)
})

test('klue token signs with the key of the stage', async () => {
  const token = (words: string[] = []): Promise<Finished> => klue(root, ['token', '--user', 'ann', '--stage', 'live', ...words], { env: { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_PROFILE: '' } })
  assert.match(outputOf(await token())[1], /jwt_secret/)
  server.kept.set('klue/shop/live/jwt_secret', { value: planted, changed: 1 })
  const [code, text] = outputOf(await token())
  assert.equal(code, 0)
  assert.equal((jwt.verify(text.trim(), planted) as { sub?: string }).sub, 'ann')
  server.kept.get('klue/shop/live/jwt_secret')!.deleted = 1_790_000_000
  assert.equal(outputOf(await token())[0], 1)
  refuses = 'AccessDeniedException'
  assert.match(outputOf(await token())[1], /may not read the secret klue\/shop\/live\/jwt_secret/)
})

test('without credentials, permission, region or network one sentence says so', async () => {
  const list = ['list', '--stage', 'live']
  refuses = 'AccessDeniedException'
  assert.match(outputOf(await secret(list))[1], /^klue: these AWS credentials may not list the secrets of the stage live \(ask /)
  refuses = 'UnrecognizedClientException'
  assert.match(outputOf(await secret(list))[1], /^klue: AWS does not accept the credentials with which to list the secrets of the stage live \(UnrecognizedClientException\)/)
  const nobody = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_CONFIG_FILE: join(root, 'none'), AWS_SHARED_CREDENTIALS_FILE: join(root, 'none'), AWS_EC2_METADATA_DISABLED: 'true' }
  assert.match(outputOf(await secret(list, { env: nobody }))[1], /^klue: there are no AWS credentials with which to list the secrets of the stage live/)
  const closed = await startSecretsManager()
  await closed.close()
  assert.match(outputOf(await secret(list, { env: { AWS_ENDPOINT_URL: closed.url } }))[1], /^klue: AWS did not answer when trying to list the secrets of the stage live \(ECONNREFUSED\)/)
  const elsewhere = join(root, 'elsewhere')
  mkdirSync(elsewhere, { recursive: true })
  writeFileSync(join(elsewhere, 'klue-config.yaml'), 'name: shop\n')
  assert.match(outputOf(await klue(elsewhere, ['secret', 'list', '--stage', 'dev'], { env: { ...nobody, AWS_REGION: '', AWS_DEFAULT_REGION: '' } }))[1], /^klue: klue-config.yaml aws_default_region: no region is known in which to list/)
})

test('the secrets of this machine lie in .klue/secrets.json', async () => {
  assert.deepEqual(outputOf(await secret(['set', 'BACKEND_PASSWORD'], { input: planted })), [0, 'Made the secret BACKEND_PASSWORD of the stage local\n'])
  assert.deepEqual(outputOf(await secret(['set', 'BACKEND_PASSWORD'], { input: planted })), [0, 'Changed the secret BACKEND_PASSWORD of the stage local\n'])
  assert.deepEqual(JSON.parse(readFileSync(join(root, '.klue', 'secrets.json'), 'utf8')), { BACKEND_PASSWORD: planted })
  assert.deepEqual(outputOf(await secret(['list'], { env: { BACKEND_MS: '5' } })), [0, `BACKEND_PASSWORD  set  (apis.backend.password)
BACKEND_MS        set by the environment  (apis.backend.timeout_ms)
jwt_secret        missing; made by the local server  (jwt_secret)
`])
  assert.deepEqual(outputOf(await secret(['remove', 'BACKEND_PASSWORD', '--yes'])), [0, 'Removed the secret BACKEND_PASSWORD of the stage local\n'])
  assert.deepEqual(server.seen.filter(({ text }) => text.includes('/local/')), [])
})
