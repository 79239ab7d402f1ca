// Many requests as few bytes: each field is a column, what follows from others is left out, ids are bytes, and the rest is deflated.
import { deflate, inflate } from './pack-deflate.ts'
import { type PackField, packOfField, restoredField } from './pack-fields.ts'
import { asInvocation, asRequest, idBytes, idFields, idText } from './pack-ids.ts'
import type { NewRow, RequestRow } from './request-row.ts'

/** One value for each row; a single one where all are the same. */
type Column = unknown[]

interface Columns {
  /** How many rows. */
  n: number
  /** Epoch milliseconds that times count from. */
  b: number
  /** Of the rows themselves. */
  r: Record<'s' | 'i' | 'o' | 'c' | 'd' | 'e' | 'f' | 'l' | 'x' | 'a' | 'm' | 'k', Column>
  /** Of their records: names and columns in the order of fields. */
  f: [name: string, column: Column][]
}

/** How a row's record is kept: none, by columns, or as its whole text. */
const [none, byColumns, whole] = [0, 1, 2]

const levels = ['debug', 'info', 'warn', 'error'] as const

/** The bytes of rows. Equal rows give equal bytes; what is no row of ours in shape is kept all the same. */
export function packRows(rows: readonly NewRow[]): Uint8Array {
  const ids: Uint8Array[] = []
  const base = Math.min(...rows.map(({ started }) => started))
  const { how, fields } = recordColumns(rows)
  const columns: Columns = {
    n: rows.length,
    b: base,
    r: {
      s: column(rows.map(({ started }) => started - base)),
      i: column(rows.map(({ requestId }) => packId(requestId, undefined, ids))),
      o: column(rows.map(({ operation }) => operation)),
      c: column(rows.map(({ status }) => status)),
      d: column(rows.map(({ duration }) => duration)),
      e: column(rows.map(({ inBytes }) => inBytes)),
      f: column(rows.map(({ outBytes }) => outBytes)),
      l: column(rows.map(({ level }) => levels.indexOf(level))),
      x: column(rows.map(({ expires, started }) => expires - Math.ceil(started / 1000))),
      a: column(rows.map(({ calls }) => calls ?? null)),
      m: column(rows.map(({ metric }) => metric ?? null)),
      k: column(how),
    },
    f: [],
  }
  const invocations = fields.get('request_id')
  for (const [name, values] of fields) {
    const packed = !idFields.has(name) ? values : values.map((value, index) => {
      if (value === null) return null
      const { requestId } = rows[index]!
      return name === 'call_id' && value !== requestId && value === invocations?.[index] ? asInvocation : packId(value as string, requestId, ids)
    })
    columns.f.push([name, column(packed)])
  }
  return Buffer.concat([deflate(Buffer.from(JSON.stringify(columns))), ...ids])
}

/** A field of records and the value that is looked for in it. */
export interface Wanted {
  name: string
  value: string
}

/** The rows of bytes that `packRows` made. `wanted` leaves out those whose record is known to hold another value: most of the work is to make records. */
export function unpackRows(bytes: Uint8Array, { withRecords, wanted }: { withRecords: boolean; wanted?: Wanted | undefined }): RequestRow[] {
  const { text, rest } = inflate(bytes)
  const columns = JSON.parse(text) as Columns
  const reader = { rest, at: 0 }
  const at = (values: Column, index: number): unknown => values[values.length === 1 ? 0 : index]
  const { r } = columns
  const requestIds = Array.from({ length: columns.n }, (_, index) => readId(at(r.i, index), '', reader))
  const rows = requestIds.map((requestId, index): RequestRow => {
    const started = columns.b + (at(r.s, index) as number)
    const [calls, metric] = [at(r.a, index), at(r.m, index)]
    return {
      started,
      requestId,
      operation: at(r.o, index) as string,
      status: at(r.c, index) as number,
      duration: at(r.d, index) as number,
      inBytes: at(r.e, index) as number,
      outBytes: at(r.f, index) as number,
      level: levels[at(r.l, index) as number]!,
      expires: Math.ceil(started / 1000) + (at(r.x, index) as number),
      ...(calls === null ? {} : { calls: calls as NonNullable<RequestRow['calls']> }),
      ...(metric === null ? {} : { metric: metric as NonNullable<RequestRow['metric']> }),
    }
  })
  if (!withRecords) return rows
  // Column by column: ids lie in that order.
  const fields = columns.f.map(([name, values]) => rows.map((row, index) => {
    const value = at(values, index)
    return idFields.has(name) && typeof value === 'number' && value !== asInvocation ? readId(value, row.requestId, reader) : value
  }))
  const column = (name: string): Column | undefined => fields[columns.f.findIndex(([own]) => own === name)]
  const isOther = wanted === undefined ? () => false : differsFrom(wanted, { column, rows })
  return rows.flatMap((row, index) => {
    const how = at(r.k, index)
    if (how === none) return [row]
    if (how === byColumns && isOther(index)) return []
    const known = new Map(columns.f.flatMap(([name], order) => (fields[order]![index] === null ? [] : [[name, fields[order]![index]] as const])))
    return [{ ...row, record: how === whole ? (known.get('') as string) : textOf(known, row) }]
  })
}

