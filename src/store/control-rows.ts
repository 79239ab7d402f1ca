// The state of switches and interrupts: a pointer in several copies, the settings it points to, and who changed what.
import { type Database, failedBecause } from '../persist/index.ts'
import { orNone } from './conditional.ts'
import { storeDefinition } from './definition.ts'

/** What the settings of a stage are at a revision. All copies of it change together. */
export interface ControlPointer {
  /** Counts every change; 0 before the first. */
  revision: number
  /** Counts every move of `live`; transient settings hold under one number alone. */
  deployment: number
  /** Epoch milliseconds: when `live` moved last; 0 before. */
  since: number
  /** Name of the item that holds the settings; empty where there are none. */
  settings: string
  /** The settings themselves, as JSON, while they are short. */
  inline?: string
  who: string
  /** Epoch milliseconds. */
  when: number
  why?: string
}

/** One change, for whoever asks later: never a value. */
export interface ControlChange {
  revision: number
  kind: 'settings' | 'interrupt' | 'deployment'
  who: string
  /** Epoch milliseconds. */
  when: number
  why?: string
  /** The operations that it was about, or `*` for the stage; the version, where `live` moved. */
  keys: readonly string[]
  /** Names of what changed, as in `transient.preempt.status`. */
  properties: readonly string[]
  /** Epoch milliseconds: when it ends by itself. */
  until?: number
}

/** How many copies of the pointer there are: an instance reads one, so that none gets all reads. */
export const pointerCopies = 8

const inlineLimit = 3072
const historyDays = 90
// Long enough for an instance that read the pointer a moment ago.
const replacedMs = 3_600_000

export const noPointer: ControlPointer = { revision: 0, deployment: 0, since: 0, settings: '', who: '', when: 0 }

/** Reads a copy of the pointer, strongly consistent; the first revision where nothing was set, or there is no table yet. */
export async function readControlPointer(database: Database, { copy = 0, signal }: { copy?: number; signal?: AbortSignal } = {}): Promise<ControlPointer> {
  const answer = await orNone(database.run('GetItem', { TableName: table(database), Key: pointerKey(copy), ConsistentRead: true }, signal === undefined ? {} : { signal }))
  return answer?.Item === undefined ? noPointer : (JSON.parse(answer.Item['pointer']!.S!) as ControlPointer)
}

/** The settings, as JSON, that a pointer points to; undefined where they were replaced so long ago that they are gone. */
export async function readControlSettings(database: Database, pointer: ControlPointer, signal?: AbortSignal): Promise<string | undefined> {
  if (pointer.settings === '' || pointer.inline !== undefined) return pointer.inline ?? '{}'
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: settingsKey(pointer.settings), ConsistentRead: true }, signal === undefined ? {} : { signal })
  return Item?.['settings']?.S
}

/** What a move of the pointer writes. */
export interface ControlMove {
  seen: ControlPointer
  /** `revision` follows that of `seen`. */
  next: Omit<ControlPointer, 'settings' | 'inline'>
  /** The settings as JSON; those of `seen` stay where it is absent. */
  settings?: string
  change: ControlChange
}

/**
 * Moves the pointer from the revision that was seen to the next one: settings first, under a name of their own and with an end, then all copies, the end taken away and the note of the change, together or not at all.
 * @returns whether it moved; false where somebody else moved it meanwhile
 */
