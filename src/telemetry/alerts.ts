// Alerts: each looks at a number every minute, and lives from the first time it fires until it has been quiet for a while.
import type { Config } from '../config/index.ts'
import type { Database } from '../persist/index.ts'
import { readState, startOf, writeState } from '../store/index.ts'
import { type Alert, alertsOf, conditionOf } from './alert-settings.ts'
import { type AccountMetrics, alertMeter, windowOf } from './alert-value.ts'

/** What somebody is told of an alert; the same key for the same time of telling. */
export interface AlertNotice {
  key: string
  fatal: boolean
  severity: 0 | 1 | 2 | 3
  operation: string
  code: 'ALERT'
  text: string
  /** ISO 8601. */
  time: string
  /** The alert's name: notices of one alert belong together. */
  cause: string
  data: Readonly<Record<string, unknown>>
}

/** An alert that has fired and is not over. Times are epoch milliseconds. */
export interface OpenAlert {
  first: number
  latest: number
  /** How often it fired; of an event, how often that happened. */
  count: number
  /** The last values by their time (ISO 8601), 20 at most. */
  values: Readonly<Record<string, number>>
  told: number
  latestTold?: number
}

/** What is kept of an alert. */
export interface AlertState {
  /** The last minute that was looked at: a second look at it changes nothing. */
  minute: number
  open?: OpenAlert
  /** The last one that is over, if somebody was told of it. */
  recovered?: OpenAlert & { at: number }
  /** What must still be told. */
  pending?: AlertNotice
}

export interface EvaluateOptions {
  database: Database
  config: Pick<Config, 'values'>
  /** Metrics of the account; without, alerts on them rest. */
  account?: AccountMetrics
  /** Takes what is to be told; has to bear repetitions. What it rejects is brought again. */
  tell(notices: AlertNotice[]): Promise<void>
}

/**
 * Looks at every alert. Any number of these may run at once, and any may be stopped anywhere: a minute counts once, and each notice is told at least once, under one key.
 * @returns what was told
 */
export async function evaluateAlerts({ database, config, account, tell }: EvaluateOptions): Promise<AlertNotice[]> {
  const meter = alertMeter({ database, ...(account === undefined ? {} : { account }) })
  const told: AlertNotice[] = []
  const failures: unknown[] = []
  for (const alert of alertsOf(config)) {
    // One that cannot be measured must not keep the others from being looked at.
    await evaluateOne({ database, alert, meter, tell }).then((notice) => notice === undefined || told.push(notice), (failure: unknown) => failures.push(failure))
  }
  if (failures.length > 0) throw failures[0]
  return told
}

/** The state of an alert; undefined where it was never looked at. */
export async function readAlert(database: Database, name: string): Promise<AlertState | undefined> {
  const stored = await readState(database, { kind: 'alert', name })
  return stored === undefined ? undefined : (JSON.parse(stored.state) as AlertState)
}

interface Evaluation extends Pick<EvaluateOptions, 'database' | 'tell'> {
  alert: Alert
  meter: ReturnType<typeof alertMeter>
}

const keptSeconds = 90 * 86_400

async function evaluateOne({ database, alert, meter, tell }: Evaluation): Promise<AlertNotice | undefined> {
  const what = { kind: 'alert', name: alert.name }
  const expires = Math.ceil(database.now() / 1000) + keptSeconds
  const minute = startOf('minute', database.now())
  const stored = await readState(database, what)
  const before = stored === undefined ? undefined : (JSON.parse(stored.state) as AlertState)
  let [state, revision] = [before, stored?.revision]
  if (before === undefined || before.minute < minute) {
    const value = await meter(alert, alert.event === undefined ? windowOf(alert, minute) : eventSpan(alert, before, minute))
    state = nextState({ alert, before, minute, value })
    revision = await writeState(database, what, { state: JSON.stringify(state), seen: stored?.revision, expires })
    // Somebody else has looked at this minute meanwhile, and tells what there is to tell.
    if (revision === undefined) return undefined
  }
  if (state?.pending === undefined) return undefined
  await tell([state.pending])
  const { pending, ...rest } = state
  await writeState(database, what, { state: JSON.stringify(rest), seen: revision, expires })
  return pending
}

// Each minute's events count once.
function eventSpan(alert: Alert, before: AlertState | undefined, minute: number): { from: number; to: number } {
  const { from, to } = windowOf(alert, minute)
  return { from: Math.max(from, before?.minute ?? from), to }
}

interface Step {
  alert: Alert
  before: AlertState | undefined
  minute: number
  value: number | undefined
}

/** The state after a look. */
export function nextState({ alert, before, minute, value }: Step): AlertState {
  const base: AlertState = { ...before, minute }
  const isFiring = value !== undefined && (alert.below ? value < alert.threshold : value > alert.threshold)
  const { open } = base
  const isQuiet = open !== undefined && minute - open.latest > alert.compressWindow * 1000
  if (!isFiring) return isQuiet ? closed(base, open, minute) : base
  const times = alert.event === undefined ? 1 : value
  // Outside its window a new firing is a new alert.
  const current: OpenAlert = open === undefined || isQuiet ? { first: minute, latest: minute, count: times, values: {}, told: 0 } : { ...open, latest: minute, count: open.count + times }
  const fired: OpenAlert = { ...current, values: Object.fromEntries([...Object.entries(current.values), [new Date(minute).toISOString(), value] as const].slice(-20)) }
  const left = isQuiet ? closed(base, open, minute) : base
  if (!mayTell(alert, fired)) return { ...left, open: fired }
  const told = { ...fired, told: fired.told + 1, latestTold: minute }
  return { ...left, open: told, pending: noticeOf(alert, told, value) }
}

function mayTell({ minTimes, minDuration, minInterval, silent }: Alert, { count, first, latest, latestTold }: OpenAlert): boolean {
  const isCertain = count >= minTimes && latest - first >= minDuration * 1000
  return isCertain && !silent && (latestTold === undefined || latest - latestTold >= minInterval * 1000)
}

// What nobody was told of was never certain: it leaves no trace.
function closed({ open: _open, ...rest }: AlertState, open: OpenAlert, minute: number): AlertState {
  return open.told === 0 ? rest : { ...rest, recovered: { ...open, at: minute } }
}

function noticeOf(alert: Alert, { first, latest, count, values, told }: OpenAlert, value: number): AlertNotice {
  const shown = Math.round(value * 1000) / 1000
  return {
    key: `alert#${alert.name}#${first}#${told}`,
    fatal: alert.severity <= 1,
    severity: alert.severity,
    operation: alert.operation ?? '',
    code: 'ALERT',
    text: `Alert ${alert.name}: ${conditionOf(alert)}, it is ${shown}`,
    time: new Date(latest).toISOString(),
    cause: `alert ${alert.name}`,
    data: { alert: alert.name, condition: conditionOf(alert), value: shown, window_seconds: alert.window, first: new Date(first).toISOString(), count, values },
  }
}
