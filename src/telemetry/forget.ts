// Forgetting requests: their records go, also out of packs and out of what comes again; their counts stay.
import type { Database } from '../persist/index.ts'
import { forgetDays, type ForgetOrder, forgetOrders, lengthOf, packKinds, packsBetween, packShards, putForgetOrder, replacePack, replaceSingleRow, type RequestRow, shards, singleRows, startOf } from '../store/index.ts'
import { busyHours } from './busy-hours.ts'
import { filterOf, type RequestFilter } from './request-filter.ts'

export interface Forgotten {
  /** Requests whose records went, and the items that held them. */
  requests: number
  items: number
  /** Days for which lines that come again leave no record either. */
  days: number
}

// As far back as counts say where there were requests.
const longestMs = 790 * 86_400_000

/**
 * Takes the records of requests away: those that are stored, and for some days those of lines that come again.
 * May be stopped anywhere and repeated; the look of every minute ends what was not ended.
 */
export async function forgetRequests(database: Database, { filter, from = database.now() - longestMs, to = database.now() + 1 }: { filter: RequestFilter; from?: number; to?: number }): Promise<Forgotten> {
  const asked = database.now()
  const order: ForgetOrder = { id: `${new Date(asked).toISOString()}#${process.getBuiltinModule('node:crypto').randomUUID()}`, filter: JSON.stringify(filter), from, to, asked, isDone: false }
  // First: what is stored from now on is stored without.
  await putForgetOrder(database, order)
  return { ...(await sweep(database, order)), days: forgetDays }
}

// Who takes lines in reads the orders again after this.
const knownMs = 60_000

// What was being stored without knowing of an order is stored by then.
const settledMs = 10 * 60_000

/** Looks once more for what was on its way when orders were given. To be called every minute or so. */
export async function sweepForgotten(database: Database): Promise<void> {
  for (const order of await forgetOrders(database)) {
    if (order.isDone || database.now() < order.asked + settledMs) continue
    await sweep(database, order)
    await putForgetOrder(database, { ...order, isDone: true })
  }
}

const known = new WeakMap<Database, { at: number; orders: Promise<ForgetOrder[]> }>()

/** Rows without the records that are to be forgotten. */
export async function withoutForgotten<Row extends RequestRow>(database: Database, rows: readonly Row[]): Promise<Row[]> {
  if (rows.length === 0) return [...rows]
  let read = known.get(database)
  if (read === undefined || database.now() - read.at >= knownMs || database.now() < read.at) {
    read = { at: database.now(), orders: forgetOrders(database) }
    known.set(database, read)
    // What could not be read is read again with the next lines.
    read.orders.catch(() => known.delete(database))
  }
  const tests = (await read.orders).map(testOf)
  return tests.length === 0 ? [...rows] : rows.map((row) => (tests.some((isMeant) => isMeant(row)) ? bare(row) : row))
}

function testOf({ filter, from, to }: ForgetOrder): (row: RequestRow) => boolean {
  const isMeant = filterOf(JSON.parse(filter) as RequestFilter)
  return (row) => row.record !== undefined && row.started >= from && row.started < to && isMeant(row)
}

// A name of a metric tells of nobody, and what it counted is in its row.
function bare<Row extends RequestRow>({ record: _record, ...row }: Row): Row {
  return row as Row
}

async function sweep(database: Database, order: ForgetOrder): Promise<Omit<Forgotten, 'days'>> {
  const isMeant = testOf(order)
  const done = { requests: 0, items: 0 }
  const busy = await busyHours(database, order)
  // What is older than any count is looked for as far back as rows of its length can be.
  for (let hour = startOf('hour', order.to - 1); hour + lengthOf('hour') > order.from && hour > 0; hour -= lengthOf('hour')) {
    if (!busy.hasRequests(hour)) continue
    const span = { from: Math.max(order.from, hour), to: Math.min(order.to, hour + lengthOf('hour')), withRecords: true }
    await Promise.all([
      ...Array.from({ length: shards }, async (_, shard) => {
        for await (const single of singleRows(database, { ...span, shard })) {
          if (!isMeant(single.row)) continue
          await replaceSingleRow(database, { ...single, row: bare(single.row) })
          note(done, 1)
        }
      }),
      ...packKinds.flatMap((kind) => Array.from({ length: busy.hasPacks(hour) ? packShards : 0 }, async (_, shard) => {
        for await (const pack of packsBetween(database, { ...span, kind, shard })) {
          const meant = pack.rows.filter(isMeant).length
          if (meant === 0) continue
          await replacePack(database, pack, (rows) => rows.map((row) => (isMeant(row) ? bare(row) : row)))
          note(done, meant)
        }
      })),
    ])
  }
  return done
}

function note(done: { requests: number; items: number }, requests: number): void {
  done.requests += requests
  done.items += 1
}
