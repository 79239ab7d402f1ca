// Gathers what is printed one thing after the other, so that many lines cost one write.

export interface GatheredLines<Item> {
  /** Takes something that is printed soon: at once where it is quiet, together with others where it is not. */
  add(item: Item): void
  /** Prints what waits; to be called before anything else is printed, and at the end. */
  flush(): void
}

// People do not see so short a time.
const pauseMs = 20

/** `toText` is called when something is printed, not when it comes. */
export function gatherLines<Item>(toText: (item: Item) => string, print: (text: string) => void): GatheredLines<Item> {
  let waiting: Item[] = []
  let last = -pauseMs
  const flush = (): void => {
    if (waiting.length === 0) return
    const items = waiting
    waiting = []
    last = performance.now()
    print(items.map(toText).join('\n'))
  }
  return {
    flush,
    add(item) {
      if (waiting.push(item) > 1) return
      const quiet = performance.now() - last
      // After the answer in any case: nobody waits for what is printed.
      if (quiet >= pauseMs) setImmediate(flush)
      else setTimeout(flush, pauseMs - quiet)
    },
  }
}
