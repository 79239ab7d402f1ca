// Runs an operation once for each idempotency key: claims the key before the handler, keeps its answer after it.
import * as idempotencyCodes from '../../errors/idempotency-codes.ts'
import { isError, UsageError } from '../../errors/index.ts'
import type { Database } from '../../persist/index.ts'
import { type Claim, claimKey, freeKey, keyedHash, keyId, type KeyState, settleKey, stepsOf } from '../../store/index.ts'
import { isPieces } from '../answer/collect.ts'
import { render } from '../answer/render.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Context } from '../exchange/handler-context.ts'
import type { Interruption } from '../exchange/interruption.ts'
import type { ApiResponse } from '../exchange/message.ts'
import type { Ended } from '../exchange/once.ts'
import { isReply } from '../exchange/reply.ts'
import { declaredParts } from './fingerprint.ts'
import { isFinal, toKept } from './keep-answer.ts'
import { principalOf, readKey } from './read-key.ts'

/** What the claim of a running request needs at its end. */
interface Attempt {
  exchange: Exchange
  database: Database
  claim: Claim
  /** Set when the handler has ended. */
  ended?: { value: unknown } | { error: unknown }
  /** The request was answered before its handler ended. */
  isAnswered: boolean
}

/** Runs a handler, unless an earlier request with the same key stands in its way: then gives nothing, or refuses. */
export async function runOnce(exchange: Exchange, run: () => unknown): Promise<unknown> {
  const { operation, context, platform } = exchange
  const settings = operation!.settings.idempotency!
  const key = readKey(exchange, settings)
  if (key === undefined) {
    context.once = async (_name, step) => step()
    return run()
  }
  const database = platform.database()
  const state = await reached('The handler did not run', async () => {
    const [id, fingerprint] = await Promise.all([keyId(database, [exchange.api!.spec.table.api, operation!.id, ...principalOf(exchange), key]), keyedHash(database, declaredParts(exchange, settings.headers))])
    exchange.once = { id }
    return claimKey(database, { id, fingerprint, leaseUntil: context.endsAt + marginMs, ttlSeconds: settings.ttlSeconds, refuses: settings.refuses })
  })
  if (state.kind !== 'claimed') {
    exchange.answer = answerOf(state)
    exchange.once!.isReplayed = true
    return undefined
  }
  return runClaimed({ exchange, database, claim: state.claim, isAnswered: false }, run)
}

/** What `context.once` does where there is no key that a step could belong to. */
export function refuseStep({ operationId }: Context, name: string): never {
  throw new UsageError({ code: 'step-without-key', file: '', message: `The step ${JSON.stringify(name)} of ${operationId} belongs to no idempotency key, so nothing could tell that it ran`, hint: 'give the operation x-klue-idempotency' })
}

// A claim lives so much longer than its request: by then the platform has ended it.
const marginMs = 1000

async function runClaimed(attempt: Attempt, run: () => unknown): Promise<unknown> {
  const { exchange, database, claim } = attempt
  const { context, interruption } = exchange
  if (isCutOff(interruption)) {
    // The request was answered while it waited for its claim; nothing has run.
    await freeKey(database, claim)
    interruption.throwIfEnded()
  }
  context.idempotency = { id: claim.id, attempt: claim.attempt }
  context.once = stepsOf(database, claim)
  exchange.notes.taskIds = { seed: `${claim.id} ${claim.fingerprint}`, isRepeated: claim.attempt > 1, fired: new Map() }
  exchange.once!.settle = (ended, refuse) => settle(attempt, ended).catch(async (thrown: unknown) => {
    const failure = await refuse(thrown)
    return { response: failure.response, failure }
  })
  try {
    const value = await run()
    attempt.ended = { value }
    return value
  } catch (error) {
    attempt.ended = { error }
    throw error
  } finally {
    // The caller was told 504; who asks again is told what became of it after all.
    if (attempt.isAnswered) await settleLate(attempt).catch(() => undefined)
  }
}

