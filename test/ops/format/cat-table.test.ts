// Tables of the ops API: columns, order, units, text and records.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHttpError } from '../../../src/errors/index.ts'
import { type Column, chooseColumns, chooseSortKeys, sortRows } from '../../../src/ops/format/cat-columns.ts'
import { helpText, tableRecords, tableText } from '../../../src/ops/format/cat-table.ts'
import { seedBody } from '../../../src/ops/format/query-error.ts'
import { byteUnits, bytesText, timeText, timeUnits } from '../../../src/ops/format/units.ts'

interface Row {
  id: number
  path: string
  total: number
  average: number | null
  size: number
  alive: boolean
}

const columns: Column<Row>[] = [
  { name: 'id', description: 'Internal identifier', kind: 'integer', isDefault: true, value: ({ id }) => id },
  { name: 'path', aliases: ['p'], description: 'Path', kind: 'text', isDefault: true, value: ({ path }) => path },
  { name: 'stats.req.total', aliases: ['srt'], description: 'Number of requests', kind: 'integer', isDefault: true, value: ({ total }) => total },
  { name: 'stats.resp.time_avg_1m', description: 'Average', kind: 'average', isDefault: false, value: ({ average }) => average },
  { name: 'size', description: 'Size', kind: 'bytes', isDefault: false, value: ({ size }) => size },
  { name: 'alive', description: 'Alive', kind: 'boolean', isDefault: false, value: ({ alive }) => alive },
]

const rows: Row[] = [
  { id: 139963103587856, path: '/any', total: 0, average: null, size: 512, alive: true },
  { id: 12, path: '/boom', total: 20, average: 12.5, size: 1_288_490_189, alive: false },
  { id: 7, path: '/a b\nforged', total: 20, average: 0.000022, size: 0, alive: true },
]

function refusedAs(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    if (!isHttpError(error)) throw error
    assert.equal(error.status, 422)
    return JSON.parse(JSON.stringify(seedBody(error.errors ?? [])))
  }
  return assert.fail('nothing was refused')
}

test('a table has two blanks between columns, numbers to the right and the header of the seed', () => {
  const lines = [
    '             id  path      stats.req.total',
    '139963103587856  /any                    0',
    '             12  /boom                  20',
  ]
  assert.equal(tableText({ columns: chooseColumns(columns, undefined), rows: rows.slice(0, 2), hasHeader: true }), `${lines.join('\n')}\n`)
  assert.equal(tableText({ columns: chooseColumns(columns, 'p,id'), rows: rows.slice(0, 2), hasHeader: false }), '/any   139963103587856\n/boom               12\n')
  assert.equal(tableText({ columns, rows: [], hasHeader: false }), '\n')
})

test('an average has six decimals under each other, one that is not there a dash', () => {
  const lines = [
    ' -         139963103587856',
    '12.500000               12',
    ' 0.000022                7',
  ]
  assert.equal(tableText({ columns: chooseColumns(columns, '*avg*,id'), rows, hasHeader: false }), `${lines.join('\n')}\n`)
})

test('no cell can forge a row', () => {
  assert.equal(tableText({ columns: chooseColumns(columns, 'path'), rows: rows.slice(2), hasHeader: false }), '/a b\ufffdforged\n')
})

test('h takes names, aliases and globs, in the order asked, doubles kept in text alone', () => {
  assert.deepEqual(chooseColumns(columns, 'p,*').map(({ name }) => name), ['path', ...columns.map(({ name }) => name)])
  assert.deepEqual(chooseColumns(columns, 'stats.*').map(({ name }) => name), ['stats.req.total', 'stats.resp.time_avg_1m'])
  assert.deepEqual(chooseColumns(columns, '[ip]?*').map(({ name }) => name), ['id', 'path'])
  assert.deepEqual(chooseColumns(columns, '').map(({ name }) => name), ['id', 'path', 'stats.req.total'])
  assert.deepEqual(tableRecords({ columns: chooseColumns(columns, 'id,path,id'), rows: rows.slice(1, 2) }), [{ id: 12, path: '/boom' }])
})

test('records have numbers as numbers and null for what is not there', () => {
  assert.deepEqual(tableRecords({ columns, rows: rows.slice(0, 1) }), [{ id: 139963103587856, path: '/any', 'stats.req.total': 0, 'stats.resp.time_avg_1m': null, size: 512, alive: true }])
  assert.deepEqual(tableRecords({ columns: chooseColumns(columns, '*avg*,size'), rows: rows.slice(1, 2), time: timeUnits.get('ms'), bytes: byteUnits.get('mb') }), [{ 'stats.resp.time_avg_1m': 12500, size: 1228 }])
})

test('rows are sorted by each key in its direction, the left one first; equal ones stay, nothing comes first', () => {
  const sorted = (s: string): number[] => sortRows(rows, chooseSortKeys(columns, s)).map(({ id }) => id)
  assert.deepEqual(sorted('srt:desc,path'), [7, 12, 139963103587856])
  assert.deepEqual(sorted('srt:desc'), [12, 7, 139963103587856])
  assert.deepEqual(sorted('stats.resp.time_avg_1m'), [139963103587856, 7, 12])
  assert.deepEqual(sorted('stats.resp.time_avg_1m:desc'), [12, 7, 139963103587856])
  assert.deepEqual(sorted(''), [139963103587856, 12, 7])
})

test('what is no column or no direction is refused in the words of the seed', () => {
  const names = columns.map(({ name }) => name)
  assert.deepEqual(refusedAs(() => chooseColumns(columns, 'id,bogus')), { querystring: { h: { 1: [`'bogus' does not match names=(${names.map((name) => `'${name}'`).join(', ')})`] } } })
  assert.deepEqual(refusedAs(() => chooseSortKeys(columns, 'bogus')), { querystring: { s: { 0: { 0: [`Must be one of: ${names.join(', ')}.`] } } } })
  assert.deepEqual(refusedAs(() => chooseSortKeys(columns, 'id,path:up')), { querystring: { s: { 1: { 1: ['Must be one of: asc, desc.'] } } } })
  for (const s of [',', 'id,,path', 'id:asc:asc']) assert.ok(refusedAs(() => chooseSortKeys(columns, s)), s)
  assert.deepEqual(refusedAs(() => chooseColumns(columns, '*,'.repeat(200))), { querystring: { h: ['Longer than maximum length 100.'] } })
})

test('help tells every column with its aliases between two rules', () => {
  const lines = helpText(columns).split('\n')
  assert.match(lines[0]!, /^-+ {2}-+$/)
  assert.equal(lines[0], lines.at(-2))
  assert.equal(lines.at(-1), '')
  assert.ok(lines.includes('path                    Path (p)'))
})

test('times and sizes without a unit are those that people read', () => {
  assert.deepEqual([0, 1.25, 0.0000441, 90, 86_400 * 3].map(timeText), ['0s', '1.2s', '44.1micros', '1.5m', '3d'])
  assert.deepEqual([0, 512, 1536, 1_288_490_189].map(bytesText), ['0b', '512b', '1.5kb', '1.2gb'])
})
