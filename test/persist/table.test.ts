// Items of a definition against the embedded DynamoDB: keys, versions, expiry, numbers, listing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { isHttpError } from '../../src/errors/index.ts'
import { type Database, ensureTables, openDatabase, openTable, type Table } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import type { PersistDefinition } from '../../src/openapi/table.ts'

interface Build {
  job: string
  number: number
  metric?: string
  value?: unknown
  expires?: number
  version?: number
  price?: string
}

const builds: PersistDefinition<Build> = {
  name: 'Build',
  table: 'builds',
  key: { partition: 'job', sort: 'number' },
  indexes: [{ name: 'by-metric', partition: 'metric', sort: 'number' }],
  ttl: 'expires',
  keyTypes: { job: 'S', number: 'N', metric: 'S' },
  properties: { job: { type: 'string' }, number: { type: 'integer' }, price: { type: 'string' } },
}
const counted: PersistDefinition<Build> = { ...builds, table: 'counted', key: { partition: 'job' }, indexes: [], keyTypes: { job: 'S' }, version: 'version' }
const exact: PersistDefinition<{ id: string; n?: unknown }> = { name: 'Exact', table: 'exact', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'N' }, properties: { id: { type: 'string' }, n: { type: 'number' } } }

let dynamo: LocalDynamo
let database: Database
let table: Table<Build>
let now = 1_700_000_000_000

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'test-', now: () => now })
  await ensureTables(database, [builds, counted, exact])
  table = openTable(database, builds)
})

after(async () => {
  database.close()
  await dynamo.close()
})

const code = (expected: string) => (failure: unknown) => isHttpError(failure) && failure.code === expected

test('saves, loads and deletes an item', async () => {
  const item: Build = { job: 'compile', number: 7, value: { list: [1, 'two', null, true, { deep: '' }], bytes: new Uint8Array([1, 2]), none: undefined } }
  const saved = await table.save(item)
  assert.deepEqual(saved, { job: 'compile', number: 7, value: { list: [1, 'two', null, true, { deep: '' }], bytes: new Uint8Array([1, 2]) } })
  const loaded = await table.load({ job: 'compile', number: 7 })
  assert.deepEqual({ ...loaded, value: { ...(loaded.value as object), bytes: [...(loaded.value as { bytes: Uint8Array }).bytes] } }, { job: 'compile', number: 7, value: { list: [1, 'two', null, true, { deep: '' }], bytes: [1, 2] } })
  assert.equal(await table.delete({ job: 'compile', number: 7 }), true)
  assert.equal(await table.delete({ job: 'compile', number: 7 }), false)
  assert.equal(await table.find({ job: 'compile', number: 7 }), undefined)
})

test('says which item is missing', async () => {
  await assert.rejects(table.load({ job: 'nothing', number: 3 }), (failure: unknown) => code('ITEM_NOT_FOUND')(failure) && (failure as Error).message === 'Table builds has no item with job=nothing, number=3')
})

test('refuses keys of another shape', async () => {
  await assert.rejects(table.find('compile'), /two parts: give \{ job, number \}/)
  await assert.rejects(table.find({ job: 'compile', numer: 1 }), /no part numer/)
  await assert.rejects(table.find({ job: 'compile' }), /builds.number is part of a key and must be a number, not nothing/)
  await assert.rejects(table.find({ job: '', number: 1 }), /must not be empty/)
  await assert.rejects(table.save({ job: 'x', number: 'one' as never }), /must be a number, not text/)
  await assert.rejects(table.save({ job: 'x', number: 1, metric: null as never }), /builds.metric is part of a key and must be text, not null/)
  await assert.rejects(table.find({ job: 'x'.repeat(2049), number: 1 }), /2048 bytes/)
})

test('saves only where there is no item yet', async () => {
  await table.save({ job: 'once', number: 1 }, { ifAbsent: true })
  await assert.rejects(table.save({ job: 'once', number: 1 }, { ifAbsent: true }), (failure: unknown) => code('VERSION_CONFLICT')(failure) && /job=once, number=1 already/.test((failure as Error).message))
})

