// Errors that nobody caught, told as crashes are: where the process goes on after them.
import { isHttpError, messageOf } from '../errors/index.ts'
import type { Exchange } from './exchange/exchange.ts'
import { isMuted, loadLineParts } from './line/lazy-line-parts.ts'
import { openNotes } from './line/take-notes.ts'
import type { OpenService } from './pipeline.ts'

export interface Uncaught {
  /** Anything can be thrown. */
  thrown: unknown
  kind: 'exception' | 'rejection'
  /** The request that it came of, where that is known; it may have been answered. */
  exchange?: Exchange | undefined
  /** How long that request may still answer by itself; a second by default. */
  graceMs?: number
}

const words = { exception: 'Uncaught exception', rejection: 'Rejection of a promise that nobody waits for' } as const

/**
 * Reports an error that nobody caught as fatal, under the operation that it came of.
 * What of a request was to happen in that code never will: a request that does not answer soon is answered 500.
 */
export async function tellUncaught({ service, platform, running }: Pick<OpenService, 'service' | 'platform' | 'running'>, { thrown, kind, exchange, graceMs = 1000 }: Uncaught): Promise<void> {
  const error = asError(thrown)
  const title = `${words[kind]}: ${messageOf(thrown)}`
  if (exchange !== undefined && running.has(exchange)) setTimeout(() => end(exchange, error), graceMs).unref()
  const context = exchange?.context ?? { operationId: '', callId: globalThis.crypto.randomUUID(), callPath: service.name, user: undefined }
  const { report } = await loadLineParts()
  const origin = { platform, context, notes: exchange?.notes ?? openNotes(platform.now()), requestId: exchange?.request.requestId }
  // Of what is no error nobody knows the place: the title stands where its stack would.
  const reported = { title, fatal: true, place: { name: '', message: '', stack: title }, isMuted: isMuted() }
  try {
    report(origin, { ...reported, caught: error ?? thrown })
  } catch {
    // It throws where it is looked at.
    report(origin, reported)
  }
}

// Only the first reason of an interruption counts, and none after the answer.
function end({ interruption, notes }: Exchange, error: Error | undefined): void {
  if (notes.isOver) return
  notes.isTold = true
  interruption.end(error !== undefined && !isHttpError(error) ? error : new Error('an error that nobody caught ended the request', { cause: error }))
}

function asError(thrown: unknown): Error | undefined {
  try {
    return thrown instanceof Error ? thrown : undefined
  } catch {
    return undefined
  }
}