async function settle(attempt: Attempt, sent: Ended): Promise<Ended> {
  const { exchange, ended } = attempt
  const { response, failure } = sent
  attempt.isAnswered = true
  // What still runs may have its effect later: the key stays claimed until the lease is over.
  if (ended === undefined || isCutOff(exchange.interruption)) return sent
  const status = failure?.error.status ?? response.status
  const isUnsendable = failure !== undefined && status >= 500 && didItsWork(ended, failure.error.code)
  if (!isUnsendable && !isFinal(status)) {
    // A key that cannot be given back becomes free with its lease.
    await freeKey(attempt.database, attempt.claim).catch((cause: unknown) => exchange.context.log.warn('An idempotency key was not given back', { cause }))
    return sent
  }
  const answer = isUnsendable || ('value' in ended && isStream(ended.value)) ? { status } : toKept(response)
  const instead = await keep(attempt, answer)
  return instead === undefined ? sent : { response: answerOf(instead), failure: undefined }
}

function isCutOff(interruption: Interruption): boolean {
  try {
    interruption.throwIfEnded()
    return false
  } catch {
    return true
  }
}

function keep({ database, claim }: Attempt, answer: Parameters<typeof settleKey>[2]['answer']): Promise<KeyState | undefined> {
  return reached('The handler ran, and whether its answer was kept is not known', () => settleKey(database, claim, { answer, signal: AbortSignal.timeout(keepLimitMs) }))
}

// The platform ends a request soon after its deadline; nobody waits longer than that.
const keepLimitMs = 5000

// The handler ended well, only its answer could not be sent: it must not do its work again.
function didItsWork(ended: NonNullable<Attempt['ended']>, code: string): boolean {
  if (!('value' in ended)) return false
  const { value } = ended
  if (isError(value) || (isReply(value) && isError(value.body))) return false
  // A stream may fail at its work while it is read.
  return !isStream(value) || code === 'RESPONSE_TOO_LARGE' || code === 'RESPONSE_INVALID'
}

async function settleLate(attempt: Attempt): Promise<void> {
  const { exchange: { operation, api, headers, notes }, ended, database, claim } = attempt
  const value = ended !== undefined && 'value' in ended ? ended : undefined
  if (value === undefined) return freeKey(database, claim)
  if (isStream(value.value)) return void (await keep(attempt, { status: 504 }))
  let rendered: ApiResponse
  try {
    rendered = render(operation, value.value, { accept: headers['accept'], api }).response
    // Whoever asks again is told that it succeeded, so what hangs on that is done now.
    if (rendered.status < 400) for (const step of notes.answered ?? []) await step()
  } catch {
    return freeKey(database, claim)
  }
  await (isFinal(rendered.status) ? keep(attempt, toKept(rendered)) : freeKey(database, claim))
}

function isStream(value: unknown): boolean {
  return isPieces(value) || (isReply(value) && isPieces(value.body))
}

// The answer that a key stands for. Throws where it stands for none.
function answerOf(state: KeyState): ApiResponse {
  if (state.kind === 'answered') return { status: state.answer.status, headers: { ...state.answer.headers, 'idempotent-replayed': 'true' }, cookies: [], body: state.answer.body }
  if (state.kind === 'not-kept') throw idempotencyCodes.ANSWER_NOT_KEPT(undefined, { fields: { first_status: state.status } })
  if (state.kind === 'unknown') throw idempotencyCodes.OUTCOME_UNKNOWN()
  if (state.kind === 'other') throw idempotencyCodes.IDEMPOTENCY_KEY_REUSED()
  throw idempotencyCodes.IDEMPOTENCY_IN_PROGRESS(undefined, { headers: { 'retry-after': '1' } })
}

async function reached<Result>(said: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (cause) {
    throw idempotencyCodes.IDEMPOTENCY_UNAVAILABLE(`What is kept of idempotency keys cannot be reached. ${said}`, { cause, headers: { 'retry-after': '1' } })
  }
}