test('counts versions and refuses stale ones', async () => {
  const versions = openTable(database, counted)
  const first = await versions.save({ job: 'a', number: 1 })
  assert.equal(first.version, 1)
  await assert.rejects(versions.save({ job: 'a', number: 2 }), code('VERSION_CONFLICT'))
  const second = await versions.save({ ...first, number: 2 })
  assert.equal(second.version, 2)
  await assert.rejects(versions.save({ ...first, number: 3 }), code('VERSION_CONFLICT'))
  await assert.rejects(versions.save({ job: 'a', number: 3 }, { ifVersion: 1 }), code('VERSION_CONFLICT'))
  assert.equal((await versions.save({ job: 'a', number: 3 }, { ifVersion: 2 })).version, 3)
  await assert.rejects(versions.delete('a', { ifVersion: 2 }), code('VERSION_CONFLICT'))
  assert.equal(await versions.delete('a', { ifVersion: 3 }), true)
  await assert.rejects(versions.delete('a', { ifVersion: 3 }), code('VERSION_CONFLICT'))
  await assert.rejects(versions.save({ job: 'a', number: 1, version: 'x' as never }), /must be a whole number/)
  await assert.rejects(table.save({ job: 'a', number: 1 }, { ifVersion: 1 }), /ifVersion needs a version property/)
})

test('lets one of many parallel writers win', async () => {
  const versions = openTable(database, counted)
  const first = await versions.save({ job: 'race', number: 0 })
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, number) => versions.save({ ...first, number })))
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
  assert.ok(results.every((result) => result.status === 'fulfilled' || code('VERSION_CONFLICT')(result.reason)))
})

test('treats expired items as absent', async () => {
  await table.save({ job: 'old', number: 1, expires: now / 1000 + 10 })
  assert.notEqual(await table.find({ job: 'old', number: 1 }), undefined)
  now += 10_000
  assert.equal(await table.find({ job: 'old', number: 1 }), undefined)
  assert.deepEqual(await table.query({ partition: 'old' }), { items: [] })
  await table.save({ job: 'old', number: 1 }, { ifAbsent: true })
  assert.equal(await table.delete({ job: 'old', number: 1 }), true)
})

test('keeps numbers exactly', async () => {
  const numbers = [0, -0, 1, -1, 0.1, 1e-7, 5e-130, 1.797693134862315e125, 9007199254740991, 123456789.12345679, 1e21, -2.5]
  const saved = openTable(database, exact)
  for (const [index, number] of numbers.entries()) {
    await saved.save({ id: String(index), n: number })
    assert.equal((await saved.load(String(index))).n, number === 0 ? 0 : number)
  }
})

test('keeps digits that no JavaScript number holds where the schema says string', async () => {
  const saved = openTable(database, exact)
  const id = '12345678901234567890123456789012345678'
  await saved.save({ id })
  assert.equal((await saved.load(id)).id, id)
  await assert.rejects(saved.save({ id: `${id}9` }), /38/)
})

test('refuses numbers that cannot be stored or read back', async () => {
  const saved = openTable(database, exact)
  for (const n of [NaN, Infinity, 1e126, 1e-131, 2n ** 70n]) await assert.rejects(saved.save({ id: '1', n }), /exact\.n/)
  for (const n of [new Map(), new Set([1]), Symbol('x'), new Date(NaN)]) await assert.rejects(saved.save({ id: '1', n }), /exact\.n cannot be stored/)
  const loop: unknown[] = []
  loop.push(loop)
  await assert.rejects(saved.save({ id: '1', n: loop }), /nested deeper/)
  await database.run('PutItem', { TableName: 'test-exact', Item: { id: { N: '77' }, n: { N: '12345678901234567891' } } })
  await assert.rejects(saved.load('77'), /exact\.n is more than a JavaScript number holds exactly: declare the property as type string/)
})

