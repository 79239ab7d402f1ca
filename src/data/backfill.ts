// Brings the items of a table into the form that its definition wants: index attributes, defaults, what klue fills in, and the rows of unique values.
import { isHttpError } from '../errors/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import type { Database } from '../persist/index.ts'
import { type Attributes, isDigits, digitsFault, guardStored, keyProperties, toAttributes } from '../persist/stored.ts'
import { type MigrationCounts, type PassPosition, untilTaken } from '../store/index.ts'
import { changeItems } from './change-items.ts'
import { newPosition } from './go-over.ts'
import { keptState } from './kept-state.ts'
import { maskedChange, maskedKey } from './masked.ts'
import type { Pace } from './pace.ts'
import { type Change, changedNames } from './write-change.ts'

/** A definition, with what its schema says of properties that are not there. */
export interface BackfillSpec extends PersistSpec {
  /** Property → the `default` of its schema. */
  defaults: Readonly<Record<string, unknown>>
}

export interface BackfillOptions {
  database: Database
  spec: BackfillSpec
  pace: Pace
  segments: number
  signal: AbortSignal
  dryRun: boolean
  progress(items: number): void
  /** Throws where the run may not go on. */
  check(): void
}

/** What became of the items of a table. */
export interface Backfilled {
  counts: MigrationCounts
  /** Items whose index attribute is of another type and cannot be made the right one, the first of them masked; no index shows them. */
  unfit: { count: number; first: string[] }
  /** Items that lacked rows of their unique values and have them now. */
  guarded: number
  /** Items whose unique values another item has, the first of them masked; nothing holds those values for them. */
  taken: { count: number; first: string[] }
  /** Dry run: the first changes, masked. */
  samples: string[]
}

/** Rewrites the items that lack something, each only where it is still what was read. */
export async function backfillTable(options: BackfillOptions): Promise<Backfilled> {
  const { database, spec, pace, segments, signal, dryRun, progress, check } = options
  const state = dryRun ? undefined : await keptState<Backfilled & { position: PassPosition }>(database, `backfill#${spec.table}`)
  const position = state?.earlier?.position ?? newPosition(segments)
  const done: Backfilled = { counts: state?.earlier?.counts ?? { read: 0, changed: 0, deleted: 0, again: 0 }, unfit: state?.earlier?.unfit ?? { count: 0, first: [] }, guarded: state?.earlier?.guarded ?? 0, taken: state?.earlier?.taken ?? { count: 0, first: [] }, samples: [] }
  await changeItems({
    database,
    spec,
    position,
    counts: done.counts,
    pace,
    dryRun,
    check() {
      signal.throwIfAborted()
      check()
    },
    async finished() {
      await state?.keep({ ...done, position })
      progress(done.counts.read)
    },
    async change(attributes) {
      const { change, unfit } = filledItem(spec, attributes, database.now())
      if (unfit.length > 0) {
        done.unfit.count += 1
        if (done.unfit.first.length < 20) done.unfit.first.push(`${maskedKey(spec, attributes)}: ${unfit.join(', ')}`)
      }
      return change
    },
    settled: spec.unique === undefined ? async () => undefined : (attributes) => guard(options, done, attributes),
    seen(before, change) {
      if (dryRun && done.samples.length < 3) done.samples.push(maskedChange(spec, before, change))
    },
  })
  await state?.forget()
  return done
}

async function guard({ database, spec, pace }: BackfillOptions, done: Backfilled, attributes: Attributes): Promise<void> {
  try {
    if (await untilTaken(() => guardStored({ database, spec }, attributes, pace.spend))) done.guarded += 1
  } catch (failure) {
    if (!isHttpError(failure) || failure.code !== 'UNIQUE_CONFLICT') throw failure
    done.taken.count += 1
    if (done.taken.first.length < 20) done.taken.first.push(`${maskedKey(spec, attributes)} (${String(failure.fields['property'])})`)
  }
}

/** What an item lacks, as a change; and the index attributes that are of another type than their index, and stay so. */
export function filledItem(spec: BackfillSpec, stored: Attributes, now: number): { change: Change | undefined; unfit: string[] } {
  const item: Attributes = { ...stored }
  const unfit: string[] = []
  const missing = Object.fromEntries(Object.entries(spec.defaults).filter(([name]) => item[name] === undefined))
  Object.assign(item, toAttributes(missing, spec))
  const { created, updated } = (spec as { filled?: { created?: string; updated?: string } }).filled ?? {}
  // When an item was made nobody knows any more: not later than it was changed last, nor than now.
  if (created !== undefined && item[created] === undefined) item[created] = (updated === undefined ? undefined : stored[updated]) ?? timeFor(spec, created, now)
  if (updated !== undefined && item[updated] === undefined) item[updated] = item[created ?? ''] ?? timeFor(spec, updated, now)
  for (const name of indexNames(spec)) {
    const [attribute, wanted] = [item[name], spec.keyTypes[name]]
    if (attribute === undefined || wanted === undefined || attribute[wanted] !== undefined) continue
    const fitting = wanted === 'S' ? (attribute.N === undefined ? undefined : { S: attribute.N }) : attribute.S !== undefined && isDigits(attribute.S) && digitsFault(attribute.S) === undefined ? { N: attribute.S } : undefined
    if (fitting === undefined) unfit.push(name)
    else item[name] = fitting
  }
  const isSame = changedNames(stored, item).length === 0
  if (isSame) return { change: undefined, unfit }
  if (spec.version !== undefined) item[spec.version] = { N: String(Number(stored[spec.version]?.N ?? 0) + 1) }
  return { change: { kind: 'put', attributes: item }, unfit }
}

function indexNames(spec: PersistSpec): string[] {
  const keys = new Set(keyProperties(spec))
  return [...new Set(spec.indexes.flatMap(({ partition, sort }) => (sort === undefined ? [partition] : [partition, sort])))].filter((name) => !keys.has(name))
}

function timeFor(spec: PersistSpec, property: string, now: number): Attributes[string] {
  return spec.properties[property]?.type === 'string' ? { S: new Date(now).toISOString() } : { N: String(Math.floor(now / 1000)) }
}
