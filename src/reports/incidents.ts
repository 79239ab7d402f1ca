// Reports become incidents: told at once when new, in digests while they go on, once when they are over, and again when they are back.
import type { Database } from '../persist/index.ts'
import { countReports, type DueMessage, type Incident, listIncidents, type MessageKind, newestTime, oldestReportMs, putReport, putSample, readIncident, readSample, type Report, type StoredIncident, writeIncident } from '../store/index.ts'

export interface ReportRules {
  /** Seconds between a message and the digest of what came since. */
  minInterval: number
  /** Seconds without a report after which an incident has recovered. */
  compressWindow: number
}

/** The defaults of the configuration. */
export const defaultReportRules: ReportRules = { minInterval: 300, compressWindow: 3600 }

/** A message that the one who gets it has to deliver. */
export interface Outgoing extends Omit<DueMessage, 'sample'> {
  incident: Omit<Incident, 'due'>
  /** The report that it shows; absent where that is gone. */
  report?: Report
}

const hour = 3_600_000
const maxRounds = 100
const parallel = 8
const maxAttempts = 10
// How long after its end an incident is still looked at: a report may have been on its way.
const afterlookMs = hour
// What is folded can no longer change: reports of that age are not taken any more.
const foldMs = oldestReportMs + hour

/**
 * Counts a report and says what is to be told because of it. Safe to repeat, from any number of processes.
 * A message that is not delivered within a minute comes back from `sweepIncidents`.
 */
export async function recordReport(database: Database, report: Report): Promise<Outgoing[]> {
  return await recordReports(database, [report])
}

/** Counts several reports, as `recordReport` does each; an incident is looked at once, however many of them are its own. */
export async function recordReports(database: Database, reports: readonly Report[]): Promise<Outgoing[]> {
  const now = database.now()
  const taken = reports.filter(({ time }) => Date.parse(time) >= now - oldestReportMs)
  await inParallel(taken, async (report) => putReport(database, report))
  const causes = new Map<string, Report[]>()
  for (const report of taken) {
    const same = causes.get(report.fingerprint)
    if (same === undefined) causes.set(report.fingerprint, [report])
    else same.push(report)
  }
  const outgoing: Outgoing[] = []
  await inParallel([...causes.values()], async (same) => {
    outgoing.push(...(await decide(database, same.sort((left, right) => Date.parse(left.time) - Date.parse(right.time)), now)))
  })
  return outgoing
}

/**
 * Looks at every incident: digests that are due, incidents that have recovered or are back, messages that were not delivered.
 * To be called by a schedule, once a minute; safe to call from several places at once.
 */
export async function sweepIncidents(database: Database, rules: ReportRules = defaultReportRules): Promise<Outgoing[]> {
  const outgoing: Outgoing[] = []
  for (const stored of await listIncidents(database)) outgoing.push(...(await sweepOne(database, rules, stored)))
  return outgoing
}

/** Notes that a message was delivered to everybody, so that no sweep brings it back. */
export async function settleOutgoing(database: Database, { id, incident }: Pick<Outgoing, 'id' | 'incident'>): Promise<void> {
  await changeIncident(database, incident.fingerprint, (current) => (current.due.some((one) => one.id === id) ? { ...current, due: current.due.filter((one) => one.id !== id) } : undefined))
}

/** How many reports an incident has had. */
export async function countIncident(database: Database, { fingerprint, folded, foldedUpTo }: Pick<Incident, 'fingerprint' | 'folded' | 'foldedUpTo'>): Promise<number> {
  return folded + (await countReports(database, fingerprint, { from: foldedUpTo }))
}

/** Tells nobody of an incident until a time (ISO 8601); undefined lets it be told again. False where there is no such incident. */
export async function muteIncident(database: Database, fingerprint: string, until: string | undefined): Promise<boolean> {
  return await changeIncident(database, fingerprint, ({ mutedUntil: _before, ...rest }) => (until === undefined ? rest : { ...rest, mutedUntil: until }))
}

