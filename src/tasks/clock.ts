// The clock of schedules where no EventBridge Scheduler is: ticks are fired when they are due, once over all processes, and told where they were missed.
import { messageOf } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import type { TaskPort } from '../runtime/edge.ts'
import type { Schedule } from '../runtime/index.ts'
import { nextTick, ticksBetween } from '../schedule/index.ts'
import { hasTaskKey, readState, writeState } from '../store/index.ts'

export interface ClockParts {
  schedules(): readonly Schedule[]
  database(): Database
  port: TaskPort
  /** Of the service; the call path of what is fired. */
  service(): string
  now(): number
  /** Told of ticks that were missed, and of what could not be fired. */
  tell(sentence: string): void
}

/** A tick that is later than this was missed. */
export const graceMs = 60_000
/** A clock that is set, or a machine that slept, is noticed within this. */
const longestPauseMs = 30_000
const mostTicks = 1000

/** Fires what is due now; gives when to look again (epoch milliseconds). */
export async function tick(parts: ClockParts): Promise<number> {
  for (const schedule of parts.schedules()) {
    // One that cannot be fired now is tried again with the next look.
    await tickOne(parts, schedule).catch((error: unknown) => parts.tell(`The schedule ${schedule.name} could not be looked at, which is tried again: ${messageOf(error)}`))
  }
  const now = parts.now()
  return Math.min(now + longestPauseMs, ...parts.schedules().map(({ rule }) => nextTick(rule, now) ?? Number.POSITIVE_INFINITY))
}

interface Seen {
  /** The last tick that was looked at, or when the schedule was seen first. */
  last: number
  /** The expression that it had. */
  when: string
}

async function tickOne(parts: ClockParts, schedule: Schedule): Promise<void> {
  const { name, rule } = schedule
  const [database, now] = [parts.database(), parts.now()]
  const what = { kind: 'schedule', name }
  const stored = await readState(database, what)
  const seen = stored === undefined ? undefined : (JSON.parse(stored.state) as Seen)
  const when = `${rule.aws} ${rule.timezone}`
  const keep = async (last: number): Promise<void> => void (await writeState(database, what, { state: JSON.stringify({ last, when } satisfies Seen), seen: stored?.revision, expires: Math.ceil(now / 1000) + 366 * 86_400 }))
  // A schedule that is new, or another one, has missed nothing.
  if (seen === undefined || seen.when !== when) return keep(now)
  const ticks = ticksBetween(rule, { after: seen.last, to: now, most: mostTicks })
  if (ticks.length === 0) return
  const missed: number[] = []
  for (const time of ticks) {
    if (now - time <= graceMs) await fireTick(parts, schedule, time)
    // It may have been fired by a process that ended before it noted that.
    else if (!(await hasTaskKey(database, tickKey(name, time)))) missed.push(time)
  }
  await keep(ticks.at(-1)!)
  if (missed.length === 0) return
  const count = missed.length === 1 ? 'a tick' : `${missed.length === mostTicks ? 'at least ' : ''}${missed.length} ticks`
  parts.tell(`The schedule ${name} missed ${count}, the last one at ${new Date(missed.at(-1)!).toISOString()}: "klue tasks run ${name}" runs its task now`)
}

/** Fires the task of a tick; a tick that was fired before fires nothing. */
export async function fireTick({ port, service }: Pick<ClockParts, 'port' | 'service'>, { name, task, input }: Pick<Schedule, 'name' | 'task' | 'input'>, time: number): Promise<void> {
  const order = { id: globalThis.crypto.randomUUID(), task, input, options: {}, tick: { schedule: name, time } }
  const prepared = await port.prepare([order], { callId: globalThis.crypto.randomUUID(), callPath: service(), operation: `schedule:${name}`, user: undefined })
  const beside: Promise<unknown>[] = []
  await prepared.accept((work) => void beside.push(work.catch(() => undefined)))
  // Of a deployed worker nothing runs on once it has answered.
  await Promise.all(beside)
}

/** The key under which a tick is claimed: its id is its time. */
export function tickKey(schedule: string, time: number): { name: string; key: string } {
  return { name: `schedule:${schedule}`, key: new Date(time).toISOString() }
}
