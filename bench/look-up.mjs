// How long the first page of a look-up takes in a sparse week:
// node --conditions=klue-source --import tsx bench/look-up.mjs [--requests 1000000] [--hours 168] [--together 33]
// The database is the embedded one in a process of its own, in memory. So many requests lie there as ingest and counting leave them, evenly over the
// hours, then each look-up is done five times with a store that remembers nothing; the least and the middle time are told, processor time, and what was read.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { ensureTables, openDatabase } from '../src/persist/index.ts'
import { openSlimDatabase } from '../src/lambda/slim-database.ts'
import { noteFindParts, noteMinutes, readCounts, startHorizon, storeDefinition, writeCounts, writeHourFinds } from '../src/store/index.ts'
import { unpackRows } from '../src/store/pack-codec.ts'
import { putPacks } from '../src/store/pack-rows.ts'
import { countRow, printCounts } from '../src/telemetry/counts.ts'
import { indexMinute } from '../src/telemetry/find-index.ts'
import { findRequests } from '../src/telemetry/index.ts'

if (process.argv[2] === 'serve') await serve()
else await measure(parseArgs({ options: { requests: { type: 'string', default: '1000000' }, hours: { type: 'string', default: '168' }, together: { type: 'string', default: '33' } } }).values)

async function serve() {
  const { openLocalDynamo } = await import('../src/platform/local/index.ts')
  const dynamo = await openLocalDynamo({ memory: true })
  process.send({ endpoint: dynamo.endpoint, credentials: dynamo.credentials })
  process.on('disconnect', () => process.exit(0))
}

async function measure(values) {
  const [count, hours, together] = [values.requests, values.hours, values.together].map(Number)
  const server = fork(import.meta.filename, ['serve'], { execArgv: process.execArgv })
  const access = await new Promise((done) => server.once('message', done))
  const to = Math.floor(Date.now() / 3_600_000) * 3_600_000
  const [from, now] = [to - hours * 3_600_000, to + 15 * 60_000]
  const database = openSlimDatabase({ ...access, prefix: 'bench-', now: () => now })
  await ensureTables(database, [storeDefinition])
  await store({ database, count, together, from, to })
  for (const [name, filter] of [['nothing', {}], ['a user with 100 requests', { user: 'seldom' }], ['a user with 1 in 500', { user: 'user-77' }], ['a user of nobody', { user: 'nobody' }], ['a call', { callId: idOf(Math.floor(count / 2)) }], ['an error id', { errorId: idOf(Math.floor(count / 200) * 100 + 7) }], ['an error id of nobody', { errorId: 'none' }], ['an instance with 1 in 40', { instance: `${'7'.repeat(11)}3` }], ['an operation with 1 in 20', { operation: 'getThing3' }], ['the level error', { level: 'error' }]]) await lookUp({ access, now, from, to }, name, filter)
  database.close()
  server.disconnect()
}

