// Ends a piece of work when its time is over or its caller gives up, whether or not it listens to its signal.

/** What `withinTime` rejects with when the time is over. */
export class TimeOver extends Error {
  readonly limitMs: number

  constructor(limitMs: number) {
    super(`the time of ${limitMs} ms is over`)
    this.name = 'TimeOver'
    this.limitMs = limitMs
  }
}

/** Runs work; rejects with TimeOver after `limitMs`, or with the caller's reason when it gives up. */
export async function withinTime<Result>(limitMs: number, caller: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  caller?.throwIfAborted()
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let giveUp: (() => void) | undefined
  const end = new Promise<never>((_, reject) => {
    const stop = (reason: unknown): void => {
      // Rejecting first: what fetch says about being aborted comes second and is not heard.
      reject(reason as Error)
      controller.abort(reason)
    }
    timer = setTimeout(() => stop(new TimeOver(limitMs)), Math.min(limitMs, longestTimer))
    giveUp = () => stop(caller?.reason)
    caller?.addEventListener('abort', giveUp, { once: true })
  })
  try {
    return await Promise.race([work(controller.signal), end])
  } finally {
    clearTimeout(timer)
    if (giveUp !== undefined) caller?.removeEventListener('abort', giveUp)
  }
}

/** Waits; rejects with the signal's reason when it is aborted before. */
export async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', giveUp, { once: true })
  })
}

// A longer timer would fire at once.
const longestTimer = 2 ** 31 - 1
