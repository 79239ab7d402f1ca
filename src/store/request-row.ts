// A request as the kit keeps it, and the shard that it lies in.

/** A request as it is stored and counted. */
export interface RequestRow {
  /** Epoch milliseconds of its start. */
  started: number
  /** The id that the platform gave it. */
  requestId: string
  /** operationId; empty for a path that no operation has. */
  operation: string
  status: number
  /** Milliseconds. */
  duration: number
  /** Bytes that came in and went out. */
  inBytes: number
  outBytes: number
  level: 'debug' | 'info' | 'warn' | 'error'
  /** Calls to other APIs, by `api.operation`: how many, how many failed, and milliseconds together. */
  calls?: Readonly<Record<string, readonly [count: number, errors: number, duration: number]>>
  /** What the service measured itself: such a row is no request. */
  metric?: { name: string; value: number; unit: string }
  /** The whole record as JSON; absent where only the count was kept. */
  record?: string
  /** Epoch seconds from which the row may go. */
  expires: number
}

/** A row that is about to be stored. */
export interface NewRow extends RequestRow {
  /** What the JSON of `record` says, or would say: a pack holds it by columns, so that nobody need write it as a text, nor read it again. */
  fields?: Readonly<Record<string, unknown>>
  /** Characters of the line that it came in. */
  characters?: number
}

/** A row with its record as JSON, where it has one. */
export function withRecord({ fields, characters: _characters, ...row }: NewRow): RequestRow {
  return row.record === undefined && fields !== undefined ? { ...row, record: JSON.stringify(fields) } : row
}

/** How many partitions the requests of an hour are spread over, so that no hot hour is one hot partition. */
export const shards = 8

/** The shard of an id: the same for every copy of a line. */
export function shardOf(id: string): number {
  let hash = 7
  for (let index = 0; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) % 65_521
  return hash % shards
}