// By the store's own code, minute by minute; what it writes goes in by 25 items a call.
async function store({ database, count, together, from, to }) {
  let items = []
  const flush = async () => {
    for (const some of Array.from({ length: Math.ceil(items.length / 25) }, (_, index) => items.slice(index * 25, index * 25 + 25))) await database.run('BatchWriteItem', { RequestItems: { 'bench-klue': some.map((Item) => ({ PutRequest: { Item } })) } })
    items = []
  }
  const gathering = { ...database, run: async (call, { Item }) => (items.push(Item), {}) }
  const each = (to - from) / count
  let [index, last] = [0, undefined]
  let hourly = new Map()
  for (let minute = from; minute < to; minute += 60_000) {
    const parts = []
    while (index < count && from + index * each < minute + 60_000) {
      const rows = []
      for (; rows.length < together && index < count && from + index * each < minute + 60_000; index++) rows.push(rowOf(index, Math.floor(from + index * each)))
      const known = items.length
      await putPacks(gathering, rows)
      for (const { pk, z } of items.slice(known)) parts.push({ rows: unpackRows(z.B, { withRecords: true }), place: { kind: pk.S.at(-2), shard: Number(pk.S.at(-1)) }, isWitnessed: false })
    }
    for (const { rows } of parts) for (const row of rows) countRow(hourly, row)
    await indexMinute(gathering, { minute, parts })
    if (to - minute < 48 * 3_600_000) await noteMinutes(gathering, [minute])
    if ((minute + 60_000) % 3_600_000 !== 0) continue
    const hour = minute + 60_000 - 3_600_000
    await writeCounts(gathering, { span: 'hour', start: hour, counts: printCounts(hourly), hasPacks: true, seen: undefined, expires: Math.ceil(to / 1000) + 90 * 86_400 })
    hourly = new Map()
    await flush()
    const written = await writeHourFinds(database, hour)
    last = (await readCounts(database, 'hour', hour)).revision
    // The newest hour is not due yet.
    if (hour + 3_600_000 < to) await noteFindParts(database, { hour, seen: last, parts: written })
    process.stderr.write(`\r${Math.round((index / count) * 100)} %, ${written} parts`)
  }
  await startHorizon(database, to)
  process.stderr.write('\n')
}

async function lookUp({ access, now, from, to }, name, filter) {
  const [times, spent] = [[], []]
  let [calls, keys, rows] = [0, 0, 0]
  for (let round = 0; round < 5; round++) {
    const database = openDatabase({ ...access, prefix: 'bench-', now: () => now })
    // Connected, as a server that answers such questions is.
    await findRequests(database, { from: to, to: to + 1 }, { filter: {}, limit: 1 })
    ;[calls, keys] = [0, 0]
    const counting = { ...database, run: (call, input, more) => ((calls += 1), (keys += call === 'BatchGetItem' ? Object.values(input.RequestItems)[0].Keys.length : 1), database.run(call, input, more)) }
    const [begin, processor] = [performance.now(), process.cpuUsage()]
    rows = (await findRequests(counting, { from, to }, { filter, limit: 100 })).rows.length
    times.push(performance.now() - begin)
    const { user, system } = process.cpuUsage(processor)
    spent.push((user + system) / 1000)
    database.close()
  }
  for (const list of [times, spent]) list.sort((one, other) => one - other)
  process.stdout.write(`${JSON.stringify({ by: name, rows, calls, keys, leastMs: Math.round(times[0]), middleMs: Math.round(times[2]), processorMs: Math.round(spent[2]) })}\n`)
}

function idOf(index) {
  const hex = createHash('sha256').update(String(index)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function rowOf(index, started) {
  const [id, failed] = [idOf(index), index % 100 === 7]
  const record = {
    kind: 'request', level: failed ? 'error' : 'info', time: new Date(started + 12).toISOString(), started: new Date(started).toISOString(), service: 'builds', stage: 'live', version: '261130-0907-12-5c1f2e', function: 'builds-live-builds', operation: `getThing${index % 20}`, call_id: id, call_path: 'builds', request_id: id, method: 'GET', path: `/things/${index}`, status: failed ? 500 : 200, duration_ms: 12, in_bytes: 800, out_bytes: 600 + (index % 900), response_type: 'application/json',
    user: index % 10_000 === 33 ? 'seldom' : `user-${index % 500}`, ip: `198.51.${index % 256}.7`, user_agent: 'node', instance: `${'7'.repeat(11)}${(index % 40).toString(36)}`, ...(failed ? { error: 'UNHANDLED_SERVER_ERROR', error_id: id, error_description: 'it broke' } : {}),
  }
  return { started, requestId: id, operation: record.operation, status: record.status, duration: 12, inBytes: 800, outBytes: record.out_bytes, level: record.level, expires: Math.ceil(started / 1000) + (failed ? 90 : 14) * 86_400, fields: record, characters: 700 }
}