test('refuses what is no plain data, wherever it stands, and writes nothing', async () => {
  const saved = openTable(database, exact)
  class Money {
    #cents = 5
    cents(): number {
      return this.#cents
    }
  }
  const inputs: [value: unknown, told: RegExp][] = [
    [Promise.resolve(1), /it is a Promise; await it first/],
    [{ call: () => undefined }, /\.call cannot be stored: it is a function/],
    [new URL('https://example.com'), /it is a URL; use text/],
    [new URLSearchParams('a=1'), /it is a URLSearchParams/],
    [new Error('x'), /it is an Error/],
    [new AggregateError([]), /it is an AggregateError/],
    [new ArrayBuffer(4), /it is an ArrayBuffer; make it a Uint8Array/],
    [new DataView(new ArrayBuffer(4)), /it is a DataView; make it a Uint8Array/],
    [() => 1, /it is a function/],
    [Money, /it is a function/],
    [new Money(), /it is a Money/],
    [/x/, /it is a RegExp/],
    [new WeakMap(), /it is a WeakMap/],
    [new Blob([]), /it is a Blob/],
    [new Headers(), /it is a Headers/],
    [Object(1), /it is a Number/],
    [Object('text'), /it is a String/],
    [Object.create({ inherited: 1 }), /it is an Object/],
    [Math, /it is an Object/],
    [Symbol('x'), /it is a symbol/],
    [(function* () {})(), /it is an? \w+/],
  ]
  for (const [value, told] of inputs) {
    for (const n of [value, [1, value], { deep: [{ value }] }]) {
      await assert.rejects(saved.save({ id: '501', n }), (error: unknown) => error instanceof TypeError && /^exact\.n(\[1\]|\.deep\[0\]\.value)?(\.call)? cannot be stored/.test(error.message) && told.test(error.message))
    }
  }
  await assert.rejects(saved.save({ id: (() => '5') as never }), /exact\.id is part of a key and must be a number, not a function/)
  assert.equal(await saved.find('501'), undefined)
})

test('refuses an item that is itself no plain object', async () => {
  class Row {
    id = 'row'
  }
  for (const [item, words] of [[Promise.resolve({ id: 'row' }), /it is a Promise; await it first/], [new Row(), /it is a Row; give a plain object/], [new Map([['id', 'row']]), /a Map/], [[{ id: 'row' }], /an Array/], [new Error('row'), /an Error/], [new Uint8Array(1), /a Uint8Array/], [null, /null/], [undefined, /nothing/], ['row', /text/], [() => 1, /a function/]] as const) {
    await assert.rejects(openTable(database, exact).save(item as never), (error: unknown) => error instanceof TypeError && words.test(error.message) && error.message.startsWith('The item for table '), String(words))
  }
})

test('keeps plain data of any origin, and typed arrays as their bytes', async () => {
  const saved = openTable(database, exact)
  const bytes = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8])
  for (const [n, kept] of [
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [runInNewContext('({ a: [1, { b: 2 }] })'), { a: [1, { b: 2 }] }],
    [Object.assign([], { length: 2 }), [null, null]],
    [[undefined, 1], [null, 1]],
    [{ a: undefined, b: 1 }, { b: 1 }],
    [new Uint16Array(bytes.buffer, 2, 2), new Uint8Array([3, 4, 5, 6])],
    [new Float64Array(bytes.buffer), bytes],
    [new Uint8ClampedArray([1, 255]), new Uint8Array([1, 255])],
    [new BigInt64Array(bytes.buffer), bytes],
    [Buffer.from('ab'), new Uint8Array([97, 98])],
  ]) {
    await saved.save({ id: '502', n })
    const { n: found } = await saved.load('502')
    assert.deepEqual(found instanceof Uint8Array ? new Uint8Array(found) : found, kept)
  }
})

test('refuses an item above 400 KB', async () => {
  await assert.rejects(table.save({ job: 'big', number: 1, value: 'x'.repeat(400 * 1024) }), /takes \d+ bytes, and DynamoDB holds at most 409600/)
  await table.save({ job: 'big', number: 1, value: 'x'.repeat(400 * 1024 - 100) })
})

test('refuses the one property name that the SDK loses', async () => {
  const item = JSON.parse('{"job":"proto","number":1,"value":{"constructor":2}}') as Build
  assert.deepEqual((await table.save(item)).value, { constructor: 2 })
  assert.deepEqual((await table.load({ job: 'proto', number: 1 })).value, { constructor: 2 })
  await assert.rejects(table.save(JSON.parse('{"job":"proto","number":1,"value":{"__proto__":1}}') as Build), /must not be called __proto__/)
  await assert.rejects(table.save(JSON.parse('{"job":"proto","number":1,"__proto__":1}') as Build), /must not be called __proto__/)
})

test('tells which call failed, with its cause', async () => {
  const absent = openTable(database, { ...builds, table: 'absent' })
  await assert.rejects(absent.find({ job: 'x', number: 1 }), (failure: unknown) => failure instanceof Error && !isHttpError(failure) && /GetItem on table test-absent: ResourceNotFoundException/.test(failure.message) && failure.cause instanceof Error)
})

test('works again after close', async () => {
  const other = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'test-' })
  await openTable(other, builds).find({ job: 'x', number: 1 })
  other.close()
  await openTable(other, builds).find({ job: 'x', number: 1 })
  other.close()
  other.close()
})