export async function moveControlPointer(database: Database, { seen, next, settings, change }: ControlMove): Promise<boolean> {
  const name = settings === undefined ? seen.settings : `${next.revision}#${process.getBuiltinModule('node:crypto').randomUUID()}`
  const inline = settings ?? seen.inline
  const pointer: ControlPointer = { ...next, settings: name, ...(inline === undefined || Buffer.byteLength(inline) > inlineLimit ? {} : { inline }) }
  const ends = { N: String(Math.ceil((database.now() + replacedMs) / 1000)) }
  if (settings !== undefined) await database.run('PutItem', { TableName: table(database), Item: { ...settingsKey(name), settings: { S: settings }, expires: ends } })
  const items = [
    ...Array.from({ length: pointerCopies }, (_, copy) => ({ Put: {
      TableName: table(database),
      Item: { ...pointerKey(copy), revision: { N: String(next.revision) }, pointer: { S: JSON.stringify(pointer) } },
      ...(seen.revision === 0 ? { ConditionExpression: 'attribute_not_exists(pk)' } : { ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':seen': { N: String(seen.revision) } } }),
    } })),
    // Settings that somebody took away meanwhile must not become those that count.
    ...(settings === undefined ? [] : [{ Update: { TableName: table(database), Key: settingsKey(name), UpdateExpression: 'REMOVE expires', ConditionExpression: 'attribute_exists(pk)' } }]),
    ...(settings === undefined || seen.settings === '' ? [] : [{ Update: { TableName: table(database), Key: settingsKey(seen.settings), UpdateExpression: 'SET expires = :ends', ExpressionAttributeValues: { ':ends': ends } } }]),
    { Put: { TableName: table(database), Item: { ...changeKey(change), change: { S: JSON.stringify(change) }, expires: { N: String(Math.ceil(change.when / 1000) + historyDays * 86_400) } } } },
  ]
  try {
    await database.run('TransactWriteItems', { TransactItems: items })
    return true
  } catch (failure) {
    if (!isOvertaken(failure)) throw failure
    return (await readControlPointer(database)).settings === name && settings !== undefined
  }
}

// Somebody else moved it, or is about to.
function isOvertaken(failure: unknown): boolean {
  if (failedBecause(failure, 'TransactionConflictException') || failedBecause(failure, 'TransactionInProgressException')) return true
  if (!failedBecause(failure, 'TransactionCanceledException')) return false
  const codes = ((failure as { cause?: { CancellationReasons?: { Code?: string }[] } }).cause?.CancellationReasons ?? []).map(({ Code = 'None' }) => Code).filter((code) => code !== 'None')
  return codes.length > 0 && codes.every((code) => ['ConditionalCheckFailed', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'].includes(code))
}

/** Notes that `live` moved: from now on transient settings that were made before count no more. Tries until it is noted. */
export async function noteLiveMoved(database: Database, { version, who }: { version: string; who: string }): Promise<ControlPointer> {
  for (let attempt = 1; ; attempt += 1) {
    const seen = await readControlPointer(database)
    const when = database.now()
    const next = { revision: seen.revision + 1, deployment: seen.deployment + 1, since: when, who, when }
    if (await moveControlPointer(database, { seen, next, change: { revision: next.revision, kind: 'deployment', who, when, keys: [version], properties: [] } })) return { ...next, settings: seen.settings }
    if (attempt === mostAttempts) throw new Error('The settings of the stage change so often that the deployment could not be noted among them')
    await pauseBeforeMove(attempt)
  }
}

/** How often a move is tried while others move the pointer. */
export const mostAttempts = 12

/** Waits before a move is tried again: those who met once would meet again. */
export async function pauseBeforeMove(attempt: number): Promise<void> {
  await process.getBuiltinModule('node:timers/promises').setTimeout(Math.min(1000, 10 * 2 ** attempt) * (0.5 + Math.random() / 2))
}

/** Changes between two times (epoch milliseconds), the newest first; they are kept for 90 days. */
export async function listControlChanges(database: Database, { from, to, limit }: { from: number; to: number; limit: number }): Promise<ControlChange[]> {
  const answer = await orNone(database.run('Query', {
    TableName: table(database),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': { S: 'control-change' }, ':from': { S: new Date(from).toISOString() }, ':to': { S: `${new Date(to).toISOString()}~` } },
    ScanIndexForward: false,
    ConsistentRead: true,
    Limit: limit,
  }))
  return (answer?.Items ?? []).map((item) => JSON.parse(item['change']!.S!) as ControlChange)
}

function pointerKey(copy: number): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `control#${copy}` }, sk: { S: 'pointer' } }
}

function settingsKey(name: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: 'control-settings' }, sk: { S: name } }
}

function changeKey({ when, revision }: ControlChange): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: 'control-change' }, sk: { S: `${new Date(when).toISOString()}#${String(revision).padStart(12, '0')}` } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
