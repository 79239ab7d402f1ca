// Items that nobody else writes while a piece of work runs: by dynalite's own locks, which its single writes hold too.
import type { DynaliteStore } from '../dynalite.ts'

export interface LockedItem {
  table: string
  key: string
}

/** Runs work while these items are locked. Tables are taken in one order and the items of a table at once, so that two never wait for each other. */
export async function withLocks<Result>(store: DynaliteStore, items: readonly LockedItem[], work: () => Promise<Result>): Promise<Result> {
  const keys = new Map<string, Set<string>>()
  for (const { table, key } of items) keys.set(table, (keys.get(table) ?? new Set()).add(key))
  const releases: (() => void)[] = []
  try {
    for (const table of [...keys.keys()].sort()) releases.push(await locked(store, table, [...keys.get(table)!].sort()))
    return await work()
  } finally {
    for (const release of releases) release()
  }
}

function locked(store: DynaliteStore, table: string, keys: string[]): Promise<() => void> {
  return new Promise((resolve) => store.getItemDb(table).lock(keys, (release) => resolve(release(() => undefined))))
}