/** Says that the cause is gone: what comes later is a regression and told at once. False where there is no such incident. */
export async function resolveIncident(database: Database, fingerprint: string): Promise<boolean> {
  const at = isoOf(database.now())
  return await changeIncident(database, fingerprint, (current) => ({ ...current, status: 'resolved', since: at, lastSeen: at > current.lastSeen ? at : current.lastSeen }))
}

// The reports of one incident, counted already, oldest first.
async function decide(database: Database, reports: readonly Report[], now: number): Promise<Outgoing[]> {
  const { fingerprint } = reports[0]!
  for (let round = 0; round < maxRounds; round++) {
    const seen = await readIncident(database, fingerprint)
    const report = seen === undefined ? reports[0] : reports.find(({ time }) => isBack(seen.incident, time))
    if (report === undefined) return []
    // Before the incident names it.
    await putSample(database, report)
    const next = seen === undefined ? newIncident(report, now) : await reopened(database, { ...seen.incident, sample: report.key, lastSeen: isoOf(Date.parse(report.time)) }, now)
    if (await writeIncident(database, next, seen?.revision)) return await outgoingOf(database, next, seen?.incident)
  }
  throw new Error(`The incident ${fingerprint} could not be written`)
}

async function changeIncident(database: Database, fingerprint: string, change: (incident: Incident) => Incident | undefined): Promise<boolean> {
  for (let round = 0; round < maxRounds; round++) {
    const seen = await readIncident(database, fingerprint)
    if (seen === undefined) return false
    const next = change(seen.incident)
    if (next === undefined || (await writeIncident(database, next, seen.revision))) return true
  }
  throw new Error(`The incident ${fingerprint} could not be written`)
}

// What was on its way when the incident ended is part of it; what happened later is not.
function isBack({ status, lastSeen }: Incident, time: string): boolean {
  return status !== 'open' && Date.parse(time) > Date.parse(lastSeen)
}

function newIncident(report: Report, now: number): Incident {
  const { fingerprint, service, stage, operation, code, fatal, severity, title, text, time } = report
  const incident: Incident = { fingerprint, service, stage, operation, code, fatal, severity, title, text, status: 'open', firstSeen: isoOf(Date.parse(time)), lastSeen: isoOf(Date.parse(time)), since: isoOf(now), messages: 0, undelivered: 0, announcedAt: isoOf(now), announced: 1, folded: 0, foldedUpTo: isoOf(startOfHour(Math.min(now, Date.parse(time)) - foldMs)), sample: report.key, due: [] }
  return withMessage(incident, { kind: 'new', now, count: 1, repeats: 0 })
}

async function reopened(database: Database, incident: Incident, now: number): Promise<Incident> {
  const next: Incident = { ...incident, status: 'open', since: isoOf(now) }
  if (isMuted(next, now)) return next
  const count = await countIncident(database, next)
  return withMessage(next, { kind: 'regression', now, count, repeats: count - incident.announced })
}

async function sweepOne(database: Database, rules: ReportRules, stored: StoredIncident): Promise<Outgoing[]> {
  let seen: StoredIncident | undefined = stored
  for (let round = 0; round < maxRounds && seen !== undefined; round++) {
    const next = await swept(database, rules, seen.incident)
    if (next === seen.incident) return []
    if (await writeIncident(database, next, seen.revision)) return await outgoingOf(database, next, seen.incident)
    seen = await readIncident(database, stored.incident.fingerprint)
  }
  return []
}

// One step of each kind at most; returns the same object where nothing changes.
async function swept(database: Database, rules: ReportRules, incident: Incident): Promise<Incident> {
  const now = database.now()
  const next = incident.status === 'open' ? await lookedAt(database, rules, incident) : await lookedBack(database, incident)
  return await folded(database, retaken(next, now), now)
}

