// What goes with time: items whose end is past, records of streams that are a day old, tokens of transactions. Little by little, beside the calls.
import type { Change, DynaliteTable, Item } from '../dynalite.ts'
import { promised } from '../dynalite.ts'
import { isOver } from './expiry.ts'
import type { Kit } from './kit.ts'
import { withLocks } from './locks.ts'
import { rehearse } from './rehearsal.ts'
import { keptMs } from './stream-calls.ts'
import type { StreamRecord } from './stream-record.ts'
import { forgottenStream, recordKey, type Stream, streamChange } from './streams.ts'
import { forgetTokens } from './tokens.ts'

const sliceRows = 200

export interface SweepLimits {
  /** Rows that one sweep looks at, of items and of records; it goes on where the one before ended. */
  rows: number
  /** Records that a stream keeps at most, however young. */
  records: number
  /** Milliseconds between two sweeps; the first one comes after a thirtieth of them. */
  everyMs: number
}

export interface Sweeper {
  /** Runs one now, or waits for the one that runs. */
  sweep(): Promise<void>
  /** Ends what runs, and begins none any more. */
  stop(): Promise<void>
}

/** Sweeps soon, and again and again. */
export function startSweeping(kit: Kit, limits: SweepLimits): Sweeper {
  const places = new Map<string, string>()
  let running: Promise<void> | undefined
  let isStopped = false
  const sweep = (): Promise<void> => (running ??= isStopped ? Promise.resolve() : sweepOnce(kit, { places, limits, isStopped: () => isStopped }).finally(() => (running = undefined)))
  // What fails is tried again by the next one: no call depends on it.
  const quietly = (): void => void sweep().catch(() => undefined)
  const first = setTimeout(quietly, limits.everyMs / 30).unref()
  const timer = setInterval(quietly, limits.everyMs).unref()
  return {
    sweep,
    async stop() {
      isStopped = true
      clearTimeout(first)
      clearInterval(timer)
      await running?.catch(() => undefined)
    },
  }
}

interface Run {
  /** Where the last one ended, by table. */
  places: Map<string, string>
  limits: SweepLimits
  isStopped(): boolean
}

async function sweepOnce(kit: Kit, run: Run): Promise<void> {
  for (const [table, attribute] of kit.expiry.attributes) await sweepTable(kit, run, { table, attribute })
  for (const stream of kit.streams.all()) if (!run.isStopped()) await trim(kit, stream, run)
  while (!run.isStopped() && (await forgetTokens(kit.dynalite.store.db, kit.now(), sliceRows)));
}

async function sweepTable(kit: Kit, { places, limits, isStopped }: Run, { table, attribute }: { table: string; attribute: string }): Promise<void> {
  const { db } = kit.dynalite.store
  const prefix = `item-${table}~`
  let left = limits.rows
  while (left > 0 && !isStopped()) {
    // The place of the row behind the last one.
    const iterator = db.iterator({ gte: places.get(table) ?? prefix, lt: `${prefix}\uffff`, valueEncoding: 'utf8' })
    const rows = await iterator.nextv(Math.min(sliceRows, left)).finally(() => iterator.close())
    left -= Math.max(rows.length, 1)
    const over = rows.filter(([, text]) => text.includes(JSON.stringify(attribute)) && isOver(JSON.parse(text) as Item, attribute, kit.now()))
    for (const [key] of over) if (!isStopped()) await expire(kit, { table, attribute, key: key.slice(prefix.length) })
    if (rows.length < sliceRows && left > 0) {
      places.delete(table)
      return
    }
    places.set(table, `${rows.at(-1)?.[0] ?? prefix}\0`)
  }
}

// Looked at once more while nobody else writes it.
async function expire(kit: Kit, { table: name, attribute, key }: { table: string; attribute: string; key: string }): Promise<void> {
  const { dynalite } = kit
  await withLocks(dynalite.store, [{ table: name, key }], async () => {
    const [item] = (await dynalite.store.db.getMany([`item-${name}~${key}`])) as [Item | undefined]
    const table = await promised<DynaliteTable>((done) => dynalite.store.getTable(name, done)).catch(() => undefined)
    if (item === undefined || table === undefined || !isOver(item, attribute, kit.now())) return
    const Key = Object.fromEntries(table.KeySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]))
    const played = await rehearse(dynalite, { name: 'deleteItem', table, key, input: { TableName: name, Key } })
    if (played.refused === undefined) await kit.commit({ writes: [played], isExpiry: true })
  })
}

// Removes records from the front: old ones, and what is more than a stream keeps. A closed stream goes with its last record, after a day.
async function trim({ dynalite, now, streams }: Kit, stream: Stream, { limits, isStopped }: Run): Promise<void> {
  const { db } = dynalite.store
  const oldest = now() - keptMs
  for (let looked = 0; looked < limits.rows && !isStopped(); looked += sliceRows) {
    const iterator = db.iterator({ gte: recordKey(stream, stream.first), lt: recordKey(stream, stream.next), valueEncoding: 'utf8' })
    const rows = await iterator.nextv(sliceRows).finally(() => iterator.close())
    const tooMany = stream.next - stream.first - limits.records
    const young = rows.findIndex(([, text], index) => index >= tooMany && (JSON.parse(text) as StreamRecord).dynamodb.ApproximateCreationDateTime * 1000 >= oldest)
    const gone = young === -1 ? rows : rows.slice(0, young)
    if (gone.length > 0) {
      const first = Number(gone.at(-1)![0].slice(gone.at(-1)![0].lastIndexOf('~') + 1)) + 1
      await db.batch([...gone.map(([key]): Change => ({ type: 'del', key })), streamChange({ ...stream, first })])
      stream.first = first
    }
    if (gone.length < sliceRows) break
  }
  if (stream.closed !== undefined && stream.closed < oldest && stream.first >= stream.next) {
    await db.batch([forgottenStream(stream)])
    streams.forget(stream)
  }
}
