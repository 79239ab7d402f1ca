// The switches as an instance knows them: read at most once a second, never used blindly when they are older than two.
import type { Database } from '../persist/index.ts'
import { noPointer, pointerCopies, readControlPointer, readControlSettings } from '../store/index.ts'
import { effectiveSettings, readState, type ControlState, wholeStage } from './state.ts'
import type { Settings } from './settings.ts'

export interface FreshSwitchesOptions {
  database: Database
  /** Epoch milliseconds. */
  now?: () => number
  /** Milliseconds of a clock that is never set; one that stands while the process is frozen does no harm. */
  monotonic?: () => number
}

/** What is known of the switches at a moment. */
export interface KnownSwitches {
  revision: number
  state: ControlState
  /** Their age when they were handed out was two seconds or more: they could not be read in time. */
  isStale: boolean
}

export interface FreshSwitches {
  /** The switches, at once where they are young; else after a read, 250 ms at most. Undefined where they were never read. */
  read(): KnownSwitches | Promise<KnownSwitches | undefined>
  /** Gives up what is under way. */
  close(): void
}

const youngMs = 1000
const oldMs = 2000
const longestWaitMs = 250

interface Moment {
  wall: number
  steady: number
}

interface Known {
  sent: Moment
  revision: number
  deployment: number
  json: string
  state: ControlState
  /** Epoch milliseconds: when something in it ends. */
  endsAt: number
}

interface Reading {
  sent: Moment
  abort: AbortController
  done: Promise<void>
}

/** Opens the switches of a stage for one process; nothing is read before they are asked for. */
export function openFreshSwitches({ database, now = Date.now, monotonic = () => performance.now() }: FreshSwitchesOptions): FreshSwitches {
  // A process reads one copy: which one is chance.
  const copy = Math.floor(Math.random() * pointerCopies)
  let known: Known | undefined
  let reading: Reading | undefined
  let lastSent: Moment | undefined

  const age = ({ wall, steady }: Moment): number => Math.max(now() - wall, monotonic() - steady)

  const begin = (): Reading => {
    // One that began before the process was frozen says nothing about now, and its connection may be dead.
    reading?.abort.abort()
    const sent = (lastSent = { wall: now(), steady: monotonic() })
    const abort = new AbortController()
    const own: Reading = { sent, abort, done: load(sent, abort.signal).catch(() => undefined).then(() => void (reading === own && (reading = undefined))) }
    return (reading = own)
  }

  const load = async (sent: Moment, signal: AbortSignal): Promise<void> => {
    const pointer = await readControlPointer(database, { copy, signal })
    const json = known !== undefined && known.revision === pointer.revision ? known.json : pointer.revision === noPointer.revision ? '{}' : await readControlSettings(database, pointer, signal)
    if (json === undefined || signal.aborted || (known !== undefined && known.sent.steady > sent.steady)) return
    known = withState({ sent, revision: pointer.revision, deployment: pointer.deployment, json }, now())
  }

  const handOut = (): KnownSwitches | undefined => {
    if (known === undefined) return undefined
    if (now() >= known.endsAt) known = withState(known, now())
    return { revision: known.revision, state: known.state, isStale: age(known.sent) >= oldMs }
  }

  return {
    read() {
      const old = known === undefined ? Number.POSITIVE_INFINITY : age(known.sent)
      if (old < youngMs) return handOut()!
      const isUnderWay = reading !== undefined && age(reading.sent) < youngMs
      // A store that refuses at once is not asked again with each request.
      const mayBegin = lastSent === undefined || age(lastSent) >= youngMs
      const current = isUnderWay ? reading : mayBegin ? begin() : undefined
      if (old < oldMs) return handOut()!
      return current === undefined ? Promise.resolve(handOut()) : inTime(current.done).then(handOut)
    },
    close: () => reading?.abort.abort(),
  }
}

function withState(read: Omit<Known, 'state' | 'endsAt'>, now: number): Known {
  const state = readState(read.json, { now, deployment: read.deployment })
  const ends = Object.values(state.operations).flatMap((layers) => Object.values(layers).flatMap((own) => Object.values(own).map(({ until }) => until ?? Number.POSITIVE_INFINITY)))
  return { sent: read.sent, revision: read.revision, deployment: read.deployment, json: read.json, state, endsAt: Math.min(Number.POSITIVE_INFINITY, ...ends) }
}

async function inTime(done: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  await Promise.race([done, new Promise<void>((resolve) => (timer = setTimeout(resolve, longestWaitMs)))])
  clearTimeout(timer)
}

/** The switches that count for one request. Where they were never read, methods that are not safe find everything closed. */
export function switchesFor(known: KnownSwitches | undefined, { operation, isCandidate }: { operation: string; isCandidate: boolean }): Settings {
  if (known === undefined) return { read_only: true }
  const own = effectiveSettings(known.state, operation, isCandidate)
  return effectiveSettings(known.state, wholeStage, isCandidate).read_only === true ? { ...own, read_only: true } : own
}