async function lookedAt(database: Database, { minInterval, compressWindow }: ReportRules, incident: Incident): Promise<Incident> {
  const now = database.now()
  const newest = (await newestTime(database, incident.fingerprint)) ?? incident.lastSeen
  const isQuiet = Date.parse(newest) <= now - compressWindow * 1000 && Date.parse(incident.since) <= now - compressWindow * 1000
  const isDue = newest > incident.lastSeen && now - Date.parse(incident.announcedAt) >= minInterval * 1000 && !isMuted(incident, now)
  if (!isQuiet && !isDue) return incident
  const count = await countIncident(database, incident)
  const repeats = count - incident.announced
  const next: Incident = { ...incident, lastSeen: newest > incident.lastSeen ? newest : incident.lastSeen }
  if (isQuiet) {
    const over: Incident = { ...next, status: 'recovered', since: isoOf(now) }
    return isMuted(incident, now) ? over : withMessage(over, { kind: 'recovered', now, count, repeats })
  }
  return repeats > 0 ? withMessage(next, { kind: 'digest', now, count, repeats }) : next
}

async function lookedBack(database: Database, incident: Incident): Promise<Incident> {
  const now = database.now()
  if (Date.parse(incident.since) < now - afterlookMs) return incident
  const newest = await newestTime(database, incident.fingerprint)
  return newest !== undefined && isBack(incident, newest) ? await reopened(database, { ...incident, lastSeen: newest }, now) : incident
}

// Whoever took a message had its time: it is taken again, each time for longer, and given up in the end.
function retaken(incident: Incident, now: number): Incident {
  const late = incident.due.filter(({ leasedUntil }) => leasedUntil <= now)
  if (late.length === 0) return incident
  const lost = late.filter(({ attempt }) => attempt >= maxAttempts)
  const due = incident.due.filter((one) => !lost.includes(one)).map((one) => (late.includes(one) ? { ...one, attempt: one.attempt + 1, leasedUntil: now + leaseMs(one.attempt + 1) } : one))
  return { ...incident, due, undelivered: incident.undelivered + lost.length }
}

// The rows of reports go after two weeks, their number must not.
async function folded(database: Database, incident: Incident, now: number): Promise<Incident> {
  const upTo = isoOf(startOfHour(now - foldMs))
  const isSettled = incident.status !== 'open' && incident.lastSeen < incident.foldedUpTo
  // Every six hours: each time is a write.
  if (isSettled || Date.parse(upTo) - Date.parse(incident.foldedUpTo) < 6 * hour) return incident
  const more = await countReports(database, incident.fingerprint, { from: incident.foldedUpTo, to: upTo })
  return { ...incident, folded: incident.folded + more, foldedUpTo: upTo }
}

function withMessage(incident: Incident, { kind, now, count, repeats }: { kind: MessageKind; now: number; count: number; repeats: number }): Incident {
  const number = incident.messages + 1
  const message: DueMessage = { id: `${incident.fingerprint}-${number}`, kind, at: isoOf(now), count, repeats, sample: incident.sample, attempt: 1, leasedUntil: now + leaseMs(1) }
  return { ...incident, messages: number, announced: count, announcedAt: isoOf(now), due: [...incident.due, message] }
}

// What this writing took, and no other: its attempts are not those that were there before.
async function outgoingOf(database: Database, { due, ...incident }: Incident, before: Incident | undefined): Promise<Outgoing[]> {
  const taken = due.filter(({ id, attempt }) => !before?.due.some((one) => one.id === id && one.attempt === attempt))
  return await Promise.all(taken.map(async ({ sample, ...message }) => {
    const report = await readSample(database, { fingerprint: incident.fingerprint, key: sample })
    return { ...message, incident, ...(report === undefined ? {} : { report }) }
  }))
}

function isMuted({ mutedUntil }: Incident, now: number): boolean {
  return mutedUntil !== undefined && Date.parse(mutedUntil) > now
}

function leaseMs(attempt: number): number {
  return Math.min(hour, 60_000 * 2 ** (attempt - 1))
}

function startOfHour(time: number): number {
  return time - (time % hour)
}

function isoOf(time: number): string {
  return new Date(time).toISOString()
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const next = items.values()
  const run = async (): Promise<void> => {
    for (const item of next) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, run))
}
