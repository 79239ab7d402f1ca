// Delivers a message to everybody it is for: each receiver by itself, so that one that fails or hangs harms no other.
import { messageOf as errorText } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { endDelivery, type Report, takeDelivery } from '../store/index.ts'
import { DeliveryFailure, type ReportChannel } from './channel.ts'
import { type Outgoing, settleOutgoing } from './incidents.ts'
import { bodyText, titleOf } from './message.ts'

/**
 * The hook of a service.
 * @param title the title of the report, with what has become of the incident
 * @param message the body of the report, JSON text
 * @param details the report itself, its incident, and what kind of message this is
 */
export type ErrorReporter = (title: string, message: string, details: ReportDetails) => unknown

/** What a hook learns beside title and message. */
export interface ReportDetails {
  /** The same at every attempt. */
  id: string
  kind: Outgoing['kind']
  /** Reports in all, and since the message before. */
  count: number
  repeats: number
  incident: Outgoing['incident']
  report?: Report
}

export interface DeliveryOptions {
  channels: readonly ReportChannel[]
  /** The service's own; nothing is called where there is none. */
  hook?: ErrorReporter | undefined
  /** Keeps who has got a message, so that none gets it twice; without it every call delivers. */
  database?: Database
  /** Ends all waiting. */
  signal?: AbortSignal
  /** Milliseconds for each receiver; 25,000 by default. */
  limitMs?: number
  /** Told of each receiver that did not get the message. */
  note?(failure: DeliveryNote): void
}

/** Why a receiver did not get a message. */
export interface DeliveryNote {
  id: string
  /** Name of the channel; `errorReporter` for the hook. */
  receiver: string
  reason: string
  /** Whether it will be tried again. */
  isFinal: boolean
}

export interface Delivered {
  /** Names of those that have it now. */
  sent: string[]
  /** Names of those that had it already. */
  before: string[]
  failed: DeliveryNote[]
}

/** How many milliseconds a receiver has. */
export const deliveryLimitMs = 25_000

/**
 * Delivers a message and, with a database, notes who has got it. Never rejects because of a receiver:
 * what passes comes back from `sweepIncidents`, what does not pass, and a hook that fails, is noted and left.
 */
export async function deliverOutgoing(outgoing: Outgoing, options: DeliveryOptions): Promise<Delivered> {
  const receivers = [...options.channels.filter((channel) => accepts(channel, outgoing)), ...(options.hook === undefined ? [] : [hookReceiver(options.hook)])]
  const delivered: Delivered = { sent: [], before: [], failed: [] }
  const open = await Promise.all(receivers.map(async (receiver) => deliverTo(receiver, outgoing, { ...options, delivered })))
  if (options.database !== undefined && !open.includes(true)) await settleOutgoing(options.database, outgoing)
  for (const failure of delivered.failed) options.note?.(failure)
  return delivered
}

interface Receiver extends Pick<ReportChannel, 'name' | 'send'> {
  /** Whether it is called once only, whatever comes of it. */
  isOnce?: boolean
}

// Resolves to whether this receiver must be tried again.
async function deliverTo(receiver: Receiver, outgoing: Outgoing, { database, delivered, signal, limitMs = deliveryLimitMs }: DeliveryOptions & { delivered: Delivered }): Promise<boolean> {
  const { name } = receiver
  const mark = { id: outgoing.id, receiver: name }
  const taken = database === undefined ? 'yours' : await takeDelivery(database, { ...mark, until: database.now() + limitMs * 2 })
  if (taken === 'done') delivered.before.push(name)
  if (taken !== 'yours') return taken === 'busy'
  try {
    await within(limitMs, signal, async (ends) => receiver.send(outgoing, ends))
    delivered.sent.push(name)
  } catch (error) {
    const isFinal = receiver.isOnce === true || (error instanceof DeliveryFailure && error.isFinal)
    delivered.failed.push({ id: outgoing.id, receiver: name, reason: errorText(error), isFinal })
    if (database !== undefined) await endDelivery(database, { ...mark, isDone: isFinal })
    return !isFinal
  }
  if (database !== undefined) await endDelivery(database, { ...mark, isDone: true })
  return false
}

// A hook belongs to the service: repeated after a failure it might do twice what it has done.
function hookReceiver(hook: ErrorReporter): Receiver {
  return {
    name: 'errorReporter',
    isOnce: true,
    async send(outgoing) {
      const { id, kind, count, repeats, incident, report } = outgoing
      await hook(titleOf(outgoing), bodyText(outgoing), { id, kind, count, repeats, incident, ...(report === undefined ? {} : { report }) })
    },
  }
}

// A filter that throws must not keep a message from the others.
function accepts(channel: ReportChannel, outgoing: Outgoing): boolean {
  try {
    return channel.accepts(outgoing)
  } catch {
    return true
  }
}

async function within(limitMs: number, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const stop = (reason: Error): void => controller.abort(reason)
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error), { once: true })
    timer = setTimeout(() => stop(new DeliveryFailure(`no end within ${limitMs} ms`)), limitMs)
  })
  const onAbort = (): void => stop(new DeliveryFailure('it was stopped'))
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted === true) onAbort()
  try {
    await Promise.race([Promise.resolve().then(() => work(controller.signal)), ended])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
