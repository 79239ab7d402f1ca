// Holds writes to a number of units a second, whoever makes them.
import { setTimeout as sleep } from 'node:timers/promises'

export interface Pace {
  /** Resolves when so many units may be written. */
  spend(units: number): Promise<void>
}

/** A pace that all who write share; without a rate nobody waits. */
export function openPace(unitsPerSecond: number | undefined, signal?: AbortSignal): Pace {
  let free = 0
  return {
    async spend(units) {
      if (unitsPerSecond === undefined) return
      const now = performance.now()
      const start = Math.max(free, now)
      free = start + (units / unitsPerSecond) * 1000
      if (start > now) await sleep(start - now, undefined, signal === undefined ? {} : { signal })
    },
  }
}

/** Units that writing an item costs: one a kilobyte, for the table and for each of its indexes. */
export function writeUnits(bytes: number, indexes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024)) * (1 + indexes)
}
