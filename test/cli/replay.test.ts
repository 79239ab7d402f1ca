// klue replay of records whose path was written by a stranger: no other host gets the request, nor its token.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { loadConfig } from '../../src/config/build.ts'
import { openStageStore } from '../../src/dev/index.ts'
import { putRequestRows, startHorizon, startOf } from '../../src/store/index.ts'
import { type Receiver, startReceiver } from '../reports/receivers.ts'
import { crashLine } from '../reports/sample.ts'

let root = ''
let own: Receiver
let other: Receiver
let paths: string[] = []

before(async () => {
  ;[own, other] = await Promise.all([startReceiver(() => ({ status: 200 })), startReceiver(() => ({ status: 200 }))])
  const host = new URL(other.url).host
  paths = [`//${host}/x`, `/\\${host}/x`, `\\\\${host}/x`, `http://${host}/x`, `http:${host}`, `@${host}/x`, `/\t/${host}/x`, `\n//${host}/x`, `/\r\n/${host}`, `///${host}/x`, `.${host}`, '/../../x', '/ok//b', '/back\\slash']
  root = mkdtempSync(join(tmpdir(), 'klue-replay-'))
  writeFileSync(join(root, 'klue-config.yaml'), 'name: builds\n')
  const { database, close } = await openStageStore(root, loadConfig({ root }).config)
  const started = Date.now() - 1000
  const rowOf = (id: string, more: Record<string, unknown>): unknown => ({ started, requestId: id, operation: 'getBuild', status: 404, duration: 1, inBytes: 1, outBytes: 1, level: 'warn', record: JSON.stringify({ ...crashLine, query: '', method: 'GET', status: 404, error_id: id, started: new Date(started).toISOString(), ...more }), expires: Math.ceil(started / 1000) + 86_400 })
  // As whoever takes lines in does: where counting begins.
  await startHorizon(database, startOf('minute', started))
  await putRequestRows(database, [...paths.map((path, index) => rowOf(`path-${index}`, { path })), rowOf('unread', { method: '-', path: '-' }), rowOf('traced', { method: 'TRACE', path: '/x' })] as Parameters<typeof putRequestRows>[1])
  await close()
})
after(async () => {
  await Promise.all([own.close(), other.close()])
  rmSync(root, { recursive: true, force: true })
})

async function replay(id: string, url: string): Promise<{ code: number; err: string }> {
  const err: string[] = []
  const code = await runCommandLine({ root, words: ['replay', id, '--url', url], commands, output: { hasColor: false, print: () => undefined, printError: (text) => void err.push(text), printJson: () => undefined } })
  return { code, err: err.join('\n') }
}

test('a path that leads to another host is refused before anything is sent', async () => {
  for (const index of paths.keys()) {
    const isFine = /^\/(ok|back|\.)/.test(paths[index]!)
    const { code, err } = await replay(`path-${index}`, own.url)
    assert.equal(code, isFine ? 0 : 1, `${JSON.stringify(paths[index])} ${err}`)
    if (!isFine) assert.match(err, /leads away from http:\/\/127\.0\.0\.1:\d+, so nothing was sent/)
  }
  assert.deepEqual(other.got, [])
  assert.deepEqual(own.got.map(({ path }) => path), ['/x', '/ok//b', '/back%5Cslash'])
})

test('the path of the target stays in front, and is not left', async () => {
  own.got.length = 0
  assert.equal((await replay(`path-${paths.indexOf('/ok//b')}`, `${own.url}/stage/`)).code, 0)
  assert.equal((await replay(`path-${paths.indexOf('/../../x')}`, `${own.url}/stage/`)).code, 1)
  assert.deepEqual(own.got.map(({ path }) => path), ['/stage/ok//b'])
})

test('a target with a user, a query or another scheme, and a method that cannot be sent, are sentences', async () => {
  for (const url of ['http://ann:secret@127.0.0.1:1', 'http://127.0.0.1:1/?a', 'http://127.0.0.1:1/#a', 'ftp://127.0.0.1']) assert.match((await replay('path-12', url)).err, /is no URL of a service/)
  assert.match((await replay('unread', own.url)).err, /the recorded path "-" leads away/)
  assert.match((await replay('traced', own.url)).err, /the recorded method "TRACE" cannot be sent again/)
})
