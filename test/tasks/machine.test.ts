// The states of a task against a model, over random sequences of everything that can happen to one, in any order and twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert as holds, constantFrom, integer, oneof, property, record, constant, option, type Arbitrary } from 'fast-check'
import type { TaskState } from '../../src/store/index.ts'
import { cancelled, failed, fired, isOver, lookedAt, lost, postponed, redriven, renewed, sent, started, succeeded } from '../../src/tasks/machine.ts'

const error = { status: 500, error: 'X', error_description: 'x' }
const leaseMs = 1000
const queueDelayMs = 900_000

type Event =
  | { kind: 'wait'; ms: number }
  | { kind: 'sent' | 'start' | 'lost' | 'cancel' | 'redrive' | 'postpone' | 'look' }
  | { kind: 'renew' | 'succeed'; lease: number }
  | { kind: 'fail'; lease: number; retryInMs: number | undefined }

const lease = integer({ min: 0, max: 4 })
const events: Arbitrary<Event> = oneof(
  record({ kind: constant('wait' as const), ms: integer({ min: -500, max: 3000 }) }),
  record({ kind: constantFrom('sent' as const, 'start' as const, 'start' as const, 'lost' as const, 'cancel' as const, 'redrive' as const, 'postpone' as const, 'look' as const) }),
  record({ kind: constantFrom('renew' as const, 'succeed' as const), lease }),
  record({ kind: constant('fail' as const), lease, retryInMs: option(integer({ min: 0, max: 2_000_000 }), { nil: undefined }) }),
)

/** What a task is, in as few words as can be. */
interface Model {
  phase: 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  runAt: number
  leases: number
  leaseUntil: number
  failures: number
}

function apply(state: TaskState, event: Event, now: number): TaskState | undefined {
  switch (event.kind) {
    case 'sent': return sent(state, { queue: 'q', now })
    case 'start': return started(state, { now, leaseUntil: now + leaseMs })
    case 'renew': return renewed(state, { lease: event.lease, leaseUntil: now + leaseMs })
    case 'succeed': return succeeded(state, { lease: event.lease, now, result: undefined })
    case 'fail': return failed(state, { lease: event.lease, error, now, queueDelayMs, ...(event.retryInMs === undefined ? {} : { retryInMs: event.retryInMs }) })
    case 'lost': return lost(state, { error, now, retryInMs: 10, queueDelayMs })
    case 'cancel': return cancelled(state, now)
    case 'redrive': return redriven(state, now)
    case 'postpone': return postponed(state, { waits: 'slot', now, pauseMs: 60_000 })
    case 'look': return lookedAt(state, { lookAt: now + 60_000 })
    case 'wait': return undefined
  }
}

/** What the model allows; undefined where nothing may happen. */
function expected(model: Model, event: Event, { now, attempts }: { now: number; attempts: number }): Model | undefined {
  const failure = (retryInMs: number | undefined): Model => {
    const failures = model.failures + 1
    return retryInMs === undefined || failures >= attempts ? { ...model, phase: 'failed', failures } : { ...model, phase: 'waiting', failures, runAt: now + retryInMs }
  }
  const isHolder = 'lease' in event && model.phase === 'running' && model.leases === event.lease
  const isEnd = model.phase !== 'waiting' && model.phase !== 'running'
  switch (event.kind) {
    case 'sent': case 'postpone': return model.phase === 'waiting' ? model : undefined
    case 'start': return model.phase === 'waiting' && model.runAt <= now ? { ...model, phase: 'running', leases: model.leases + 1, leaseUntil: now + leaseMs } : undefined
    case 'renew': return isHolder ? { ...model, leaseUntil: Math.max(model.leaseUntil, now + leaseMs) } : undefined
    case 'succeed': return isHolder ? { ...model, phase: 'succeeded' } : undefined
    case 'fail': return isHolder ? failure(event.retryInMs) : undefined
    case 'lost': return model.phase === 'running' && model.leaseUntil <= now ? failure(10) : undefined
    case 'cancel': return isEnd ? undefined : { ...model, phase: 'cancelled' }
    case 'redrive': return model.phase === 'failed' || model.phase === 'cancelled' ? { ...model, phase: 'waiting', failures: 0, runAt: now } : undefined
    case 'look': return isEnd ? undefined : model
    case 'wait': return undefined
  }
}

