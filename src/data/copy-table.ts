// Copies the items of a table from one stage to another; a copy that was stopped goes on at its last finished page.
import type { PersistSpec } from '../openapi/index.ts'
import type { Database } from '../persist/index.ts'
import { isExpired } from '../persist/stored.ts'
import type { PassPosition } from '../store/index.ts'
import { goesAlong } from './counters.ts'
import { goOver, inParallel, newPosition } from './go-over.ts'
import { keptState } from './kept-state.ts'
import { maskedKey } from './masked.ts'
import type { Pace } from './pace.ts'
import { noCounts, type PutCounts, putItem, type PutMode } from './put-item.ts'

export interface CopyOptions {
  from: Database
  to: Database
  spec: PersistSpec
  mode: PutMode
  pace: Pace
  segments: number
  signal: AbortSignal
  /** Counts and writes nothing. */
  dryRun: boolean
  progress(items: number): void
  /** Throws where the run may not go on. */
  check(): void
}

/** What became of the items of a table. */
export interface Copied {
  read: number
  counts: PutCounts
  /** Keys of the first items that are there and others, masked. */
  different: string[]
  /** Keys, masked, and properties of the first items that were not copied because another item has their unique values. */
  taken: string[]
}

/** Copies one table. */
export async function copyTable({ from, to, spec, mode, pace, segments, signal, dryRun, progress, check }: CopyOptions): Promise<Copied> {
  const copied: Copied = { read: 0, counts: noCounts(), different: [], taken: [] }
  const state = dryRun ? undefined : await keptState<Copied & { position: PassPosition }>(to, `copy#${from.prefix}#${spec.table}#${mode}`)
  const position = state?.earlier?.position ?? newPosition(segments)
  if (state?.earlier !== undefined) Object.assign(copied, { read: state.earlier.read, counts: { ...noCounts(), ...state.earlier.counts }, different: state.earlier.different, taken: state.earlier.taken ?? [] })
  await goOver({
    database: from,
    table: spec.table,
    position,
    limit: 100,
    check() {
      signal.throwIfAborted()
      check()
    },
    async finished() {
      await state?.keep({ ...copied, position })
      progress(copied.read)
    },
    page: (items) => inParallel(items.filter((item) => goesAlong(spec, item) && !isExpired(spec, item, from.now())), 8, async (item) => {
      copied.read += 1
      if (dryRun) return
      const { outcome, properties } = await putItem({ database: to, spec, mode, pace }, item)
      copied.counts[outcome] += 1
      if (outcome === 'different' && copied.different.length < 20) copied.different.push(maskedKey(spec, item))
      if (outcome === 'taken' && copied.taken.length < 20) copied.taken.push(`${maskedKey(spec, item)} (${properties})`)
    }),
  })
  await state?.forget()
  return copied
}
