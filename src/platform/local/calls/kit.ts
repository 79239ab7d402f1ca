// What the calls that dynalite lacks work with: its store, a clock, and one way to write.
import type { Change, Dynalite } from '../dynalite.ts'
import { promised } from '../dynalite.ts'
import type { Rehearsed } from './rehearsal.ts'

export interface Kit {
  dynalite: Dynalite
  /** Milliseconds since 1970. */
  now(): number
  /** Does what was played, and these changes, in one step. */
  commit(step: { changes?: readonly Change[]; writes: readonly Rehearsed[] }): Promise<void>
  /** Runs work after what runs under the same name. */
  oneByOne<Result>(name: string, work: () => Promise<Result>): Promise<Result>
}

export function openKit(dynalite: Dynalite, now: () => number): Kit {
  const running = new Map<string, Promise<unknown>>()
  return {
    dynalite,
    now,
    commit: ({ changes = [], writes }) => promised((done) => dynalite.store.db.batch([...changes, ...writes.flatMap((write) => write.changes)], done)),
    async oneByOne(name, work) {
      const mine = (running.get(name) ?? Promise.resolve()).then(work, work)
      running.set(name, mine)
      try {
        return await mine
      } finally {
        if (running.get(name) === mine) running.delete(name)
      }
    },
  }
}
