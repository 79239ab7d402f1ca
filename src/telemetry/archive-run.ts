// Archiving: closed hours become parts of files, each request once, whatever stops it and however late lines come.
import type { Database } from '../persist/index.ts'
import { type ArchiveLease, forgetLateMinute, type LateMinute, lateMinutes, lengthOf, readHorizon, readState, type RequestRow, requestRows, startOf, takeArchiveLease, writeState } from '../store/index.ts'
import { type ArchiveFiles, changePart, partName, partsOfHour, readBlock, readIndex, writePart } from './archive-files.ts'
import { lineOfRow } from './archive-lines.ts'
import { makePart, mostPart } from './archive-part.ts'
import { type BusyHours, busyHours } from './busy-hours.ts'
import { withoutForgotten } from './forget.ts'
import type { KeepRules } from './keep.ts'

export interface ArchiveRun {
  database: Database
  files: ArchiveFiles
  rules: KeepRules
  /** No part is begun after so many milliseconds. */
  budgetMs?: number
  /** What a part holds at most, but for those of one millisecond. */
  most?: { rows: number; characters: number }
}

export interface Archived {
  /** Parts that were written, and the requests in them. */
  parts: number
  requests: number
}

/** How long after its end an hour is archived. Minutes that are counted later than half of it are looked at again. */
export const archivedAfterMs: number = 2 * lengthOf('hour')

/** Whether a minute that is counted now may have been archived already. */
export function mayBeArchived(minute: number, now: number): boolean {
  return now >= startOf('hour', minute) + lengthOf('hour') + archivedAfterMs / 2
}

/**
 * Writes what is due. To be called every minute or so; one process works at a time.
 * May be stopped anywhere: a part is there from the writing of its index on, and what was not noted is written again under the same name.
 */
export async function archiveRequests(run: ArchiveRun): Promise<Archived> {
  const done: Archived = { parts: 0, requests: 0 }
  const ends = performance.now() + (run.budgetMs ?? 30_000)
  const horizon = await readHorizon(run.database)
  const known = await readFrontier(run.database)
  const late = await lateMinutes(run.database)
  const settled = horizon === undefined ? 0 : (horizon.pending ?? horizon.upTo)
  const due = Math.min(startOf('hour', settled), startOf('hour', run.database.now() - archivedAfterMs))
  if (late.length === 0 && (known?.frontier.hour ?? 0) >= due) return done
  const lease = await takeArchiveLease(run.database)
  if (lease === undefined) return done
  try {
    await archiveLate({ ...run, lease, done, ends }, late)
    await archiveDue({ ...run, lease, done, ends }, due)
  } finally {
    await lease.end()
  }
  return done
}

interface Work extends ArchiveRun {
  lease: ArchiveLease
  done: Archived
  ends: number
}

interface Frontier {
  /** Everything before this hour is archived. */
  hour: number
  /** Of the hour itself, everything from here on, in so many parts. */
  to: number
  parts: number
}

async function archiveDue(work: Work, due: number): Promise<void> {
  const { database, rules, ends } = work
  let { frontier, revision } = (await readFrontier(database)) ?? { frontier: startOfHour(startOf('hour', database.now() - rules.days * lengthOf('day'))), revision: undefined }
  if (frontier.hour >= due) return
  const busy = await busyHours(database, { from: frontier.hour, to: due })
  while (frontier.hour < due && performance.now() < ends) {
    if (busy.hasRequests(frontier.hour)) frontier = await archivePart(work, { frontier, busy })
    else {
      frontier = startOfHour(frontier.hour + lengthOf('hour'))
      // Hours without requests take no write each.
      if (frontier.hour < due && !busy.hasRequests(frontier.hour)) continue
    }
    revision = await writeState(database, place, { state: JSON.stringify(frontier), seen: revision, expires: farFuture })
    if (revision === undefined) return
  }
}

// From the newest request of the hour to its oldest, as far as a part holds; no millisecond lies in two parts.
async function archivePart({ database, files, rules, lease, done, most = mostPart }: Work, { frontier, busy }: { frontier: Frontier; busy: BusyHours }): Promise<Frontier> {
  const { hour, to, parts } = frontier
  const rows: RequestRow[] = []
  let characters = 0
  let next: Frontier = startOfHour(hour + lengthOf('hour'))
  for await (const row of requestRows(database, { from: hour, to, withRecords: true, newestFirst: true, hasPacks: busy.hasPacks(hour) })) {
    const last = rows.at(-1)
    if ((rows.length >= most.rows || characters >= most.characters) && row.started < last!.started) {
      next = { hour, to: last!.started, parts: parts + 1 }
      break
    }
    rows.push(row)
    characters += row.record?.length ?? 0
  }
  if (rows.length === 0) return next
  if (!(await lease.renew())) throw new Error('another process has taken over archiving')
  await writePart(files, partName(hour, String(parts)), makePart(await withoutForgotten(database, rows), rules))
  done.parts += 1
  done.requests += rows.length
  return next
}