// Whether the record of a row by columns holds another value than the wanted one, or none.
function differsFrom({ name, value }: Wanted, { column, rows }: { column(name: string): Column | undefined; rows: readonly RequestRow[] }): (index: number) => boolean {
  const [own, invocations] = [column(name), column('request_id')]
  return (index) => {
    const packed = own?.[index]
    return (packed === asInvocation ? invocations?.[index] : packed === true ? rows[index]!.operation : packed) !== value
  }
}

function textOf(fields: ReadonlyMap<string, unknown>, row: RequestRow): string {
  const values = new Map(fields)
  // Those that follow from others come after them.
  for (const [name, value] of fields) values.set(name, restoredField(name, value, { row, values }))
  return `{${[...values].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
}

interface Field {
  name: string
  pack: PackField | undefined
  /** Null where a record has none of the name; undefined until one has. */
  values: Column | undefined
}

// What is kept of each record, and its fields in the order in which they were met: null where a record has none of a name.
function recordColumns(rows: readonly NewRow[]): { how: number[]; fields: Map<string, Column> } {
  const known = new Map<string, Field>()
  const fields = new Map<string, Column>()
  const valuesOf = (field: Field): Column => {
    if (field.values === undefined) fields.set(field.name, (field.values = Array.from({ length: rows.length }, () => null)))
    return field.values
  }
  const reader: FieldReader = { known, inOrder: [], packed: [] }
  const how = rows.map((row, index) => {
    const record = row.fields ?? (row.record === undefined ? undefined : parsed(row.record))
    if (record === undefined && row.record === undefined) return none
    const count = record === undefined ? undefined : readFields(record, row, reader)
    if (count === undefined) valuesOf(fieldOf('', known))[index] = row.record ?? JSON.stringify(record)
    else for (let order = 0; order < count; order++) valuesOf(reader.inOrder[order]!)[index] = reader.packed[order]
    return count === undefined ? whole : byColumns
  })
  return { how, fields }
}

interface FieldReader {
  known: Map<string, Field>
  /** Fields of the record that was read last: most records have the same ones in the same order as the one before, and need not be looked up. */
  inOrder: Field[]
  /** The values of that record as they are packed. */
  packed: unknown[]
}

// How many fields a record has, once all of them are packed; undefined where one could not be told from a mark.
function readFields(record: Readonly<Record<string, unknown>>, row: NewRow, { known, inOrder, packed }: FieldReader): number | undefined {
  const names = Object.keys(record)
  for (let order = 0; order < names.length; order++) {
    const name = names[order]!
    const value = record[name]
    // JSON has no such numbers, and writes null for them.
    if (value === null || value === undefined || value === Infinity || value === -Infinity) return undefined
    let field = inOrder[order]
    if (field === undefined || field.name !== name) inOrder[order] = field = fieldOf(name, known)
    const own = field.pack === undefined ? value : field.pack(value, row, record)
    if (own === undefined) return undefined
    packed[order] = own
  }
  return names.length
}

function fieldOf(name: string, known: Map<string, Field>): Field {
  let field = known.get(name)
  if (field === undefined) known.set(name, (field = { name, pack: packOfField(name), values: undefined }))
  return field
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function column(values: Column): Column {
  const first = values[0]
  if (typeof first === 'object' && first !== null) return values
  for (let index = 1; index < values.length; index++) if (values[index] !== first) return values
  // Ids in bytes are each its own, though their marks are equal.
  return [first]
}

function packId(id: string, requestId: string | undefined, ids: Uint8Array[]): string | number {
  if (id === requestId) return asRequest
  const packed = idBytes(id)
  if (packed === undefined) return id
  ids.push(packed.bytes)
  return packed.kind
}

function readId(value: unknown, requestId: string, reader: { rest: Uint8Array; at: number }): string {
  if (typeof value === 'string') return value
  if (value === asRequest) return requestId
  const { id, length } = idText(value === 1 ? 1 : 2, reader.rest, reader.at)
  reader.at += length
  return id
}
