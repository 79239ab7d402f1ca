// The streams of tables: each record is written in one step with its item, in an order that readers can rely on.
import type { Change, DynaliteStore, DynaliteTable, Item, Level, Rows } from '../dynalite.ts'
import { type Dynalite, promised } from '../dynalite.ts'
import { isUnchanged, type ItemChange, recordOf, type StreamRecord, type StreamShape, type ViewType } from './stream-record.ts'

/** A stream, open or closed. */
export interface Stream extends StreamShape {
  table: string
  label: string
  /** Milliseconds since 1970, as all times of it. */
  created: number
  closed?: number
  /** Number of the oldest record that is kept, and of the next one to come. */
  first: number
  next: number
}

/** A change of an item of a table. */
export interface TableChange extends ItemChange {
  table: string
}

export interface Streams {
  /** Every stream that can be read. */
  all(): Stream[]
  get(arn: string): Stream | undefined
  openOf(table: string): Stream | undefined
  /** Begins a stream that its table names already, or names with these changes. */
  begin(stream: Stream, changes?: readonly Change[]): Promise<void>
  /** Ends the stream of a table; it can be read for a day more. */
  end(table: string, changes?: readonly Change[]): Promise<void>
  /** Forgets a stream that is closed and empty. */
  forget(stream: Stream): void
  /** Writes changes in one step, with the records of those that belong to a stream. */
  commit(changes: readonly Change[], items: readonly TableChange[]): Promise<void>
  /** Hears of records once they are written, in their order; gives what ends that. */
  subscribe(table: string, hear: (records: StreamRecord[]) => void): () => void
}

const streamPrefix = 'stream~'
const end = '\uffff'

/** Where the records of a stream lie. */
export function recordKey({ table, label }: Pick<Stream, 'table' | 'label'>, sequence: number): string {
  return `change~${table}~${label}~${String(sequence).padStart(16, '0')}`
}

/** A new stream of a table. */
export function newStream({ tableDb }: Pick<DynaliteStore, 'tableDb'>, table: Pick<DynaliteTable, 'TableName' | 'KeySchema'>, { view, now, known }: { view: ViewType; now: number; known: readonly Stream[] }): Stream {
  const label = (at: number): string => new Date(at).toISOString().slice(0, -1)
  let at = now
  // One that ended in the same millisecond has this name.
  while (known.some((other) => other.table === table.TableName && other.label === label(at))) at += 1
  return { arn: `arn:aws:dynamodb:${tableDb.awsRegion}:${tableDb.awsAccountId}:table/${table.TableName}/stream/${label(at)}`, table: table.TableName, label: label(at), view, keys: table.KeySchema, created: at, first: 1, next: 1 }
}

/** What keeps a stream. */
export function streamChange({ next: _, ...kept }: Stream): Change {
  return { type: 'put', key: `${streamPrefix}${kept.table}~${kept.label}`, value: kept }
}

/** What forgets a stream without records. */
export function forgottenStream({ table, label }: Stream): Change {
  return { type: 'del', key: `${streamPrefix}${table}~${label}` }
}

/** Opens the streams that are kept, and puts itself before the writes of their tables. */
export async function openStreams(dynalite: Dynalite, now: () => number): Promise<Streams> {
  const { store } = dynalite
  const known = await settledStreams(store.db, now())
  const open = new Map([...known.values()].filter(({ closed }) => closed === undefined).map((stream) => [stream.table, stream]))
  const listeners = new Map<string, Set<(records: StreamRecord[]) => void>>()
  const inOrder = orderedCommits(dynalite, { now, told: (table, records) => listeners.get(table)?.forEach((hear) => hear(records)) })
  const commit: Streams['commit'] = (changes, items) => {
    const recorded = items.flatMap((item) => (open.has(item.table) && !isUnchanged(item) ? { ...item, stream: open.get(item.table)! } : []))
    return recorded.length === 0 ? promised((done) => store.db.batch(changes, done)) : inOrder({ changes, recorded })
  }
  const end: Streams['end'] = async (table, changes = []) => {
    const stream = open.get(table)
    open.delete(table)
    if (stream !== undefined) stream.closed = now()
    await promised((done) => store.db.batch([...changes, ...(stream === undefined ? [] : [streamChange(stream)])], done))
  }
  recordWrites(store, { isOpen: (table) => open.has(table), commit, end })
  return {
    all: () => [...known.values()],
    get: (arn) => known.get(arn),
    openOf: (table) => open.get(table),
    async begin(stream, changes = []) {
      known.set(stream.arn, stream)
      open.set(stream.table, stream)
      await promised((done) => store.db.batch([...changes, streamChange(stream)], done))
    },
    end,
    forget: ({ arn }) => void known.delete(arn),
    commit,
    subscribe(table, hear) {
      const hearing = listeners.get(table) ?? new Set()
      listeners.set(table, hearing.add(hear))
      return () => void hearing.delete(hear)
    },
  }
}

interface Step {
  changes: readonly Change[]
  recorded: (TableChange & { stream: Stream })[]
}

