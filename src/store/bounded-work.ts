// Expensive work, a few pieces at a time: what would have to wait too long is refused at once.

/** Runs work in its turn. */
export type BoundedWork = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * @param most pieces at once, and `waiting` that may wait for their turn
 * @param refusal made for a piece that finds no room
 */
export function boundedWork(most: { running: number; waiting: number }, refusal: () => Error): BoundedWork {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= most.running) {
      if (waiting.length >= most.waiting) throw refusal()
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      // The place goes to the next in turn without ever being free.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
