// The states of a task and what may follow on each: plain functions from one state to the next, undefined where that may not be.
import type { TaskError, TaskIdentity, TaskState } from '../store/index.ts'

/** What is known when a task is fired. */
export interface Fired {
  id: string
  name: string
  attempts: number
  now: number
  runAt: number
  /** How far ahead the queue takes messages. */
  queueDelayMs: number
  key?: string
  callId: string
  callPath: string
  firedBy: string
  identity?: TaskIdentity
  owner?: string
  tick?: number
  once?: true
  version: string
}

/** A row that nobody noted as sent is sent again after so long. */
export const unsentMs = 60_000

/** A task that was just fired. Where it is due later than the queue takes messages the sweep sends it a minute ahead. */
export function fired({ now, runAt, queueDelayMs, id, name, attempts, key, callId, callPath, firedBy, identity, owner, tick, once, version }: Fired): TaskState {
  return {
    id, name, status: runAt > now ? 'scheduled' : 'queued', attempt: 0, attempts, created: now, updated: now, runAt,
    lookAt: firstLook({ now, runAt, queueDelayMs }), looks: 0, lease: 0,
    ...(key === undefined ? {} : { key }), callId, callPath, firedBy, ...(identity === undefined ? {} : { identity }), ...(owner === undefined ? {} : { owner }), ...(tick === undefined ? {} : { tick }), ...(once === undefined ? {} : { once }), version,
  }
}

function firstLook({ now, runAt, queueDelayMs }: Pick<Fired, 'now' | 'runAt' | 'queueDelayMs'>): number {
  return runAt - now > queueDelayMs ? runAt - unsentMs : Math.max(runAt, now) + unsentMs
}

/** Whether a task has come to its end. */
export function isOver({ status }: Pick<TaskState, 'status'>): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled'
}

/** A message of the task lies in a queue. */
export function sent(state: TaskState, { queue, now }: { queue: string; now: number }): TaskState | undefined {
  return isWaiting(state) ? { ...state, sentTo: queue, sentAt: now } : undefined
}

/** A run begins under a new lease. */
export function started(state: TaskState, { now, leaseUntil }: { now: number; leaseUntil: number }): TaskState | undefined {
  if (!isWaiting(state) || state.runAt > now) return undefined
  const { waits: _, ...rest } = state
  return { ...rest, status: 'running', lease: state.lease + 1, leaseUntil, looks: 0, updated: now }
}

/** The run goes on; `progress` and `step` are what it has done since. */
export function renewed(state: TaskState, { lease, leaseUntil, progress, step }: { lease: number; leaseUntil?: number; progress?: number; step?: { name: string; result: unknown } }): TaskState | undefined {
  if (!holds(state, lease)) return undefined
  return {
    ...state,
    ...(leaseUntil === undefined ? {} : { leaseUntil: Math.max(leaseUntil, state.leaseUntil ?? 0) }),
    ...(progress === undefined ? {} : { progress }),
    ...(step === undefined ? {} : { steps: { ...state.steps, [step.name]: step.result ?? null } }),
  }
}

export function succeeded(state: TaskState, { lease, now, result }: { lease: number; now: number; result: unknown }): TaskState | undefined {
  if (!holds(state, lease)) return undefined
  const { error: _, progress: __, ...rest } = ended(state)
  return { ...rest, status: 'succeeded', updated: now, ...(result === undefined ? {} : { result }) }
}

/** How a run ended in vain. */
export interface RunFailure {
  error: TaskError
  now: number
  /** Absent where it is not to be tried again, however many attempts are left. */
  retryInMs?: number
  /** How far ahead the queue takes messages. */
  queueDelayMs: number
}

/** A run failed: once more after a while, or never. */
export function failed(state: TaskState, { lease, ...failure }: RunFailure & { lease: number }): TaskState | undefined {
  return holds(state, lease) ? afterFailure(state, failure) : undefined
}

/** The lease ran out: whoever had it is gone, and that run counts as one that failed. */
export function lost(state: TaskState, failure: RunFailure): TaskState | undefined {
  if (state.status !== 'running' || (state.leaseUntil ?? 0) > failure.now) return undefined
  return afterFailure(state, failure)
}

function afterFailure(state: TaskState, { error, now, retryInMs, queueDelayMs }: RunFailure): TaskState {
  const attempt = state.attempt + 1
  const rest = ended(state)
  if (retryInMs === undefined || attempt >= state.attempts) return { ...rest, status: 'failed', attempt, error, updated: now }
  const runAt = now + retryInMs
  const { sentTo: _, sentAt: __, ...unsent } = rest
  return { ...unsent, status: runAt > now ? 'scheduled' : 'queued', attempt, error, runAt, lookAt: firstLook({ now, runAt, queueDelayMs }), updated: now }
}

/** It ends without a run, because no version could ever begin one. */
export function refused(state: TaskState, { error, now }: Pick<RunFailure, 'error' | 'now'>): TaskState | undefined {
  return isWaiting(state) ? { ...ended(state), status: 'failed', error, updated: now } : undefined
}

/** It stays or becomes queued, because something that it needs is not free; that is no attempt. */
export function postponed(state: TaskState, { waits, now, pauseMs }: { waits: NonNullable<TaskState['waits']>; now: number; pauseMs: number }): TaskState | undefined {
  if (!isWaiting(state)) return undefined
  const { sentTo: _, sentAt: __, ...unsent } = state
  return { ...unsent, status: 'queued', waits, looks: state.looks + 1, lookAt: now + pauseMs }
}

/** Nobody has to look at it before a later time. */
export function lookedAt(state: TaskState, { lookAt }: { lookAt: number }): TaskState | undefined {
  return isOver(state) ? undefined : { ...state, looks: state.looks + 1, lookAt }
}

/** Ends it, also while it runs: the run finds its lease gone. */
export function cancelled(state: TaskState, now: number): TaskState | undefined {
  return isOver(state) ? undefined : { ...ended(state), status: 'cancelled', updated: now }
}

/** Runs a task again that failed or was cancelled, with all its attempts. Steps that are done stay done. */
export function redriven(state: TaskState, now: number): TaskState | undefined {
  if (state.status !== 'failed' && state.status !== 'cancelled') return undefined
  const { sentTo: _, sentAt: __, progress: ___, ...rest } = state
  return { ...rest, status: 'queued', attempt: 0, runAt: now, lookAt: now + unsentMs, looks: 0, updated: now }
}

/** Whether a run with this lease may still write. */
export function holds(state: TaskState, lease: number): boolean {
  return state.status === 'running' && state.lease === lease
}

function isWaiting({ status }: TaskState): boolean {
  return status === 'scheduled' || status === 'queued'
}

function ended(state: TaskState): TaskState {
  const { leaseUntil: _, lookAt: __, waits: ___, ...rest } = state
  return { ...rest, looks: 0 }
}