// One batch after the other: a reader that saw a number never misses a smaller one. What comes meanwhile shares the next batch.
function orderedCommits({ store, logic }: Dynalite, { now, told }: { now: () => number; told(table: string, records: StreamRecord[]): void }): (step: Step) => Promise<void> {
  let waiting: (Step & { done(): void; failed(failure: unknown): void })[] = []
  let isRunning = false
  const write = async (steps: typeof waiting): Promise<void> => {
    const before = new Map(steps.flatMap(({ recorded }) => recorded.map(({ stream }) => [stream, stream.next])))
    const records = new Map<string, StreamRecord[]>()
    const rows = steps.flatMap(({ changes, recorded }) => [...changes, ...recorded.map(({ stream, ...change }): Change => {
      const sequence = stream.next++
      const record = recordOf(stream, change, { logic, at: now(), sequence })
      records.set(stream.table, [...(records.get(stream.table) ?? []), record])
      return { type: 'put', key: recordKey(stream, sequence), value: record }
    })])
    try {
      await promised((done) => store.db.batch(rows, done))
    } catch (failure) {
      for (const [stream, next] of before) stream.next = next
      for (const { failed } of steps) failed(failure)
      return
    }
    for (const { done } of steps) done()
    for (const [table, told_] of records) queueMicrotask(() => told(table, told_))
  }
  const run = async (): Promise<void> => {
    isRunning = true
    while (waiting.length > 0) {
      const steps = waiting
      waiting = []
      await write(steps)
    }
    isRunning = false
  }
  return (step) =>
    new Promise((done, failed) => {
      waiting.push({ ...step, done, failed })
      if (!isRunning) void run()
    })
}

// Writes of dynalite itself go the same way where their table has a stream; all others stay what they were.
function recordWrites(store: DynaliteStore, { isOpen, commit, end }: { isOpen(table: string): boolean; commit: Streams['commit']; end: Streams['end'] }): void {
  const plain = store.getItemDb.bind(store)
  const plainDelete = store.deleteItemDb.bind(store)
  store.getItemDb = (table) => (isOpen(table) ? recordedRows(plain(table), { table, commit, db: store.db }) : plain(table))
  store.deleteItemDb = (table, done) => {
    end(table).then(() => plainDelete(table, done), done)
  }
}

function recordedRows(rows: Rows, { table, commit, db }: { table: string; commit: Streams['commit']; db: Level }): Rows {
  const keyOf = (key: string): string => `item-${table}~${key}`
  const write = (keys: string[], { afters, done }: { afters: (Item | undefined)[]; done: (failure?: Error | null) => void }): void => {
    db.getMany(keys.map(keyOf))
      .then((befores) => commit(keys.map((key, index): Change => (afters[index] === undefined ? { type: 'del', key: keyOf(key) } : { type: 'put', key: keyOf(key), value: afters[index] })), keys.map((_, index) => ({ table, before: befores[index] as Item | undefined, after: afters[index] }))))
      // Outside of the promise: what it throws is its own.
      .then(() => setImmediate(done, null), (failure: Error) => setImmediate(done, failure))
  }
  return {
    ...rows,
    put: (key, value, done) => write([key], { afters: [value as Item], done }),
    del: (key, done) => write([key], { afters: [undefined], done }),
    batch: (operations, done) => write(operations.map(({ key }) => key), { afters: operations.map(({ value }) => value as Item), done }),
  }
}

// The rows of tables are the truth: what a kill left undone is done.
async function settledStreams(db: Level, now: number): Promise<Map<string, Stream>> {
  const known = new Map<string, Stream>()
  for (const [, text] of await rowsBelow(db, streamPrefix)) {
    const kept = JSON.parse(text) as Omit<Stream, 'next'>
    known.set(kept.arn, { ...kept, next: kept.first })
  }
  const enabled = new Set<string>()
  for (const [, text] of await rowsBelow(db, 'table~')) {
    const table = parsedTable(text)
    if (table?.StreamSpecification?.StreamEnabled !== true || table.LatestStreamArn === undefined) continue
    enabled.add(table.LatestStreamArn)
    const [arn, label] = [table.LatestStreamArn, table.LatestStreamLabel!]
    if (!known.has(arn)) known.set(arn, { arn, label, table: table.TableName, view: table.StreamSpecification.StreamViewType as ViewType, keys: table.KeySchema, created: Date.parse(`${label}Z`), first: 1, next: 1 })
  }
  for (const stream of known.values()) {
    const [last] = await db.keys({ gte: recordKey(stream, 0), lt: `change~${stream.table}~${stream.label}~${end}`, reverse: true, limit: 1 }).all()
    if (last !== undefined) stream.next = Number(last.slice(last.lastIndexOf('~') + 1)) + 1
    if (!enabled.has(stream.arn)) stream.closed ??= now
  }
  if (known.size > 0) await db.batch([...known.values()].map(streamChange))
  return known
}

function parsedTable(text: string): DynaliteTable | undefined {
  try {
    return JSON.parse(text) as DynaliteTable
  } catch {
    return undefined
  }
}

async function rowsBelow(db: Level, prefix: string): Promise<[key: string, text: string][]> {
  const iterator = db.iterator({ gte: prefix, lt: `${prefix}${end}`, valueEncoding: 'utf8' })
  try {
    const rows: [string, string][] = []
    for (let some = await iterator.nextv(500); some.length > 0; some = await iterator.nextv(500)) rows.push(...some)
    return rows
  } finally {
    await iterator.close()
  }
}
