// The release before and this one on one table, with lines of both in flight: upgraded, gone back, and upgraded again.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import type { LogRecord } from '../../src/runtime/exchange/log.ts'
import { toBoundedLine } from '../../src/runtime/line/line-writer.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { compact, defaultKeepRules, findRequests, ingest, type LogLine, readStats, recordOf, totalOf } from '../../src/telemetry/index.ts'
import { unpackReleaseBefore } from '../release-before.ts'

const noon = Date.parse('2026-03-01T12:00:00Z')
const wide = { from: noon - 3_600_000, to: noon + 3_600_000 }
let folder = ''
let dynamo: LocalDynamo

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'klue-before-'))
  unpackReleaseBefore(join(folder, 'kit'))
  // What the other version is asked to do: its own code, in a process of its own.
  writeFileSync(join(folder, 'kit', 'old.ts'), `
    import { openDatabase } from './src/persist/index.ts'
    import { compact, defaultKeepRules, ingest, listRequests, readStats, totalOf } from './src/telemetry/index.ts'
    const { endpoint, now, lines, counts, from, to } = JSON.parse(process.argv[2])
    const database = openDatabase({ endpoint, prefix: 'both-', usesOwnCredentials: true, now: () => now })
    const taken = lines === undefined ? undefined : await ingest({ database, rules: defaultKeepRules }, lines)
    if (counts) await compact(database)
    let listed = 0
    for await (const row of listRequests(database, { from, to })) listed += row.record === undefined ? 0 : 1
    process.stdout.write(JSON.stringify({ taken, listed, total: totalOf(await readStats(database, { from, to })).requests }))
    database.close()
  `)
  dynamo = await openLocalDynamo({ memory: true })
})
after(async () => {
  await dynamo.close()
  rmSync(folder, { recursive: true, force: true })
})

function before383(options: { now: number; lines?: LogLine[]; counts?: boolean }): Promise<{ taken?: { requests: number; bad: unknown[] }; listed: number; total: number }> {
  const child = spawn(process.execPath, ['--conditions=klue-source', '--import', import.meta.resolve('tsx'), join(folder, 'kit', 'old.ts'), JSON.stringify({ endpoint: dynamo.endpoint, ...wide, ...options })], { stdio: ['ignore', 'pipe', 'inherit'], cwd: join(folder, 'kit'), env: { ...process.env, AWS_ACCESS_KEY_ID: dynamo.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: dynamo.credentials.secretAccessKey } })
  let text = ''
  child.stdout.on('data', (part: Buffer) => (text += part.toString()))
  return new Promise((done, fail) => child.on('close', (code) => (code === 0 ? done(JSON.parse(text) as never) : fail(new Error(`the release before ended with ${code}`)))))
}

function record(index: number): LogRecord {
  const started = noon + index * 700
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
  const gateway = index % 2 === 0 ? {} : { gateway_id: `gateway-${index}`, gateway_time: new Date(started - 9).toISOString() }
  const failed = index % 10 === 3
  return { kind: 'request', level: failed ? 'error' : 'info', time: new Date(started + 20).toISOString(), started: new Date(started).toISOString(), message: `GET /things/${index} ${failed ? 500 : 200}`, service: 'things', stage: 'live', version: 'v1', function: 'things-live-main', operation: 'getThing', call_id: id, call_path: 'things', request_id: id, ...gateway, method: 'GET', path: `/things/${index}`, status: failed ? 500 : 200, duration_ms: 20, in_bytes: 100, out_bytes: 200, response_type: 'application/json', user: 'ann', ip: '192.0.2.1' }
}

// As the release before wrote them, and as this one does.
const longLines = (from: number, to: number): LogLine[] => linesOf(from, to, (one) => JSON.stringify(one))
const shortLines = (from: number, to: number): LogLine[] => linesOf(from, to, toBoundedLine)

function linesOf(from: number, to: number, print: (one: LogRecord) => string): LogLine[] {
  return Array.from({ length: to - from }, (_, index) => ({ id: `l${from + index}`, timestamp: noon + (from + index) * 700 + 20, message: print(record(from + index)) }))
}

test('every request is stored and counted once, whichever version takes its line in and whichever counts it', async () => {
  let now = noon + 200_000
  const open = async (): Promise<Database> => {
    const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'both-', now: () => now })
    await ensureTables(database, [storeDefinition])
    return database
  }
  const check = async (database: Database, count: number): Promise<void> => {
    const total = totalOf(await readStats(database, wide))
    assert.deepEqual([total.requests, total.inBytes, total.outBytes, total.duration], [count, count * 100, count * 200, count * 20])
    const { rows } = await findRequests(database, wide, { filter: {}, limit: 1000 })
    assert.deepEqual(rows.map((row) => recordOf(row)['path']).sort(), Array.from({ length: count }, (_, index) => `/things/${index}`).sort())
    for (const row of rows) assert.deepEqual(recordOf(row), JSON.parse(JSON.stringify(record(Number(String(recordOf(row)['path']).slice(8))))))
  }
  const first = await open()
  assert.equal((await before383({ now, lines: longLines(0, 40) })).total, 40)
  // Upgraded: lines of the release before are still under way, and some come once more.
  await ingest({ database: first, rules: defaultKeepRules }, [...longLines(30, 50), ...shortLines(50, 80)])
  await check(first, 80)
  // Its functions write already while the other ingest still runs.
  const { taken } = await before383({ now, lines: shortLines(70, 100) })
  assert.deepEqual([taken!.requests, taken!.bad], [30, []])
  await check(first, 100)
  now += 600_000
  await compact(first)
  await check(first, 100)
  // Gone back: what is under way of this release, and what the other counts.
  const back = await before383({ now, lines: [...shortLines(90, 120), ...longLines(120, 130)], counts: true })
  assert.deepEqual([back.taken!.requests, back.taken!.bad], [40, []])
  assert.ok(back.listed >= 60, `the release before lists ${back.listed}`)
  first.close()
  // Back again, in another process than before.
  now += 60_000
  const again = await open()
  await compact(again)
  await check(again, 130)
  await ingest({ database: again, rules: defaultKeepRules }, [...longLines(0, 60), ...shortLines(60, 130)])
  await compact(again)
  await check(again, 130)
  again.close()
})
