// What every receiver of messages has in common: whom it is for, and how a sending may fail.
import type { ReportChannelSettings } from '../config/index.ts'
import type { Outgoing } from './incidents.ts'

/** A receiver of messages. */
export interface ReportChannel {
  /** The name in the configuration; part of what keeps a message from being sent twice. */
  readonly name: string
  /** Whether a message is for it. */
  accepts(outgoing: Outgoing): boolean
  /** Sends a message; rejects with a DeliveryFailure. */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<void>
}

/** A sending that failed; trying it again makes sense unless it is final. */
export class DeliveryFailure extends Error {
  readonly isFinal: boolean
  /** Milliseconds that the receiver asks to wait. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: ErrorOptions & { isFinal?: boolean; retryAfterMs?: number | undefined } = {}) {
    super(message, options)
    this.name = 'DeliveryFailure'
    this.isFinal = options.isFinal === true
    this.retryAfterMs = options.retryAfterMs
  }
}

/** What time and the network are for senders; tests bring their own. */
export interface Surroundings {
  fetch: typeof globalThis.fetch
  /** Epoch milliseconds. */
  now(): number
  /** Waits; rejects where the signal is aborted. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** Those of this process. */
export function realSurroundings(): Surroundings {
  return { fetch: globalThis.fetch, now: Date.now, pause: async (milliseconds, signal) => process.getBuiltinModule('node:timers/promises').setTimeout(milliseconds, undefined, { signal }) }
}

const attempts = 3
// A receiver that asks for more gets the message from a later sweep.
const longestWaitMs = 15_000

/** Tries a sending three times at most, at growing distances, or at those that the receiver asks for. */
export async function withRetries(surroundings: Surroundings, signal: AbortSignal, once: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once()
    } catch (error) {
      const failure = error instanceof DeliveryFailure ? error : new DeliveryFailure(error instanceof Error ? error.message : String(error), { cause: error })
      const delay = failure.retryAfterMs ?? Math.random() * 250 * 4 ** attempt
      if (failure.isFinal || attempt === attempts || delay > longestWaitMs || signal.aborted) throw failure
      await surroundings.pause(delay, signal)
    }
  }
}

/** Why an answer over HTTP is none to be content with; undefined where it is. */
export function httpFailure(status: number, text: string, retryAfter: string | null | undefined): DeliveryFailure | undefined {
  if (status >= 200 && status < 300) return undefined
  const seconds = Number(retryAfter ?? Number.NaN)
  const passes = status === 408 || status === 425 || status === 429 || status >= 500
  return new DeliveryFailure(`it answered ${status}${text === '' ? '' : `: ${text.slice(0, 200)}`}`, { isFinal: !passes, retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined })
}

/** Whether the settings of a channel let a message through. */
export function routes({ send = 'all', severity = 3, operations = [] }: Pick<ReportChannelSettings, 'send' | 'severity' | 'operations'>, { incident }: Outgoing): boolean {
  if (send !== 'all' && (send === 'fatal') !== incident.fatal) return false
  if (incident.severity > severity) return false
  return operations.length === 0 || operations.some((pattern) => matches(pattern, incident.operation))
}

function matches(pattern: string, operation: string): boolean {
  return new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\-]/g, '\\$&').replaceAll(/\*+/g, '.*')}$`).test(operation)
}
