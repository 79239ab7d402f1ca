// Forgetting requests: their records go, also out of packs and out of what comes again; their counts stay.
import type { Database } from '../persist/index.ts'
import { forgetDays, type ForgetOrder, forgetOrders, lengthOf, type NewRow, packKinds, packsBetween, packShards, putForgetOrder, replacePack, replaceSingleRow, type RequestRow, shards, singleRows, startOf, withRecord } from '../store/index.ts'
import { forgetArchived, type ForgettingArchive, type ForgottenInArchive } from './archive-forget.ts'
import { busyHours } from './busy-hours.ts'
import { valueOf } from './find-index.ts'
import { forgetAnswers } from './forget-answers.ts'
import { forgetTasks } from './forget-tasks.ts'
import { forgetTold } from './forget-told.ts'
import { filterOf, type RequestFilter } from './request-filter.ts'

export interface Forgotten {
  /** Requests whose records went, and the items that held them. */
  requests: number
  items: number
  /** Tasks of which only the end is known now, and those that wait or run and were left; absent where there are none. */
  tasks?: number
  tasksLeft?: number
  /** Days for which lines that come again leave no record either. */
  days: number
  /** Files of the archive that were written again; undefined where there is none. */
  files?: number
  /** Whether the archive was looked at as a whole; if not, the look of every minute goes on. */
  isArchiveDone?: boolean
}

// As far back as counts say where there were requests.
const longestMs = 790 * 86_400_000

/**
 * Takes the records of requests away: those that are stored, and for some days those of lines that come again.
 * May be stopped anywhere and repeated; the look of every minute ends what was not ended.
 */
export async function forgetRequests(database: Database, { filter, from, to = database.now() + 1, archive }: { filter: RequestFilter; from?: number; to?: number; archive?: ForgettingArchive }): Promise<Forgotten> {
  const asked = database.now()
  const order: ForgetOrder = { id: `${new Date(asked).toISOString()}#${process.getBuiltinModule('node:crypto').randomUUID()}`, filter: JSON.stringify(filter), from: from ?? asked - longestMs, to, asked, isDone: false, archiveFrom: from ?? 0 }
  // First: what is stored from now on is stored without.
  await putForgetOrder(database, order)
  const { requests, items, ...tasks } = await sweep(database, order)
  if (archive === undefined) return { requests, items, ...tasks, days: forgetDays }
  const archived = await sweepArchive(database, { archive, order })
  return { requests: requests + archived.requests, items, ...tasks, days: forgetDays, files: archived.files, isArchiveDone: archived.isComplete }
}

// Who takes lines in reads the orders again after this.
const knownMs = 60_000

// What was being stored without knowing of an order is stored by then.
const settledMs = 10 * 60_000

/** Looks once more for what was on its way when orders were given. To be called every minute or so. */
export async function sweepForgotten(database: Database, archive?: ForgettingArchive): Promise<void> {
  for (const order of await forgetOrders(database)) {
    if (order.isDone || database.now() < order.asked + settledMs) continue
    if (order.archive === undefined) await sweep(database, order)
    const { isComplete, after } = archive === undefined ? { isComplete: true } : await sweepArchive(database, { archive, order, budgetMs: archiveMs })
    await putForgetOrder(database, { ...order, isDone: isComplete, archive: after === undefined ? {} : { after } })
  }
}

// Of a large archive each look takes a piece; an order lives for days.
const archiveMs = 20_000

async function sweepArchive(database: Database, { archive, order, budgetMs }: { archive: ForgettingArchive; order: ForgetOrder; budgetMs?: number }): Promise<ForgottenInArchive> {
  const from = order.archiveFrom ?? order.from
  const isMeant = testOf({ ...order, from })
  return await forgetArchived(database, archive, { from, to: order.to, value: valueOf(JSON.parse(order.filter) as RequestFilter), change: (row) => (isMeant(row) ? bare(row) : row), ...(order.archive?.after === undefined ? {} : { after: order.archive.after }), ...(budgetMs === undefined ? {} : { budgetMs }) })
}

const known = new WeakMap<Database, { at: number; orders: Promise<ForgetOrder[]> }>()

/** Rows without the records that are to be forgotten. */
export async function withoutForgotten(database: Database, rows: readonly NewRow[]): Promise<readonly NewRow[]> {
  if (rows.length === 0) return rows
  let read = known.get(database)
  if (read === undefined || database.now() - read.at >= knownMs || database.now() < read.at) {
    read = { at: database.now(), orders: forgetOrders(database) }
    known.set(database, read)
    // What could not be read is read again with the next lines.
    read.orders.catch(() => known.delete(database))
  }
  const tests = (await read.orders).map(testOf)
  if (tests.length === 0) return rows
  const written = rows.map(withRecord)
  const meant = new Set(written.filter((row) => tests.some((isMeant) => isMeant(row))))
  await forgetAnswers(database, [...meant])
  return written.map((row, index) => (meant.has(row) ? bare(row) : rows[index]!))
}

function testOf({ filter, from, to }: ForgetOrder): (row: RequestRow) => boolean {
  const isMeant = filterOf(JSON.parse(filter) as RequestFilter)
  return (row) => row.record !== undefined && row.started >= from && row.started < to && isMeant(row)
}

// A name of a metric tells of nobody, and what it counted is in its row.
function bare({ record: _record, ...row }: RequestRow): RequestRow {
  return row
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
          await forgetAnswers(database, [single.row])
          await replaceSingleRow(database, { ...single, row: bare(single.row) })
          note(done, 1)
        }
      }),
      ...packKinds.flatMap((kind) => Array.from({ length: busy.hasPacks(hour) ? packShards : 0 }, async (_, shard) => {
        for await (const pack of packsBetween(database, { ...span, kind, shard })) {
          const meant = pack.rows.filter(isMeant)
          if (meant.length === 0) continue
          // First: what is left of a row does not name its key any more.
          await forgetAnswers(database, meant)
          await replacePack(database, pack, (rows) => rows.map((row) => (isMeant(row) ? bare(row) : row)))
          note(done, meant.length)
        }
      })),
    ])
  }
  done.items += await forgetTold(database, isMeant)
  const { tasks, left } = await forgetTasks(database, { from: order.from, to: order.to, isMeant })
  return { ...done, ...(tasks === 0 ? {} : { tasks }), ...(left === 0 ? {} : { tasksLeft: left }) }
}

function note(done: { requests: number; items: number }, requests: number): void {
  done.requests += requests
  done.items += 1
}
