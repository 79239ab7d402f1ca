// Packs hold what was put into them, in few write units; a repetition meets itself, and rows of versions before packs are read beside them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Database } from '../../src/persist/index.ts'
import { putRequestRows, putWitnessedRow, readCounts, type RequestRow, requestRows, startHorizon } from '../../src/store/index.ts'
import { packRows, unpackRows } from '../../src/store/pack-codec.ts'
import { toItem } from '../../src/store/single-rows.ts'
import { compact, readStats } from '../../src/telemetry/index.ts'
import { hour, noon, stores } from '../telemetry/store-fixture.ts'

const freshStore = stores()
const uuid = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`

function row(index: number, more: Partial<RequestRow> = {}): RequestRow {
  const started = noon + index * 10
  return { started, requestId: uuid(index), operation: 'getThing', status: 200, duration: 5, inBytes: 100, outBytes: 200, level: 'info', expires: Math.ceil(started / 1000) + 604_800, record: JSON.stringify({ kind: 'request', level: 'info', status: 200, path: `/things/${index}`, request_id: uuid(index) }), ...more }
}

async function read(database: Database, options: Partial<Parameters<typeof requestRows>[1]> = {}): Promise<RequestRow[]> {
  const rows: RequestRow[] = []
  for await (const one of requestRows(database, { from: noon, to: noon + hour, withRecords: true, ...options })) rows.push(one)
  return rows
}

/** A database that notes what it is asked for. */
function noting(database: Database, calls: { name: string; input: object }[]): Database {
  return { ...database, run: async (name, input, options) => {
    calls.push({ name, input })
    return await database.run(name, input, options)
  } }
}

const json = fc.jsonValue({ maxDepth: 2 })
const id = fc.oneof(fc.uuid(), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), fc.constant('JKJaXmPLvHcESHA='), fc.constant('JKJaXmPLvHcESHB='))
const special = fc.constantFrom(true, false, 0, 1, 2, 3, 4, '', 'request', new Date(noon).toISOString(), '2026-03-01T12:00:00Z', 'GET /x 200')
const names = ['kind', 'level', 'time', 'started', 'gateway_time', 'message', 'operation', 'method', 'path', 'status', 'duration_ms', 'in_bytes', 'out_bytes', 'request_id', 'call_id', 'gateway_id', 'error_id', 'own', '__proto__', 'constructor', '1', '']
const anyRow = fc.record({
  started: fc.integer({ min: noon, max: noon + 59_999 }), requestId: id, operation: fc.string(), status: fc.constantFrom(200, 404, 500), duration: fc.oneof(fc.integer({ min: 0, max: 9999 }), fc.double({ min: 0, max: 1000, noNaN: true, noDefaultInfinity: true })), inBytes: fc.nat(), outBytes: fc.nat(), level: fc.constantFrom('debug', 'info', 'warn', 'error'), expires: fc.integer({ min: 1, max: 4e9 }),
  record: fc.option(fc.oneof(fc.dictionary(fc.constantFrom(...names), fc.oneof(json, id, special), { maxKeys: 22 }), json).map((value) => JSON.stringify(value)), { nil: undefined }),
  calls: fc.option(fc.constant({ 'backend.ask': [1, 0, 3] as const }), { nil: undefined }), metric: fc.option(fc.record({ name: fc.string(), value: fc.double({ noNaN: true, noDefaultInfinity: true }), unit: fc.string() }), { nil: undefined }),
})

const plain = (rows: readonly object[]): unknown => JSON.parse(JSON.stringify(rows.map(({ record, ...rest }: { record?: string }) => ({ ...rest, record: record === undefined ? undefined : (JSON.parse(record) as unknown) })))) as unknown

test('whatever rows hold comes out of a pack as it went in', () => {
  fc.assert(fc.property(fc.array(anyRow, { minLength: 1, maxLength: 12 }), (rows) => {
    const bytes = packRows(rows as RequestRow[])
    assert.deepEqual(plain(unpackRows(bytes, { withRecords: true })), plain(rows))
    assert.deepEqual(plain(unpackRows(bytes, { withRecords: false })), plain(rows.map(({ record: _record, ...rest }) => rest)))
  }), { numRuns: 500 })
})

test('a look for a value leaves out only rows whose record has another one', () => {
  fc.assert(fc.property(fc.array(anyRow, { minLength: 1, maxLength: 12 }), fc.constantFrom('operation', 'call_id', 'error_id', 'own', 'path'), fc.nat(), (rows, name, pick) => {
    const all = unpackRows(packRows(rows as RequestRow[]), { withRecords: true })
    const valueOf = ({ record }: RequestRow): unknown => (record === undefined ? undefined : (JSON.parse(record) as Record<string, unknown> | null)?.[name])
    const values = all.map(valueOf).filter((value) => typeof value === 'string')
    const value = values[pick % Math.max(1, values.length)] ?? 'nobody'
    const found = unpackRows(packRows(rows as RequestRow[]), { withRecords: true, wanted: { name, value } })
    assert.deepEqual(found.filter((one) => valueOf(one) === value), all.filter((one) => valueOf(one) === value))
    assert.ok(found.every((one) => all.some((other) => JSON.stringify(other) === JSON.stringify(one))))
  }), { numRuns: 300 })
  const rows = [row(1), row(2), row(3)]
  assert.deepEqual(unpackRows(packRows(rows), { withRecords: true, wanted: { name: 'path', value: '/things/2' } }), [rows[1]])
})

test('a record that is at hand is packed as its text is', () => {
  const text = (value: number): string => `{"kind":"request","status":200,"path":"/x","gone":${value === 0 ? '-0' : '1e999'},"__proto__":{"a":[1e999]},"2":"two","call_id":"${uuid(1)}"}`
  for (const value of [0, 1]) {
    const record = JSON.stringify(JSON.parse(text(value)))
    const rows = [row(1, { record }), row(2)]
    const fields = JSON.parse(text(value)) as Record<string, unknown>
    assert.deepEqual(packRows([{ ...rows[0]!, fields }, rows[1]!]), packRows(rows))
    assert.deepEqual(JSON.parse(unpackRows(packRows([{ ...rows[0]!, fields }]), { withRecords: true })[0]!.record!), JSON.parse(record))
  }
})

test('a repetition of rows writes nothing new, another grouping is read once, and a pack is never replaced', async () => {
  const database = await freshStore()
  const rows = Array.from({ length: 30 }, (_, index) => row(index, index % 10 === 9 ? { status: 500, level: 'error' } : {}))
  await putRequestRows(database, rows)
  await putRequestRows(database, rows.toReversed())
  const count = async (): Promise<number> => (await database.run('Scan', { TableName: `${database.prefix}klue`, FilterExpression: 'begins_with(pk, :pack)', ExpressionAttributeValues: { ':pack': { S: 'pack#' } } })).Count!
  assert.equal(await count(), 2)
  await putRequestRows(database, rows.slice(5, 12))
  assert.equal(await count(), 4)
  assert.deepEqual((await read(database)).map(({ requestId }) => requestId), rows.map(({ requestId }) => requestId))
  assert.deepEqual((await read(database, { newestFirst: true })).map(({ requestId }) => requestId), rows.map(({ requestId }) => requestId).toReversed())
  assert.deepEqual((await read(database, { onlySerious: true })).map(({ status }) => status), [500, 500, 500])
  assert.deepEqual(plain(await read(database)), plain(rows))
})

test('rows of a version before packs, witnessed ones and packs are one list and one count', async () => {
  let now = noon + 30_000
  const database = await freshStore(() => now)
  const put = async (old: RequestRow): Promise<unknown> => database.run('PutItem', { TableName: `${database.prefix}klue`, Item: toItem(old) as never })
  await put(row(1))
  await put(row(2))
  await putWitnessedRow(database, row(3, { status: 502 }), 'gateway')
  await putWitnessedRow(database, row(4, { status: 502 }), 'gateway')
  await putRequestRows(database, [row(2), row(3), row(5)])
  assert.deepEqual((await read(database)).map(({ requestId, status }) => [requestId, status]), [[uuid(1), 200], [uuid(2), 200], [uuid(3), 200], [uuid(4), 502], [uuid(5), 200]])
  assert.equal((await readStats(database, { from: noon, to: noon + hour })).get('getThing')?.requests, 5)
  await startHorizon(database, noon)
  now += 10 * 60_000
  await compact(database)
  const { requests, statuses } = (await readStats(database, { from: noon, to: noon + hour })).get('getThing')!
  assert.deepEqual([requests, statuses], [5, { 200: 4, 502: 1 }])
})

test('a minute that a version before packs has counted is counted anew', async () => {
  let now = noon + 30_000
  const database = await freshStore(() => now)
  await startHorizon(database, noon)
  await putRequestRows(database, [row(1), row(2)])
  now += 10 * 60_000
  await compact(database)
  // As the older version writes what it counts: without the packs, and without the mark.
  await database.run('PutItem', { TableName: `${database.prefix}klue`, Item: { pk: { S: `count#minute#${new Date(noon).toISOString().slice(0, 10)}` }, sk: { S: new Date(noon).toISOString() }, counts: { B: (await import('node:zlib')).gzipSync('{}') }, revision: { S: 'old' } } })
  assert.equal((await readStats(database, { from: noon, to: noon + 60_000 })).get('getThing'), undefined)
  now += 2 * hour
  await compact(database)
  assert.equal((await readStats(database, { from: noon, to: noon + 60_000 })).get('getThing')?.requests, 2)
  assert.equal((await readCounts(database, 'minute', noon))?.hasPacks, true)
})

test('ten ordinary lines of a delivery take one write unit', async () => {
  const calls: { name: string; input: object }[] = []
  const database = noting(await freshStore(), calls)
  await putRequestRows(database, [row(0)])
  calls.length = 0
  await putRequestRows(database, Array.from({ length: 10 }, (_, index) => row(index + 1)))
  assert.deepEqual(calls.map(({ name }) => name), ['PutItem'])
})
