// Several reads or writes of any tables, all of them or none.
import { HttpError, isHttpError } from '../errors/index.ts'
import * as tableErrors from '../errors/table-catalog.ts'
import { type Attributes, fromAttributes } from './attributes.ts'
import { type Bound, signalOf, tableName } from './bound.ts'
import type { Database } from './database.ts'
import { failedBecause } from './database-error.ts'
import { isExpired } from './expiry.ts'
import { type ItemKey, keyIdentity, keyWords, toKey } from './keys.ts'
import { openPatience } from './patience.ts'
import type { TableUse } from './table-use.ts'
import { conflictOf, dropExpired, isInTheWay, needsStored, refusedUpdate, type Write } from './writes.ts'

// Of DynamoDB.
const maxActions = 100

/** What one action writes, and what the transaction returns for it. */
export interface PlannedAction {
  writes: Write[]
  result?: unknown
}

export interface TransactOptions {
  /** 1 to 36 signs: within ten minutes a transaction with the same token and the same actions is not done twice. */
  idempotencyToken?: string
  signal?: AbortSignal
}

interface Transaction extends TransactOptions {
  database: Database
  use: TableUse
}

/** Reads items as they are at one moment; undefined where there is none. */
export async function readTogether(reads: readonly { bound: Bound; key: ItemKey }[], options: { signal?: AbortSignal }): Promise<(object | undefined)[]> {
  if (reads.length === 0) return []
  if (reads.length > maxActions) throw tooMany(reads.length, 'reads')
  const { database, use } = reads[0]!.bound
  const patience = openPatience(use, options.signal)
  const items = reads.map(({ bound, key }) => ({ Get: { TableName: tableName(bound), Key: toKey(bound.definition, key) } }))
  for (;;) {
    try {
      const { Responses = [] } = await database.run('TransactGetItems', { TransactItems: items }, signalOf(options))
      return reads.map(({ bound: { definition } }, index) => {
        const item = Responses[index]?.Item
        return item === undefined || isExpired(definition, item, database.now()) ? undefined : fromAttributes(item, definition)
      })
    } catch (failure) {
      if (!isPassing(failure)) throw failure
      if (!(await patience())) throw tableErrors.TRANSACTION_CONFLICT(undefined, { cause: failure })
    }
  }
}

/** Plans and writes; planned anew where what was read for the plan has changed meanwhile. */
export async function writeTogether(plan: () => Promise<PlannedAction[]>, transaction: Transaction): Promise<unknown[]> {
  const { database, use, idempotencyToken: token, signal } = transaction
  if (token !== undefined && (typeof token !== 'string' || token.length < 1 || token.length > 36)) throw new RangeError('The idempotencyToken of a transaction must be a text of 1 to 36 signs')
  const patience = openPatience(use, signal)
  for (;;) {
    const planned = await plan()
    const writes = planned.flatMap((action, index) => action.writes.map((write) => ({ write, index })))
    checkWrites(writes)
    if (writes.length === 0) return planned.map(({ result }) => result)
    const items = writes.map(({ write }) => ({ [write.kind]: { ...write.input, ...(needsStored(write) || write.meaning !== undefined ? { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } : {}) } }))
    try {
      await database.run('TransactWriteItems', { TransactItems: items as never, ...(token === undefined ? {} : { ClientRequestToken: token }) }, signalOf(transaction))
      return planned.map(({ result }) => result)
    } catch (failure) {
      if (failedBecause(failure, 'IdempotentParameterMismatchException')) throw tableErrors.TRANSACTION_CONFLICT('The idempotencyToken belongs to a transaction that was done before, with other actions or values that were filled in at another time', { cause: failure })
      const error = isPassing(failure) ? undefined : await meaningOf(writes, failure)
      if (error !== undefined) throw error
      if (!(await patience())) throw tableErrors.TRANSACTION_CONFLICT(undefined, { cause: failure })
    }
  }
}

interface Numbered {
  write: Write
  /** Place of the action among those that were given. */
  index: number
}

function checkWrites(writes: readonly Numbered[]): void {
  if (writes.length > maxActions) throw tooMany(writes.length, 'writes, those that guard unique values included')
  const [seen, seenAt] = [new Map<string, number>(), new Map<string, number>()]
  for (const [place, { write, index }] of writes.entries()) {
    const identity = `${tableName(write.bound)} ${keyIdentity(write.bound.definition, write.key)}`
    const other = seen.get(identity)
    // Two items of one transaction want a value, or one leaves it to the other: the row of a value changes once.
    const conflict = other === undefined ? undefined : (write.meaning?.(undefined) ?? writes[seenAt.get(identity)!]!.write.meaning?.(undefined))
    if (other !== undefined && isHttpError(conflict)) throw ofAction(conflict, index)
    if (other !== undefined) throw new TypeError(`Actions ${other} and ${index} of a transaction are about the same item, ${keyWords(write.bound.definition, write.key)} of table ${write.bound.definition.table}, and DynamoDB takes one for each: make one action of them`)
    seen.set(identity, index)
    seenAt.set(identity, place)
  }
}

function tooMany(count: number, what: string): RangeError {
  return new RangeError(`A transaction takes at most ${maxActions} ${what}, not ${count}: make several transactions of it`)
}

// Nothing was done, and nothing stands in the way of doing it a moment later.
function isPassing(failure: unknown): boolean {
  if (failedBecause(failure, 'TransactionInProgressException') || failedBecause(failure, 'TransactionConflictException')) return true
  const told = reasonsOf(failure).map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None')
  return told.length > 0 && told.every((code) => code === 'TransactionConflict' || code === 'ThrottlingError' || code === 'ProvisionedThroughputExceeded')
}

interface Reason {
  Code?: string
  Message?: string
  Item?: Attributes
}

function reasonsOf(failure: unknown): Reason[] {
  return failedBecause(failure, 'TransactionCanceledException') ? ((failure as { cause?: { CancellationReasons?: Reason[] } }).cause?.CancellationReasons ?? []) : []
}

/** The error of a transaction, with the action that failed; undefined where it is worth another plan. */
async function meaningOf(writes: readonly Numbered[], failure: unknown): Promise<unknown> {
  const failed = reasonsOf(failure).flatMap((reason, place) => (reason.Code === undefined || reason.Code === 'None' || writes[place] === undefined ? [] : [{ reason, ...writes[place] }]))
  if (failed.length === 0) return failure
  let isWorthAnother = false
  for (const { reason, write, index } of failed) {
    if (reason.Code !== 'ConditionalCheckFailed') continue
    const meaning = write.meaning?.(reason.Item)
    if (meaning === 'again') isWorthAnother = true
    else if (meaning !== undefined) return ofAction(meaning, index)
    else if (!isInTheWay(write, reason.Item)) return ofAction(conflictOf(write, reason.Item, failure), index)
    else {
      await dropExpired(write)
      isWorthAnother = true
    }
  }
  if (isWorthAnother || failed.every(({ reason }) => reason.Code === 'TransactionConflict' || reason.Code === 'ConditionalCheckFailed')) return undefined
  const { reason, write, index } = failed.find((one) => one.reason.Code !== 'ConditionalCheckFailed')!
  const refused = refusedUpdate(write, Object.assign(new Error(`DynamoDB refused action ${index} of a transaction, on table ${write.bound.definition.table}: ${reason.Code}: ${reason.Message ?? ''}`, { cause: failure }), { reason: 'ValidationException' }))
  return refused instanceof HttpError ? ofAction(refused, index) : refused
}

function ofAction(error: HttpError, action: number): HttpError {
  return Object.assign(error, { fields: { ...error.fields, action } })
}
