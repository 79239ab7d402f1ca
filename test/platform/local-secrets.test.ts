// Local secrets: made once, readable by their owner only, safe between processes.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { promisify } from 'node:util'
import { isUsageError } from '../../src/errors/index.ts'
import { localSecrets } from '../../src/platform/local/index.ts'

let folder: string

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'klue-secrets-')), 'data')
})

afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

test('generates a secret once', async () => {
  const secrets = localSecrets(folder)
  assert.equal(secrets.get('jwt_secret'), undefined)
  const first = await secrets.ensure('jwt_secret')
  assert.match(first, /^[\w-]{43}$/)
  assert.equal(await secrets.ensure('jwt_secret'), first)
  assert.equal(localSecrets(folder).get('jwt_secret'), first)
  assert.notEqual(await secrets.ensure('other'), first)
  await secrets.set('other', 'chosen')
  assert.deepEqual(secrets.all(), { jwt_secret: first, other: 'chosen' })
  assert.deepEqual(readdirSync(folder), ['secrets.json'])
})

test('lets only the owner read', async () => {
  const path = join(folder, 'secrets.json')
  await localSecrets(folder).ensure('a')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  chmodSync(path, 0o644)
  localSecrets(folder).get('a')
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('gives one value to many, in one process and in several', async () => {
  const values = await Promise.all(Array.from({ length: 20 }, () => localSecrets(folder).ensure('same')))
  assert.equal(new Set(values).size, 1)
  const script = `const { localSecrets } = await import('./src/platform/local/index.ts'); const secrets = localSecrets(${JSON.stringify(folder)}); await secrets.ensure('own-' + process.pid); console.log(await secrets.ensure('shared'))`
  const outputs = await Promise.all(Array.from({ length: 3 }, () => promisify(execFile)(process.execPath, ['--conditions=klue-source', '--import', 'tsx', '--input-type=module', '-e', script])))
  assert.equal(new Set(outputs.map((output) => output.stdout.trim())).size, 1)
  assert.equal(Object.keys(localSecrets(folder).all()).length, 5)
})

test('refuses a damaged file instead of making new secrets', async () => {
  await localSecrets(folder).ensure('a')
  for (const content of ['', '[]', '{"a":1}', '{']) {
    writeFileSync(join(folder, 'secrets.json'), content)
    assert.throws(() => localSecrets(folder).get('a'), (failure: unknown) => isUsageError(failure) && /must hold one JSON object/.test(failure.message))
    await assert.rejects(localSecrets(folder).ensure('a'), isUsageError)
  }
})
