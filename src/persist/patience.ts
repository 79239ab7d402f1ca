// Waiting before something is tried again, inside the time that is left.
import type { TableUse } from './table-use.ts'

const firstMs = 25
const longestMs = 2000
const attempts = 12

/** Without an end of its own nothing is tried for longer. */
const patienceMs = 30_000

/** Says after a failed attempt whether there is time for another one, and waits for it. */
export type Patience = () => Promise<boolean>

/** Each wait is up to twice as long as the one before. The signal of the call ends it by throwing its reason. */
export function openPatience(use: TableUse, signal: AbortSignal | undefined): Patience {
  const endsAt = Math.min(use.endsAt ?? Number.POSITIVE_INFINITY, Date.now() + patienceMs)
  let attempt = 0
  return async () => {
    attempt += 1
    const longest = Math.min(longestMs, firstMs * 2 ** attempt)
    // Those who failed together would meet again without chance.
    const milliseconds = longest / 2 + (Math.random() * longest) / 2
    if (attempt >= attempts || Date.now() + milliseconds >= endsAt) return false
    await wait(use, milliseconds, signal ?? use.signal?.())
    return true
  }
}

async function wait({ pause }: TableUse, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  if (pause !== undefined) return await pause(milliseconds)
  try {
    await process.getBuiltinModule('node:timers/promises').setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch (failure) {
    signal?.throwIfAborted()
    throw failure
  }
}
