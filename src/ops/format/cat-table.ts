// Compact and aligned text: rows and columns as a table for people, or as records for programs.
import type { Cell, Column } from './cat-columns.ts'
import { bytesText, inUnit, timeText } from './units.ts'

/** In which units times and sizes are told, as what a unit holds in seconds or bytes; without one, as people read them. */
export interface Units {
  time?: number | undefined
  bytes?: number | undefined
}

export interface TableOptions<Row> extends Units {
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  /** With a line of names on top. */
  hasHeader: boolean
}

/** Columns two blanks apart, numbers to the right; no blanks at the end of a line, a line break at the end of the text. */
export function tableText<Row>({ columns, rows, hasHeader, ...units }: TableOptions<Row>): string {
  const printed = columns.map((column) => {
    const cells = rows.map((row) => printCell(column.value(row), column.kind, units))
    const longest = cells.reduce((most, cell) => Math.max(most, cell.length), 0)
    const width = hasHeader ? Math.max(longest, column.name.length + 2) : longest
    const pad = (text: string): string => (isRight(column.kind) ? text.padStart(width) : text.padEnd(width))
    return { header: pad(column.name), cells: cells.map(pad) }
  })
  const lines = rows.map((_, index) => printed.map(({ cells }) => cells[index]!).join('  '))
  const all = hasHeader ? [printed.map(({ header }) => header).join('  '), ...lines] : lines
  return `${all.map((line) => line.trimEnd()).join('\n')}\n`
}

/** One object a row, numbers as numbers; a column that was asked for twice stands once. */
export function tableRecords<Row>({ columns, rows, ...units }: Omit<TableOptions<Row>, 'hasHeader'>): Record<string, Cell>[] {
  return rows.map((row) => Object.fromEntries(columns.map((column) => {
    const value = column.value(row)
    const unit = typeof value === 'number' ? unitOf(column.kind, units) : undefined
    return [column.name, unit === undefined ? value : inUnit(value as number, unit)]
  })))
}

/** The columns with what they tell, between two rules. */
export function helpText<Row>(columns: readonly Column<Row>[]): string {
  const rows = columns.map(({ name, aliases = [], description }) => [name, aliases.length === 0 ? description : `${description} (${aliases.join(', ')})`] as const)
  const widths = [0, 1].map((index) => Math.max(...rows.map((row) => row[index]!.length)))
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return `${[rule, ...rows.map(([name, description]) => `${name.padEnd(widths[0]!)}  ${description}`), rule].join('\n')}\n`
}

function printCell(value: Cell, kind: Column<never>['kind'], units: Units): string {
  // An average that is not there stands where the digits before the point do.
  if (value === null) return kind === 'average' && units.time === undefined ? `-${' '.repeat(7)}` : '-'
  if (typeof value !== 'number') return typeof value === 'string' ? oneLine(value) : String(value)
  const unit = unitOf(kind, units)
  if (unit !== undefined) return String(inUnit(value, unit))
  if (kind === 'average') return value.toFixed(6)
  if (kind === 'time') return timeText(value)
  return kind === 'bytes' ? bytesText(value) : String(value)
}

function unitOf(kind: Column<never>['kind'], { time, bytes }: Units): number | undefined {
  if (kind === 'time' || kind === 'average') return time
  return kind === 'bytes' ? bytes : undefined
}

function isRight(kind: Column<never>['kind']): boolean {
  return kind !== 'text' && kind !== 'boolean'
}

// A name with a line break in it would forge a row.
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd')
}
