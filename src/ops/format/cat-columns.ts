// Columns of a cat table: what they are called, and which of them a caller wants in which order.
import { refusal, type Wrong } from './query-error.ts'
import { globTest, isGlob } from './glob.ts'

/** What stands in a cell; null where there is nothing to say. Times are seconds, sizes bytes. */
export type Cell = string | number | boolean | null

/** A column; `average` is a time with six decimals, `time` one that people read. */
export interface Column<Row> {
  name: string
  aliases?: readonly string[]
  description: string
  kind: 'text' | 'integer' | 'boolean' | 'time' | 'average' | 'bytes'
  /** Shown where the caller does not say which. */
  isDefault: boolean
  value(row: Row): Cell
}

/** By what rows are sorted: the left key counts most. */
export interface SortKey<Row> {
  column: Column<Row>
  descends: boolean
}

/** More would be no question of a person. */
const mostNames = 100

/**
 * The columns that `h` names: names, aliases, globs; in the order asked, a glob in the order of declaration, doubles kept. Empty: the default ones.
 * Throws the 422 where a name fits no column.
 */
export function chooseColumns<Row>(columns: readonly Column<Row>[], h: string | undefined): Column<Row>[] {
  if (h === undefined || h === '') return columns.filter(({ isDefault }) => isDefault)
  const wanted = listOf(h, 'h')
  const faults: Wrong[] = []
  const chosen = wanted.flatMap((name, position) => {
    const found = namedBy(columns, name)
    if (found.length === 0) faults.push({ in: 'query', place: ['h', position], message: `'${shown(name)}' does not match names=(${columns.map(({ name: known }) => `'${known}'`).join(', ')})` })
    return found
  })
  if (faults.length > 0) throw refusal(faults)
  return chosen
}

/** The keys that `s` names, `column[:asc|:desc]`, shown or not; throws the 422. Empty: none. */
export function chooseSortKeys<Row>(columns: readonly Column<Row>[], s: string | undefined): SortKey<Row>[] {
  if (s === undefined || s === '') return []
  const faults: Wrong[] = []
  const keys = listOf(s, 's').flatMap((text, position) => {
    const [name = '', direction = 'asc', ...rest] = text.split(':')
    const column = columns.find((one) => one.name === name || one.aliases?.includes(name) === true)
    if (column === undefined) faults.push({ in: 'query', place: ['s', position, 0], message: `Must be one of: ${columns.map((one) => one.name).join(', ')}.` })
    if (rest.length > 0 || (direction !== 'asc' && direction !== 'desc')) faults.push({ in: 'query', place: ['s', position, 1], message: 'Must be one of: asc, desc.' })
    return column === undefined ? [] : [{ column, descends: direction === 'desc' }]
  })
  if (faults.length > 0) throw refusal(faults)
  return keys
}

/** The rows in the order of the keys; rows that are equal stay as they were. Nothing comes before everything. */
export function sortRows<Row>(rows: readonly Row[], keys: readonly SortKey<Row>[]): Row[] {
  if (keys.length === 0) return [...rows]
  const cells = new Map(rows.map((row) => [row, keys.map(({ column }) => column.value(row))]))
  return [...rows].sort((left, right) => {
    for (const [index, { descends }] of keys.entries()) {
      const order = compare(cells.get(left)![index]!, cells.get(right)![index]!)
      if (order !== 0) return descends ? -order : order
    }
    return 0
  })
}

function compare(left: Cell, right: Cell): number {
  if (left === right) return 0
  if (left === null) return -1
  if (right === null) return 1
  return left < right ? -1 : 1
}

function namedBy<Row>(columns: readonly Column<Row>[], name: string): Column<Row>[] {
  const exact = columns.filter((column) => column.name === name || column.aliases?.includes(name) === true)
  if (exact.length > 0 || !isGlob(name)) return exact
  const fits = globTest(name)
  return columns.filter((column) => fits(column.name))
}

function listOf(text: string, name: string): string[] {
  const list = text.split(',')
  if (list.length > mostNames) throw refusal([{ in: 'query', place: [name], message: `Longer than maximum length ${mostNames}.` }])
  return list
}

function shown(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name
}
