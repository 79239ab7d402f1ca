// Where messages of tasks wait: a queue holds ids alone. The local one lives in this process.

/** A queue of one place; a message may come twice, late, or in another order. */
export interface TaskQueue {
  /** Changes where messages are gone: what was sent to another name is sent again. */
  readonly name: string
  /** How far ahead it takes messages. */
  readonly longestDelayMs: number
  /** How long it keeps a message. */
  readonly retentionMs: number
  /** A queue that others take from: what it was noted to hold less than `heldMs` ago is theirs. */
  readonly beside?: { name: string; heldMs: number }
  /** The longest pause between two looks at a task whose message it holds. */
  readonly longestPauseMs: number
  /** Rejects where it cannot take all of them. */
  send(messages: readonly TaskMessage[]): Promise<void>
}

export interface TaskMessage {
  id: string
  delayMs: number
}

export interface LocalQueueOptions {
  /** Handles a message; where it rejects the message comes again. */
  receive(id: string): Promise<void>
  /** Messages handled at the same time; default 10. */
  parallel?: number
  /** Told of a message that could not be handled. */
  failed?(error: unknown): void
}

export interface LocalQueue extends TaskQueue {
  /** Messages that were not handled yet. */
  readonly waiting: number
  /** Takes no more messages, hands no more out, and waits for those in hand. */
  close(): Promise<void>
}

const minuteMs = 60_000
// A timer of Node takes no more.
const longestTimerMs = 2 ** 31 - 1

/** Opens a queue of this process: messages are gone with it. */
export function openLocalQueue({ receive, parallel = 10, failed }: LocalQueueOptions): LocalQueue {
  const ready = new Set<{ id: string; tries: number }>()
  const timers = new Set<NodeJS.Timeout>()
  const inHand = new Set<Promise<void>>()
  const state = { isClosed: false }
  const later = (delayMs: number, entry: { id: string; tries: number }): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      ready.add(entry)
      next()
    }, delayMs)
    timers.add(timer)
  }
  const next = (): void => {
    while (!state.isClosed && inHand.size < parallel) {
      const [entry] = ready
      if (entry === undefined) return
      ready.delete(entry)
      const work: Promise<void> = receive(entry.id).catch((error: unknown) => {
        failed?.(error)
        if (!state.isClosed) later(Math.min(250 * 2 ** entry.tries, minuteMs), { id: entry.id, tries: entry.tries + 1 })
      }).finally(() => {
        inHand.delete(work)
        next()
      })
      inHand.add(work)
    }
  }
  return {
    name: `local#${globalThis.crypto.randomUUID()}`,
    longestDelayMs: 24 * 3600 * 1000,
    retentionMs: Infinity,
    // What a process leaves behind is found by looking this far ahead.
    longestPauseMs: 15 * minuteMs,
    get waiting() {
      return ready.size + timers.size + inHand.size
    },
    async send(messages) {
      if (state.isClosed) throw new Error('the queue is closed')
      for (const { id, delayMs } of messages) {
        if (delayMs > 0) later(Math.min(delayMs, longestTimerMs), { id, tries: 0 })
        else ready.add({ id, tries: 0 })
      }
      // Whoever sends goes on first.
      setImmediate(next)
    },
    async close() {
      state.isClosed = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      ready.clear()
      await Promise.all(inHand)
    },
  }
}
