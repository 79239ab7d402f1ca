// Takes in what ingest has failed on, from its queue of failures.
import { messageOf } from '../errors/index.ts'
import { ingest, type Ingest } from './ingest.ts'
import { linesOfFailure } from './log-event.ts'

/** A message of the queue of failures. */
export interface FailedMessage {
  id: string
  body: string
  /** Takes it out of the queue. */
  remove(): Promise<void>
}

/** The queue of failures. */
export interface FailureQueue {
  /** Messages that nobody else has at the moment; none where it is empty. */
  receive(): Promise<FailedMessage[]>
}

export interface Redriven {
  /** Messages that were taken in. */
  messages: number
  /** Requests that were stored, new or not. */
  requests: number
  /** Messages that stay in the queue, and why. */
  failed: { id: string; reason: string }[]
}

/** Takes in every message of the queue. A message leaves it once its lines are stored; what fails stays. */
export async function redrive(options: Ingest, queue: FailureQueue): Promise<Redriven> {
  const result: Redriven = { messages: 0, requests: 0, failed: [] }
  const seen = new Set<string>()
  for (let batch = await queue.receive(); batch.length > 0; batch = await queue.receive()) {
    const fresh = batch.filter(({ id }) => !seen.has(id))
    // Those that failed come back in time; a round without new ones is the last.
    if (fresh.length === 0) break
    for (const message of fresh) {
      seen.add(message.id)
      try {
        result.requests += (await ingest(options, linesOfFailure(message.body))).requests
        await message.remove()
        result.messages += 1
      } catch (failure) {
        result.failed.push({ id: message.id, reason: messageOf(failure) })
      }
    }
  }
  return result
}
