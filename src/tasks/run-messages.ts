// One run of a consumer: its handler is called with the messages that were claimed, in the world of a handler, with one line.
import { messageOf } from '../errors/index.ts'
import { type IncomingMessage, type OpenService, startWork, type WorkEnd } from '../runtime/edge.ts'
import type { BatchResult, Consumer, Context } from '../runtime/index.ts'
import { endClaim, type MessageEnd } from './claim-message.ts'
import { type TakenMessage, toBatchContext, toConsumerContext } from './consumer-context.ts'
import { BATCH_RESULT_INVALID, MESSAGE_FAILED } from './consumer-errors.ts'
import { shownBody } from './read-message.ts'

export interface RunParts {
  service: Pick<OpenService, 'service' | 'platform' | 'running'>
  consumer: Consumer
  /** When it has to have ended; epoch milliseconds. */
  endsAt: number
}

/** What became of a message: it is done, has to come again, or is given up. */
export interface MessageFate {
  kind: 'done' | 'failed' | 'dead'
  /** What it failed with, where it was run. */
  error?: { error: string; description: string }
}

/** Of a message that nobody ran. */
export const done: MessageFate = { kind: 'done' }
export const failed: MessageFate = { kind: 'failed' }

type Failed = Extract<WorkEnd, { ok: false }>['failure']['error']

/** Runs messages together: those of a batch, or one. Gives the fate of each. */
export async function runMessages(parts: RunParts, taken: readonly TakenMessage[], incoming: readonly IncomingMessage[]): Promise<MessageFate[]> {
  if (taken.length === 0) return []
  const { service, consumer, endsAt } = parts
  const { name, options, handler } = consumer
  const database = service.platform.database()
  const isBatch = options.batch !== undefined
  const [first] = taken
  const claim = isBatch ? undefined : first!.claim
  let named: ReadonlySet<string> = new Set()
  const { ended } = startWork(service, {
    ...workOf(parts, incoming), timeoutSeconds: options.timeoutSeconds, slowMs: options.slowMs, endsAt,
    ...(claim === undefined ? {} : { taskIds: { seed: `${claim.id} ${claim.fingerprint}`, isRepeated: claim.attempt > 1, fired: new Map() } }),
    fields: { consumer: name, ...(isBatch ? { messages: taken.length } : { message_id: first!.message.id, message_attempt: first!.message.attempt }), ...(claim === undefined ? {} : { idempotency: claim.id }) },
    failed: ({ error, failed: thrown }, context) => {
      const given = taken.filter(({ message }) => isOver(consumer, message.attempt, error))
      if (given.length > 0) report(context, { consumer, ids: given.map(({ message }) => message.id), attempt: given[0]!.message.attempt, thrown })
    },
    run: async (context) => {
      const messages = taken.map(({ message }) => message)
      if (!isBatch) return void (await handler(messages[0] as never, toConsumerContext(context, consumer, { database, taken: first! }) as never))
      named = failedOf(consumer, { result: await handler(messages as never, toBatchContext(context, consumer, { database, batch: taken }) as never), taken })
      const given = messages.filter(({ id, attempt }) => named.has(id) && isOver(consumer, attempt))
      if (given.length > 0) report(context, { consumer, ids: given.map(({ id }) => id), attempt: given[0]!.attempt, thrown: MESSAGE_FAILED() })
      return named.size === 0 ? undefined : { failed: named.size }
    },
  })
  const end = await ended
  return Promise.all(taken.map(async ({ message, claim: own }): Promise<MessageFate> => {
    const error = end.ok ? (named.has(message.id) ? MESSAGE_FAILED() : undefined) : end.failure.error
    const kind = error === undefined ? 'done' : isOver(consumer, message.attempt, error) ? 'dead' : 'failed'
    await endClaim(database, own, endOf(kind, error))
    return { kind, ...(error === undefined ? {} : { error: toldOf(error) }) }
  }))
}

// What was stopped by its time may still have its effect: it stays claimed until its lease is over.
function endOf(kind: MessageFate['kind'], error: Failed | undefined): MessageEnd {
  if (kind !== 'failed') return kind
  return error?.code === 'DEADLINE_EXCEEDED' ? 'cut-off' : 'again'
}

function isOver({ options }: Consumer, attempt: number, error?: { retry?: boolean }): boolean {
  return error?.retry === false || attempt >= options.attempts
}

function failedOf({ name }: Consumer, { result, taken }: { result: unknown; taken: readonly TakenMessage[] }): ReadonlySet<string> {
  if (result === undefined) return new Set()
  const failed = typeof result === 'object' && result !== null ? (result as Partial<BatchResult>).failed : undefined
  if (!Array.isArray(failed)) throw BATCH_RESULT_INVALID(`The handler of the consumer ${name} must return nothing or { failed: [ids] }`)
  const ids = new Set(taken.map(({ message }) => message.id))
  const stranger = failed.find((id) => !ids.has(id as string)) as unknown
  if (stranger !== undefined) throw BATCH_RESULT_INVALID(`The handler of the consumer ${name} returned ${JSON.stringify(stranger).slice(0, 100)}, which is the id of none of its messages`)
  return new Set(failed as string[])
}

function workOf({ service, consumer: { name, options } }: RunParts, incoming: readonly IncomingMessage[]): { operation: string; method: string; path: string; input: string; callId: string; callPath: string } {
  const isBatch = options.batch !== undefined
  const [first] = incoming
  const bodies = incoming.map(({ content }) => shownBody(content))
  return {
    operation: `consumer:${name}`, method: 'MESSAGE', path: isBatch ? `/${name}` : `/${name}/${first!.id}`,
    input: isBatch ? `[${bodies.join()}]` : bodies[0]!,
    callId: globalThis.crypto.randomUUID(), callPath: service.service.name,
  }
}

function report(context: Context, { consumer, ids, attempt, thrown }: { consumer: Consumer; ids: readonly string[]; attempt: number; thrown: unknown }): void {
  const what = ids.length === 1 ? 'a message' : `${ids.length} messages`
  context.reportError(`the consumer ${consumer.name} gave up ${what} after ${attempt === 1 ? 'one run' : `${attempt} runs`}: ${messageOf(thrown)}`, { caught: thrown, fatal: true, data: ids.length === 1 ? { message_id: ids[0] } : { message_ids: ids.slice(0, 20) } })
}

/** Gives up a message that no handler sees. What has no run leaves no line, so this is its line. */
export async function tellDead(parts: RunParts, { incoming, attempt, error }: { incoming: IncomingMessage; attempt: number; error: unknown }): Promise<MessageFate> {
  const { service, consumer } = parts
  const { ended } = startWork(service, {
    ...workOf(parts, [incoming]), path: `/${consumer.name}/${incoming.id}`, timeoutSeconds: 10, slowMs: 900_000,
    fields: { consumer: consumer.name, message_id: incoming.id, message_attempt: attempt },
    failed: ({ failed: thrown }, context) => report(context, { consumer, ids: [incoming.id], attempt, thrown }),
    run: () => Promise.reject(error as Error),
  })
  const end = await ended
  return { kind: 'dead', ...(end.ok ? {} : { error: toldOf(end.failure.error) }) }
}

function toldOf({ code, message }: Failed): NonNullable<MessageFate['error']> {
  return { error: code, description: message.slice(0, 1000) }
}
