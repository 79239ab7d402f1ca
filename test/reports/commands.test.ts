// klue incidents and klue replay on the store of a project.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { loadConfig } from '../../src/config/build.ts'
import { openStageStore } from '../../src/dev/index.ts'
import { recordReports } from '../../src/reports/index.ts'
import { putRequestRows } from '../../src/store/index.ts'
import { startReceiver } from './receivers.ts'
import { crash, crashLine } from './sample.ts'

let root = ''
before(async () => {
  root = mkdtempSync(join(tmpdir(), 'klue-incidents-'))
  writeFileSync(join(root, 'klue-config.yaml'), 'name: builds\n')
  const { store: _store, database, close } = await openStageStore(root, loadConfig({ root }).config)
  const started = Date.now() - 1000
  const times = { time: new Date(started + 120).toISOString(), started: new Date(started).toISOString() }
  const record = { ...crashLine, ...times, query: 'full=1&token=********', data: { name: 'x', password: '********', inner: [{ key: '********', size: 7 }] }, method: 'POST', request_headers: { 'content-type': 'application/json', accept: 'text/plain', authorization: '********', 'x-own': 'no' } }
  await putRequestRows(database, [
    { started, requestId: 'request-1', operation: 'getBuild', status: 500, duration: 120, inBytes: 1, outBytes: 1, level: 'error', record: JSON.stringify(record), expires: Math.ceil(started / 1000) + 86_400 },
    { started, requestId: 'request-2', operation: 'getBuild', status: 400, duration: 1, inBytes: 1, outBytes: 1, level: 'warn', record: JSON.stringify({ ...record, method: 'GET', status: 400, error_id: 'refused', user: undefined }), expires: Math.ceil(started / 1000) + 86_400 },
  ] as Parameters<typeof putRequestRows>[1])
  await recordReports(database, [{ ...crash, ...times }, { ...crash, ...times, key: 'second' }])
  await close()
})
after(() => rmSync(root, { recursive: true, force: true }))

async function klue(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: string[][] = [[], []]
  const code = await runCommandLine({ root, words, commands, output: { hasColor: false, print: (text) => void out!.push(text), printError: (text) => void err!.push(text), printJson: (value) => void out!.push(JSON.stringify(value)) } })
  return { code, out: out!.join('\n'), err: err!.join('\n') }
}

test('incidents are listed, shown, silenced and resolved', async () => {
  const list = await klue('incidents', 'list')
  assert.match(list.out, new RegExp(`^${crash.fingerprint}  open +2  \\S+Z  FATAL BACKEND ERROR builds 500 `))
  const [row] = JSON.parse((await klue('incidents', 'list', '--json')).out) as Record<string, unknown>[]
  assert.deepEqual([row!['incident'], row!['status'], row!['count'], row!['operation']], [crash.fingerprint, 'open', 2, 'getBuild'])
  const shown = await klue('incidents', 'show', crash.fingerprint.slice(0, 6))
  assert.match(shown.out, /^count +2$/m)
  assert.match(shown.out, new RegExp(`error ${crashLine.error_id}`))
  assert.match(shown.out, /"is_fatal_error": true/)
  assert.match((await klue('incidents', 'mute', crash.fingerprint, '--for', '2h')).out, /^Nobody is told of the incident \w+ until 20/)
  assert.match((await klue('incidents', 'list')).out, /  muted /)
  assert.match((await klue('incidents', 'mute', crash.fingerprint, '--for', '0s')).out, /is told again$/)
  assert.match((await klue('incidents', 'resolve', crash.fingerprint)).out, /is resolved; if it comes back/)
  assert.equal((await klue('incidents', 'list')).out, 'There is no open incident')
  assert.match((await klue('incidents', 'list', '--all')).out, /  resolved /)
})

test('misuse is answered with what to do', async () => {
  const gone = await startReceiver(() => ({ status: 200 }))
  await gone.close()
  for (const [words, says] of [
    [['incidents'], 'wants to be told what to do'],
    [['incidents', 'show'], 'wants an incident'],
    [['incidents', 'show', 'zz'], 'there is no incident zz'],
    [['incidents', 'mute', crash.fingerprint, '--for', 'long'], '--for long is no duration'],
    [['replay'], 'wants one error id'],
    [['replay', 'x'], 'there is no record of a request with the error id x'],
    [['replay', crashLine.error_id], 'no service runs here'],
    [['replay', 'x', '--url', 'nowhere'], '--url nowhere is no URL'],
    [['replay', 'x', '--url', 'http://127.0.0.1:1'], 'there is no record of a request with the error id x'],
    [['replay', crashLine.error_id, '--url', gone.url], `${gone.url} does not answer (ECONNREFUSED)`],
  ] as const) {
    const { code, err } = await klue(...words)
    assert.equal(code, 1)
    assert.ok(err.includes(says), `${words.join(' ')}: ${err}`)
  }
})

test('a recorded request is sent again, without what was masked', async () => {
  const receiver = await startReceiver(() => ({ status: 418, text: 'short' }))
  const { code, out, err } = await klue('replay', crashLine.error_id, '--url', receiver.url)
  assert.deepEqual([code, out], [0, `POST ${receiver.url}/build/7?full=1\n418\nshort`])
  assert.equal(err, 'klue: left out, because the record masks it: query.token, body.password, body.inner.0.key')
  const [{ headers, text, path }] = receiver.got as [(typeof receiver.got)[number]]
  assert.deepEqual([path, JSON.parse(text), headers['content-type'], headers.accept, headers['x-own']], ['/build/7?full=1', { name: 'x', inner: [{ size: 7 }] }, 'application/json', 'text/plain', undefined])
  const claims = JSON.parse(Buffer.from(headers.authorization!.split('.')[1]!, 'base64url').toString()) as { sub: string }
  assert.match(headers.authorization!, /^Bearer /)
  assert.equal(claims.sub, 'ann')
  // A refused call has no report; its record is found by looking.
  const other = await klue('replay', 'refused', '--url', receiver.url, '--json')
  assert.deepEqual((JSON.parse(other.out) as { response: unknown }).response, { status: 418, body: 'short' })
  assert.equal(receiver.got[1]!.headers.authorization, undefined)
  await receiver.close()
})
