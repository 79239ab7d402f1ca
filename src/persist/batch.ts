// Reading, writing and deleting any number of items: in chunks, what was left undone again, each result at its place.
import { HttpError, isHttpError, messageOf } from '../errors/index.ts'
import * as tableErrors from '../errors/table-catalog.ts'
import { type Attributes, fromAttributes } from './attributes.ts'
import { type Bound, signalOf, tableName } from './bound.ts'
import type { DatabaseError } from './database-error.ts'
import { isExpired } from './expiry.ts'
import { selection } from './find.ts'
import { type ItemKey, keyIdentity, keyProperties, keyWords, toKey } from './keys.ts'
import { openPatience } from './patience.ts'
import { type PlannedSave, planSave } from './plan-save.ts'
import { deleteItem } from './save.ts'
import { runWrite } from './writes.ts'

/** How many calls are under way at the same time. */
const parallel = 4

// Of DynamoDB.
const [getChunk, writeChunk] = [100, 25]

// What DynamoDB may do another time; the SDK has tried each of them again already.
const passing = new Set(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded', 'InternalServerError', 'ServiceUnavailable', 'TimeoutError', 'TransactionConflictException'])

interface Entry {
  key: Attributes
  /** Places among what was given; several where a key was given several times. */
  places: number[]
}

interface Undone {
  entry: Entry
  failure: unknown
}

/** The items of keys, at the places of their keys; undefined where there is none. */
export async function batchGet(bound: Bound, keys: readonly ItemKey[], options: { consistent?: boolean; select?: readonly PropertyKey[]; signal?: AbortSignal }): Promise<(object | undefined)[]> {
  const { database, definition } = bound
  const select = options.select?.map(String)
  const entries = entriesOf(bound, keys.map((key) => toKey(definition, key)))
  const found = new Map<string, Attributes>()
  const read = async (chunk: Entry[]): Promise<Entry[]> => {
    const answer = await database.run('BatchGetItem', { RequestItems: { [tableName(bound)]: { Keys: chunk.map(({ key }) => key), ConsistentRead: options.consistent !== false, ...(select === undefined ? {} : selection(bound, select)) } } }, signalOf(options))
    for (const item of answer.Responses?.[tableName(bound)] ?? []) found.set(keyIdentity(definition, item), item)
    return stillOf(bound, chunk, answer.UnprocessedKeys?.[tableName(bound)]?.Keys)
  }
  await doAll(bound, entries, { size: getChunk, run: read, signal: options.signal, verb: 'read' })
  const now = database.now()
  return keys.map((key) => {
    const attributes = found.get(keyIdentity(definition, toKey(definition, key)))
    return attributes === undefined || isExpired(definition, attributes, now) ? undefined : fromAttributes(attributes, definition, select)
  })
}

/** Writes whole items and returns them as stored. Of items with the same key the last one counts. */
export async function batchPut(bound: Bound, items: readonly unknown[], options: { signal?: AbortSignal }): Promise<object[]> {
  const { definition } = bound
  // All of them before anything is sent: what cannot be stored leaves nothing half done.
  const planned = items.map((item) => planSave(bound, item, {}))
  const entries = entriesOf(bound, planned.map(({ key }) => key))
  const last = new Map(entries.map((entry) => [entry, planned[entry.places.at(-1)!]!]))
  const isGuarded = definition.version !== undefined || definition.unique !== undefined
  const write = isGuarded ? oneByOne(async (entry) => runSave(bound, last.get(entry)!)) : chunkWriter(bound, options, (entry) => ({ PutRequest: { Item: last.get(entry)!.attributes } }))
  await doAll(bound, entries, { size: isGuarded ? 1 : writeChunk, run: write, signal: options.signal, verb: 'written' })
  const stored = new Map(entries.flatMap((entry) => entry.places.map((place) => [place, last.get(entry)!.item] as const)))
  return items.map((_item, place) => stored.get(place)!)
}

/** Deletes items, and does nothing for keys that have none. */
export async function batchDelete(bound: Bound, keys: readonly ItemKey[], options: { signal?: AbortSignal }): Promise<void> {
  const { definition } = bound
  const entries = entriesOf(bound, keys.map((key) => toKey(definition, key)))
  const isGuarded = definition.unique !== undefined || definition.sharded !== undefined
  const write = isGuarded ? oneByOne(async ({ places }) => deleteItem(bound, keys[places[0]!]!, {})) : chunkWriter(bound, options, ({ key }) => ({ DeleteRequest: { Key: key } }))
  await doAll(bound, entries, { size: isGuarded ? 1 : writeChunk, run: write, signal: options.signal, verb: 'deleted' })
}

async function runSave(bound: Bound, planned: PlannedSave): Promise<void> {
  if (bound.definition.unique === undefined) await runWrite(await planned.write(), 'NONE')
  else await (await import('./guarded.ts')).saveGuarded(bound, planned)
}

function oneByOne(run: (entry: Entry) => Promise<unknown>): (chunk: Entry[]) => Promise<Entry[]> {
  return async (chunk) => {
    for (const entry of chunk) await run(entry)
    return []
  }
}

function chunkWriter(bound: Bound, options: { signal?: AbortSignal }, request: (entry: Entry) => { PutRequest: { Item: Attributes } } | { DeleteRequest: { Key: Attributes } }): (chunk: Entry[]) => Promise<Entry[]> {
  return async (chunk) => {
    const answer = await bound.database.run('BatchWriteItem', { RequestItems: { [tableName(bound)]: chunk.map(request) } }, signalOf(options))
    return stillOf(bound, chunk, answer.UnprocessedItems?.[tableName(bound)]?.map(({ PutRequest, DeleteRequest }) => (PutRequest?.Item ?? DeleteRequest?.Key)!))
  }
}

function entriesOf({ definition }: Bound, keys: readonly Attributes[]): Entry[] {
  const entries = new Map<string, Entry>()
  for (const [place, key] of keys.entries()) {
    const identity = keyIdentity(definition, key)
    const found = entries.get(identity)
    if (found === undefined) entries.set(identity, { key, places: [place] })
    else found.places.push(place)
  }
  return [...entries.values()]
}

function stillOf({ definition }: Bound, chunk: readonly Entry[], undone: readonly Attributes[] | undefined): Entry[] {
  if (undone === undefined || undone.length === 0) return []
  const left = new Set(undone.map((key) => keyIdentity(definition, key)))
  return chunk.filter(({ key }) => left.has(keyIdentity(definition, key)))
}

interface Doing {
  size: number
  /** Does a chunk and returns what DynamoDB left undone. */
  run(chunk: Entry[]): Promise<Entry[]>
  signal: AbortSignal | undefined
  verb: string
}

async function doAll(bound: Bound, entries: readonly Entry[], { size, run, signal, verb }: Doing): Promise<void> {
  let left: Entry[] = [...entries]
  const failed: Undone[] = []
  const patience = openPatience(bound.use, signal)
  let reason: unknown
  while (left.length > 0) {
    signal?.throwIfAborted()
    const round = chunksOf(left, size)
    left = []
    let at = 0
    const worker = async (): Promise<void> => {
      while (at < round.length) {
        const chunk = round[at++]!
        try {
          left.push(...(await run(chunk)))
        } catch (failure) {
          signal?.throwIfAborted()
          reason = failure
          if (passing.has((failure as Partial<DatabaseError>).reason ?? '')) left.push(...chunk)
          else failed.push(...chunk.map((entry) => ({ entry, failure })))
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(parallel, round.length) }, worker))
    if (left.length > 0 && !(await patience())) break
  }
  const undone = [...failed, ...left.map((entry): Undone => ({ entry, failure: reason }))]
  if (undone.length > 0) throw incomplete(bound, undone, { count: entries.length, verb })
}

function chunksOf(entries: readonly Entry[], size: number): Entry[][] {
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, index) => entries.slice(index * size, (index + 1) * size))
}

// An error that the caller can do something about is told as such; every other one as a batch that is not finished.
function incomplete({ definition }: Bound, undone: readonly Undone[], { count, verb }: { count: number; verb: string }): HttpError {
  const cause = undone[0]!.failure
  const failed = undone.flatMap(({ entry, failure }) => entry.places.map((index) => ({ index, key: keyOf(definition, entry.key), error: isHttpError(failure) ? failure.code : 'BATCH_INCOMPLETE' }))).sort((left, right) => left.index - right.index)
  const words = `${undone.length} of ${count} items of table ${definition.table} were not ${verb}, the first with ${keyWords(definition, undone[0]!.entry.key)}${cause === undefined ? '' : `: ${messageOf(cause)}`}`
  const options = { cause, fields: { failed } }
  return isHttpError(cause) ? new HttpError(cause, words, { ...options, fields: { ...cause.fields, failed } }) : tableErrors.BATCH_INCOMPLETE(words, { ...options, publicMessage: tableErrors.BATCH_INCOMPLETE.sentence })
}

function keyOf(definition: Bound['definition'], key: Attributes): Record<string, string> {
  return Object.fromEntries(keyProperties(definition).map((property) => [property, key[property]?.S ?? key[property]?.N ?? '']))
}