async function archiveLate(work: Work, late: readonly LateMinute[]): Promise<void> {
  const { frontier } = (await readFrontier(work.database)) ?? { frontier: startOfHour(0) }
  for (const hour of new Set(late.map(({ minute }) => startOf('hour', minute)))) {
    if (performance.now() >= work.ends) return
    // What is not archived yet will be, as it then is.
    const from = hour < frontier.hour ? hour : hour === frontier.hour ? frontier.to : Number.POSITIVE_INFINITY
    await archiveLateHour(work, { hour, minutes: late.filter(({ minute }) => startOf('hour', minute) === hour), from })
  }
}

interface LateHour {
  hour: number
  minutes: readonly LateMinute[]
  /** What began from here on is archived. */
  from: number
}

async function archiveLateHour(work: Work, { hour, minutes, from }: LateHour): Promise<void> {
  const { database, files, rules, lease, done, most = mostPart } = work
  let missing: RequestRow[] = []
  let seen: LateMinute[] = []
  const settle = async (): Promise<void> => {
    if (missing.length > 0) {
      if (!(await lease.renew())) throw new Error('another process has taken over archiving')
      const count = (await partsOfHour(files, hour)).filter((part) => part.includes('-late-')).length
      await writePart(files, partName(hour, `late-${String(count).padStart(4, '0')}`), makePart(missing.sort((one, other) => other.started - one.started), rules))
      done.parts += 1
      done.requests += missing.length
    }
    for (const one of seen) await forgetLateMinute(database, one)
    ;[missing, seen] = [[], []]
  }
  for (const one of minutes) {
    missing.push(...(await missingOf(work, { from: Math.max(one.minute, from), to: one.minute + lengthOf('minute') })))
    seen.push(one)
    if (missing.length >= most.rows) await settle()
  }
  await settle()
}

// Requests of a part of a minute that no file has. Of those that one has otherwise, what is known now takes its place.
async function missingOf({ database, files, rules, lease }: Work, span: { from: number; to: number }): Promise<RequestRow[]> {
  if (span.to <= span.from) return []
  const archived = new Map<string, { part: string; line: string }>()
  for (const part of await partsOfHour(files, span.from)) {
    for (const block of (await readIndex(files, part))?.blocks ?? []) {
      if (Date.parse(block.from) >= span.to || Date.parse(block.to) < span.from) continue
      for (const row of await readBlock(files, part, block)) if (row.started >= span.from && row.started < span.to) archived.set(nameOf(row), { part, line: lineOfRow(row) })
    }
  }
  const missing: RequestRow[] = []
  const other = new Map<string, Map<string, RequestRow>>()
  for await (const found of requestRows(database, { ...span, withRecords: true, newestFirst: true })) {
    const [row] = await withoutForgotten(database, [found])
    const known = archived.get(nameOf(row!))
    if (known === undefined) missing.push(row!)
    else if (known.line !== lineOfRow(row!)) other.set(known.part, (other.get(known.part) ?? new Map<string, RequestRow>()).set(nameOf(row!), row!))
  }
  for (const [part, rows] of other) {
    if (!(await lease.renew())) throw new Error('another process has taken over archiving')
    await changePart(files, part, { rules, change: (row) => rows.get(nameOf(row)) ?? row })
  }
  return missing
}

const place = { kind: 'archive', name: 'frontier' }
// Of the state there is one, for as long as there is a stage.
const farFuture = 253_402_300_799

async function readFrontier(database: Database): Promise<{ frontier: Frontier; revision: string } | undefined> {
  const stored = await readState(database, place)
  return stored === undefined ? undefined : { frontier: JSON.parse(stored.state) as Frontier, revision: stored.revision }
}

function startOfHour(hour: number): Frontier {
  return { hour, to: hour + lengthOf('hour'), parts: 0 }
}

function nameOf({ started, requestId }: RequestRow): string {
  return `${started}#${requestId}`
}
