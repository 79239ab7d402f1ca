// Whatever strangers wrote into a store, no command lets it steer the terminal.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { commands } from '../../src/cli/commands.ts'
import { logLine } from '../../src/cli/log-line.ts'
import { cleanOutput, type Output, printJsonLine, printPainted } from '../../src/cli/output.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { loadConfig } from '../../src/config/build.ts'
import { endScreen, eventLine, historyTable } from '../../src/deploy/pipeline/index.ts'
import { openStageStore } from '../../src/dev/index.ts'
import { toReadable } from '../../src/dev/readable.ts'
import { recordReports } from '../../src/reports/index.ts'
import type { LogRecord } from '../../src/runtime/edge.ts'
import { putRequestRows } from '../../src/store/index.ts'
import { startReceiver } from '../reports/receivers.ts'
import { crash, crashLine } from '../reports/sample.ts'

const evil = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u200b\r\u007f'
// oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these characters are what is looked for
const steers = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/

let root = ''
before(async () => {
  root = mkdtempSync(join(tmpdir(), 'klue-hostile-'))
  mkdirSync(join(root, 'apis'))
  writeFileSync(join(root, 'klue-config.yaml'), 'name: builds\n')
  writeFileSync(join(root, 'apis', 'a.yaml'), JSON.stringify({ openapi: '3.0.3', info: { title: evil, version: evil }, paths: { [`/${evil}`]: { get: { operationId: evil, responses: { [evil]: {} } } } } }))
  const { database, close } = await openStageStore(root, loadConfig({ root }).config)
  const started = Date.now() - 1000
  const record = { ...crashLine, time: new Date(started + 120).toISOString(), started: new Date(started).toISOString(), path: '/x', error: evil, error_description: evil, method: 'GET', query: '', user_agent: evil, operation: evil, data: { [evil]: '********' }, stack: `Error: ${evil}\n    at ${evil}`, error_id: 'hostile' }
  await putRequestRows(database, [{ started, requestId: 'request-1', operation: 'getBuild', status: 500, duration: 120, inBytes: 1, outBytes: 1, level: 'error', record: JSON.stringify({ ...record, method: 'POST' }), expires: Math.ceil(started / 1000) + 86_400 }] as Parameters<typeof putRequestRows>[1])
  await recordReports(database, [{ ...crash, title: evil, operation: evil, time: record.time, started: record.started }])
  await close()
})
after(() => rmSync(root, { recursive: true, force: true }))

async function klue(...words: string[]): Promise<string> {
  const out: string[] = []
  const output: Output = { hasColor: false, print: (text) => void out.push(text), printError: (text) => void out.push(text), printJson: (value) => void out.push(JSON.stringify(value)) }
  await runCommandLine({ root, words, commands, output })
  return out.join('\n')
}

test('logs, incidents, replayed answers, faults of documents and unknown words are shown clean', async () => {
  const receiver = await startReceiver(() => ({ status: 200, text: evil }))
  for (const words of [['logs'], ['logs', '--json'], ['stats'], ['incidents', 'list'], ['incidents', 'show', crash.fingerprint], ['replay', 'hostile', '--url', receiver.url], ['check'], ['generate'], [evil], ['logs', `--${evil}`], ['replay', evil, '--url', receiver.url]]) {
    const shown = await klue(...words)
    assert.notEqual(shown, '', words.join(' '))
    assert.doesNotMatch(shown, steers, words.join(' '))
  }
  await receiver.close()
  const [line] = (await klue('logs')).split('\n')
  assert.equal((JSON.parse(line!) as { error: string }).error, evil, 'JSON keeps the value')
})

test('of a stack in klue dev the line breaks stay, and of colours those of the kit', () => {
  const record: LogRecord = { kind: 'request', level: 'error', time: '2026-02-03T04:05:06.789Z', message: '', method: 'GET', path: '/', status: 500, duration_ms: 1, stack: `Error: ${evil}\n    at a\n    at b` }
  const shown = toReadable(record, { hasColor: true })
  assert.equal(shown.split('\n').length, 4)
  assert.doesNotMatch(shown.replaceAll(/\u001b\[(?:0|2|31|36)m/g, ''), steers) // oxlint-disable-line no-control-regex -- colours are what is looked for
})

test('colours of the kit pass on a terminal that has them, and nothing else does', () => {
  const out: string[] = []
  const output = cleanOutput({ hasColor: true, print: (text) => void out.push(text), printError: (text) => void out.push(text), printJson: () => undefined })
  printPainted(output, `\u001b[31mred\u001b[0m${evil}\nnext`)
  output.print('\u001b[31mred')
  output.printError(evil)
  printJsonLine(output, { evil })
  assert.equal(out[0], `\u001b[31mred\u001b[0m\uFFFD[2J\uFFFD]0;owned${'\uFFFD'.repeat(2)}31m${'\uFFFD'.repeat(4)}\nnext`)
  for (const text of out.slice(1)) assert.doesNotMatch(text, steers)
})

test('no field of a line, and no note of a deployment, steers the terminal', () => {
  const hostile = fc.array(fc.oneof(fc.constantFrom('\u001b[2J', '\u009b2J', '\u0007', '\u202e', '\r', '\n', evil), fc.string({ unit: 'binary' })), { maxLength: 4 }).map((parts) => parts.join(''))
  const fields = fc.dictionary(fc.constantFrom('kind', 'message', 'method', 'path', 'operation', 'error', 'error_description', 'error_id', 'time', 'duration_ms', 'status', 'stack', 'title', 'own'), hostile)
  fc.assert(fc.property(fields, hostile, (some, text) => {
    const record = { kind: 'log', level: 'info', time: '2026-02-03T04:05:06.789Z', message: '', trace: [{ name: text, at: 0, data: { [text]: text }, error: text }], calls: [{ api: text, operation: text, at: 1, error: text }], ...some } as unknown as LogRecord
    const shown = [toReadable({ ...record, kind: some['kind'] === undefined ? 'request' : 'log' } as LogRecord, { hasColor: false }), logLine(record, { hasColor: false }), eventLine({ step: 'suite', state: 'says', note: text } as Parameters<typeof eventLine>[0], false), historyTable([{ version: text, time: '2026-02-03T04:05:06.789Z', state: 'live', functions: { [text]: 1 }, who: text, note: text, allowed: [{ operation: text, reason: text }] } as unknown as Parameters<typeof historyTable>[0][number]])]
    for (const one of shown) assert.doesNotMatch(one ?? '', steers)
    assert.doesNotMatch(endScreen({ result: 'failed', lines: [], output: [text] } as unknown as Parameters<typeof endScreen>[0]), steers)
  }))
})
