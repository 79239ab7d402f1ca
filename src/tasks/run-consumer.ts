// Runs the messages that an edge hands over: each claimed, run, and told what became of it. The same for a worker and a developer's machine.
import { messageOf } from '../errors/index.ts'
import type { ConsumerOutcome, IncomingMessage } from '../runtime/edge.ts'
import type { Consumer } from '../runtime/index.ts'
import { type Claimed, claimMessage, endClaim } from './claim-message.ts'
import { MESSAGE_LOST } from './consumer-errors.ts'
import type { TakenMessage } from './consumer-context.ts'
import { readMessage } from './read-message.ts'
import { done, failed, type MessageFate, type RunParts, runMessages, tellDead } from './run-messages.ts'
import type { OpenedService } from './run-task.ts'

/** Messages for one consumer. */
export interface Delivery {
  consumer: Consumer
  /** In the order in which they are to run, where they have a group. */
  messages: readonly IncomingMessage[]
  /** When all of it has to have ended, whatever time the consumer has; epoch milliseconds. */
  endsAt?: number
}

/**
 * Runs messages: one after the other within a group, all others at once; a consumer of batches gets them together.
 * Never rejects. What is done, or was before, is in no list of the outcome.
 */
export async function runConsumer(service: OpenedService, { consumer, messages, endsAt }: Delivery): Promise<ConsumerOutcome> {
  const outcome: ConsumerOutcome = { failed: [], errors: {}, dead: [] }
  const note = ({ receipt }: IncomingMessage, { kind, error }: MessageFate): void => {
    if (kind === 'failed') outcome.failed.push(receipt)
    if (kind === 'failed' && error !== undefined) outcome.errors[receipt] = error
    if (kind === 'dead') outcome.dead.push({ receipt, error: error?.error ?? '', description: error?.description ?? '' })
  }
  const lanes = lanesOf(messages)
  if (consumer.options.batch === undefined) {
    await Promise.all(lanes.map((lane) => inOrder(lane, { note, run: async (message) => (await runTaken(service, consumer, { messages: [message], endsAt }))[0]! })))
  } else {
    const fates = await runTaken(service, consumer, { messages: lanes.flat(), endsAt })
    lanes.flat().forEach((message, index) => note(message, fates[index]!))
  }
  return outcome
}

// Messages without a group are lanes of their own.
function lanesOf(messages: readonly IncomingMessage[]): IncomingMessage[][] {
  const lanes = new Map<string | symbol, IncomingMessage[]>()
  for (const message of messages) {
    const lane = message.group ?? Symbol(message.receipt)
    lanes.set(lane, [...(lanes.get(lane) ?? []), message])
  }
  return [...lanes.values()]
}

async function inOrder(lane: readonly IncomingMessage[], { note, run }: { note(message: IncomingMessage, fate: MessageFate): void; run(message: IncomingMessage): Promise<MessageFate> }): Promise<void> {
  let isStopped = false
  for (const message of lane) {
    const fate: MessageFate = isStopped ? failed : await run(message)
    isStopped = fate.kind === 'failed'
    note(message, fate)
  }
}

// A claim lives so much longer than its run has time: what is written around it takes a while, and nobody takes over what may still run.
const aroundMs = 5000
const marginMs = 1000

/** Claims messages and runs those that may; gives what became of each, in their order. */
async function runTaken(service: OpenedService, consumer: Consumer, { messages, endsAt }: { messages: readonly IncomingMessage[]; endsAt: number | undefined }): Promise<MessageFate[]> {
  const { platform } = service
  const leaseUntil = Math.min(platform.now() + consumer.options.timeoutSeconds * 1000 + aroundMs, endsAt === undefined ? Infinity : endsAt + marginMs)
  const parts: RunParts = { service, consumer, endsAt: leaseUntil - marginMs }
  const fates = new Map<IncomingMessage, MessageFate>()
  const taken = new Map<IncomingMessage, TakenMessage>()
  const stopped = new Set<string>()
  for (const some of chunks(messages)) {
    const claims = await Promise.all(some.map((message) => take(parts, message, leaseUntil)))
    for (const [index, message] of some.entries()) {
      const got = claims[index]!
      if ('message' in got) taken.set(message, got)
      else fates.set(message, got)
      if ('kind' in got && got.kind === 'failed' && message.group !== undefined) stopped.add(message.group)
    }
  }
  // Nothing overtakes what comes again.
  for (const [message, { claim }] of taken) {
    if (message.group === undefined || !stopped.has(message.group) || !isBehindFailed(messages, { message, fates })) continue
    await endClaim(platform.database(), claim, 'again')
    taken.delete(message)
    fates.set(message, failed)
  }
  const ran = await runMessages(parts, [...taken.values()], [...taken.keys()])
  ;[...taken.keys()].forEach((message, index) => fates.set(message, ran[index]!))
  return messages.map((message) => fates.get(message)!)
}

function isBehindFailed(messages: readonly IncomingMessage[], { message, fates }: { message: IncomingMessage; fates: ReadonlyMap<IncomingMessage, MessageFate> }): boolean {
  return messages.slice(0, messages.indexOf(message)).some((other) => other.group === message.group && fates.get(other)?.kind === 'failed')
}

// Writes at the same time.
const mostClaims = 25

function* chunks(messages: readonly IncomingMessage[]): Generator<readonly IncomingMessage[]> {
  for (let first = 0; first < messages.length; first += mostClaims) yield messages.slice(first, first + mostClaims)
}

async function take(parts: RunParts, incoming: IncomingMessage, leaseUntil: number): Promise<TakenMessage | MessageFate> {
  const { consumer, service: { platform } } = parts
  let message: TakenMessage['message']
  try {
    message = readMessage(consumer, incoming)
  } catch (error) {
    return tellDead(parts, { incoming, attempt: incoming.attempt, error })
  }
  let claimed: Claimed
  try {
    claimed = await claimMessage(platform.database(), consumer, { message: incoming, leaseUntil })
  } catch (cause) {
    platform.log({ kind: 'log', level: 'warn', time: new Date(platform.now()).toISOString(), message: `A message of the consumer ${consumer.name} comes again, because it could not be claimed: ${messageOf(cause)}` })
    return failed
  }
  if (claimed.kind === 'running') return failed
  if (claimed.kind === 'done') return done
  const { claim, attempt } = claimed
  if (attempt <= consumer.options.attempts) return { message: { ...message, attempt }, claim }
  // Runs that ended by themselves gave it up before this.
  const fate = await tellDead(parts, { incoming, attempt: consumer.options.attempts, error: MESSAGE_LOST(`Each of ${consumer.options.attempts} runs of the message ended before it was over`) })
  await endClaim(platform.database(), claim, 'dead')
  return fate
}