test('a task does what the model does, whatever happens in whatever order', () => {
  const reached = new Set<string>()
  holds(property(array(events, { maxLength: 40 }), integer({ min: 1, max: 4 }), integer({ min: 0, max: 2_000_000 }), (list, attempts, delay) => {
    let now = 1_000_000
    let state = fired({ id: 'i', name: 't', attempts, now, runAt: now + delay, queueDelayMs, callId: 'c', callPath: 'p', firedBy: 'o', version: '' })
    let model: Model = { phase: 'waiting', runAt: now + delay, leases: 0, leaseUntil: 0, failures: 0 }
    for (const event of list) {
      if (event.kind === 'wait') {
        now += event.ms
        continue
      }
      const [next, wanted] = [apply(state, event, now), expected(model, event, { now, attempts })]
      assert.equal(next === undefined, wanted === undefined, `${event.kind} of a task that is ${state.status}`)
      if (next === undefined || wanted === undefined) continue
      ;[state, model] = [next, wanted]
      reached.add(state.status)
      const phase = state.status === 'scheduled' || state.status === 'queued' ? 'waiting' : state.status
      assert.deepEqual({ phase, runAt: state.runAt, leases: state.lease, failures: state.attempt }, { phase: model.phase, runAt: model.runAt, leases: model.leases, failures: model.failures })
      assert.equal(state.leaseUntil, model.phase === 'running' ? model.leaseUntil : undefined)
      // Whoever is not at its end is looked at some day, and nobody who is.
      assert.equal(state.lookAt === undefined, isOver(state), `a task that is ${state.status} is looked at: ${String(state.lookAt)}`)
    }
  }), { numRuns: 3000 })
  assert.deepEqual([...reached].sort(), ['cancelled', 'failed', 'queued', 'running', 'scheduled', 'succeeded'])
})

test('of two runs never more than one may write', () => {
  holds(property(array(events, { maxLength: 40 }), (list) => {
    let now = 0
    let state = fired({ id: 'i', name: 't', attempts: 5, now, runAt: now, queueDelayMs, callId: 'c', callPath: 'p', firedBy: 'o', version: '' })
    for (const event of list) {
      if (event.kind === 'wait') now += event.ms
      else state = apply(state, event, now) ?? state
      const writers = [0, 1, 2, 3, 4, 5].filter((number) => succeeded(state, { lease: number, now, result: 1 }) !== undefined)
      assert.ok(writers.length <= 1)
      assert.deepEqual(writers, state.status === 'running' && state.lease <= 5 ? [state.lease] : [])
    }
  }))
})

test('a task that is due beyond what a queue takes is looked at a minute ahead, any other a minute after it is due', () => {
  const at = (delayMs: number): number => fired({ id: 'i', name: 't', attempts: 1, now: 0, runAt: delayMs, queueDelayMs, callId: 'c', callPath: 'p', firedBy: 'o', version: '' }).lookAt!
  assert.equal(at(0), 60_000)
  assert.equal(at(900_000), 960_000)
  assert.equal(at(900_001), 840_001)
})

test('steps and progress are kept over runs, and the result ends them', () => {
  let state = fired({ id: 'i', name: 't', attempts: 3, now: 0, runAt: 0, queueDelayMs, callId: 'c', callPath: 'p', firedBy: 'o', version: '' })
  state = started(state, { now: 0, leaseUntil: 10 })!
  state = renewed(state, { lease: 1, step: { name: 'mail', result: { sent: 1 } }, progress: 0.5 })!
  state = failed(state, { lease: 1, error, now: 1, retryInMs: 0, queueDelayMs })!
  assert.deepEqual([state.steps, state.status, state.error], [{ mail: { sent: 1 } }, 'queued', error])
  state = started(state, { now: 1, leaseUntil: 10 })!
  state = succeeded(state, { lease: 2, now: 2, result: 7 })!
  assert.deepEqual([state.status, state.result, state.error, state.steps], ['succeeded', 7, undefined, { mail: { sent: 1 } }])
})
