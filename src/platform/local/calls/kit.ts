// What the calls that dynalite lacks work with: its store, a clock, streams and expiry, and one way to write.
import type { Change, Dynalite } from '../dynalite.ts'
import { type Expiry, openExpiry } from './expiry.ts'
import type { Rehearsed } from './rehearsal.ts'
import { openStreams, type Streams } from './streams.ts'

export interface Kit {
  dynalite: Dynalite
  streams: Streams
  expiry: Expiry
  /** Milliseconds since 1970. */
  now(): number
  /** Does what was played, and these changes, in one step. */
  commit(step: { changes?: readonly Change[]; writes: readonly Rehearsed[]; isExpiry?: boolean }): Promise<void>
  /** Runs work after what runs under the same name. */
  oneByOne<Result>(name: string, work: () => Promise<Result>): Promise<Result>
}

export async function openKit(dynalite: Dynalite, now: () => number): Promise<Kit> {
  const running = new Map<string, Promise<unknown>>()
  const expiry = await openExpiry(dynalite.store)
  const streams = await openStreams(dynalite, now)
  return {
    dynalite,
    streams,
    expiry,
    now,
    commit: ({ changes = [], writes, isExpiry }) => streams.commit([...changes, ...writes.flatMap((write) => write.changes)], writes.map(({ write, before, after }) => ({ table: write.table.TableName, before, after, isExpiry }))),
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
