// When a call is tried again, and how long it waits before.
import { catalog, isHttpError } from '../errors/index.ts'
import type { Call } from './call.ts'
import { type ClientOptions, type Clock, type Decorator, type OutgoingRequest, type Send, valueOf } from './options.ts'
import { decoratorOf } from './decorator.ts'
import { type Answer, nameOf, sender, sendOnce } from './send.ts'
import { sleep, TimeOver, withinTime } from './time-limit.ts'

const defaultTimeoutMs = 10_000
const defaultAttempts = 3
const firstPauseMs = 100
const longestPauseMs = 2_000

/**
 * Sends a request until it is answered, its attempts are used up, or the time that the caller has left is over.
 * Rejects with the last failure: BACKEND_TIMEOUT, BACKEND_UNREACHABLE, or the reason of an aborted signal.
 */
export async function sendWithAttempts(call: Call, request: Omit<OutgoingRequest, 'signal'>): Promise<Answer & { attempts: number }> {
  const clock = clockOf(call.options)
  const deadline = (await valueOf(call.options.deadline)) ?? Infinity
  const decorate: Decorator = decoratorOf(call)
  const send: Send = decorate(sender(call))
  // A stream can be read once only.
  const most = request.body instanceof ReadableStream ? 1 : (call.call.attempts ?? call.options.attempts ?? defaultAttempts)
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce({ call, send, request, remainingMs: deadline - clock.now() })
    const pause = attempt >= most ? undefined : pauseAfter(outcome, { call, attempt, clock })
    if (pause === undefined || clock.now() + pause >= deadline) {
      if (outcome.answer !== undefined) return { ...outcome.answer, attempts: attempt }
      throw outcome.failure
    }
    await clock.sleep(pause, call.call.signal)
  }
}

type Outcome = { answer: Answer; failure?: undefined } | { answer?: undefined; failure: unknown }

interface Attempt {
  call: Call
  send: Send
  request: Omit<OutgoingRequest, 'signal'>
  remainingMs: number
}

async function tryOnce({ call, send, request, remainingMs }: Attempt): Promise<Outcome> {
  const timeoutMs = call.call.timeoutMs ?? call.options.timeoutMs ?? defaultTimeoutMs
  if (remainingMs <= 0) return { failure: catalog.BACKEND_TIMEOUT(`${nameOf(call.spec.api, call.operation)} was not called: the caller has no time left`) }
  try {
    // A fresh copy of the headers: what a decorator adds to one attempt must not pile up in the next.
    return { answer: await withinTime(Math.min(timeoutMs, remainingMs), call.call.signal, (signal) => sendOnce(call, send, { ...request, headers: new Headers(request.headers), signal })) }
  } catch (failure) {
    if (!(failure instanceof TimeOver)) return { failure }
    const whose = remainingMs < timeoutMs ? ', which is all that the caller has left' : ''
    return { failure: catalog.BACKEND_TIMEOUT(`${nameOf(call.spec.api, call.operation)} did not answer within ${failure.limitMs} ms${whose}`, { cause: failure }) }
  }
}

interface Moment {
  call: Call
  attempt: number
  clock: Clock
}

// Milliseconds until the next attempt, or undefined where there must be none.
function pauseAfter({ answer, failure }: Outcome, { call, attempt, clock }: Moment): number | undefined {
  const { method } = call.operation
  if (call.call.signal?.aborted === true) return undefined
  // With a key, 409 and Retry-After say that an earlier attempt is still running.
  const passing = call.hasKey === true ? [409, 429, 503] : method === 'GET' ? [429, 503] : []
  if (answer !== undefined) return passing.includes(answer.status) ? retryAfter(answer.headers, call, clock) : undefined
  if (!isHttpError(failure)) return undefined
  const isTimeout = failure.code === catalog.BACKEND_TIMEOUT.code
  if (!isTimeout && failure.code !== catalog.BACKEND_UNREACHABLE.code) return undefined
  // By klue's rule GET and PATCH change nothing when they are repeated, nor does anything with a key; all else does, if it may have arrived.
  const isRepeatable = call.hasKey === true || method === 'GET' || method === 'HEAD' || method === 'PATCH'
  if (!isRepeatable && (isTimeout || !wasNeverSent(failure.cause))) return undefined
  return clock.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1))
}

const neverSent: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

// Without a connection nothing can have been sent. A browser does not say, so there it counts as sent.
function wasNeverSent(failure: unknown, depth = 0): boolean {
  if (typeof failure !== 'object' || failure === null || depth > 5) return false
  const { code, cause, errors } = failure as { code?: unknown; cause?: unknown; errors?: unknown }
  if (neverSent.has(code)) return true
  // A name with several addresses fails with one error for each of them.
  if (Array.isArray(errors) && errors.length > 0) return errors.every((error) => wasNeverSent(error, depth + 1))
  return wasNeverSent(cause, depth + 1)
}

// Seconds or a date; what is longer than an attempt may take is not waited for.
function retryAfter(headers: Headers, call: Call, clock: Clock): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - clock.now()
  if (Number.isNaN(wait) || wait > (call.call.timeoutMs ?? call.options.timeoutMs ?? defaultTimeoutMs)) return undefined
  return Math.max(0, wait)
}

/** Time and chance of a client. */
export function clockOf(options: ClientOptions): Clock {
  return { now: () => Date.now(), sleep, random: () => Math.random(), ...options.clock }
}
