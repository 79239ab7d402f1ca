// One write of one item, planned and run: its condition, what its failure means, and items whose time is over.
import { type HttpError } from '../errors/index.ts'
import * as tableErrors from '../errors/table-catalog.ts'
import { type Attributes, fromAttributes, tooLarge } from './attributes.ts'
import { type Bound, tableName } from './bound.ts'
import { failedBecause } from './database-error.ts'
import { expiryNow, isExpired } from './expiry.ts'
import { openPlaceholders, pathOf, placeholderInput, type Placeholders, valueOf } from './expression.ts'
import { keyWords } from './keys.ts'
import { openPatience } from './patience.ts'

/** What an item has to be like for a write. */
export interface Guards {
  /** A condition, made of the placeholders of the write. */
  condition?: (places: Placeholders) => string
  /** What must not have changed since something was read. */
  unchanged?: (places: Placeholders) => string
  /** The version that must be stored; 0 for none. */
  version?: number
  /** There must be no item. */
  absent?: boolean
  /** There must be an item. */
  exists?: boolean
  /** An item whose time is over must not be met. */
  alive?: boolean
}

/** A write as it is sent, alone or in a transaction. */
export interface Write {
  readonly bound: Bound
  readonly kind: 'Put' | 'Update' | 'Delete' | 'ConditionCheck'
  readonly key: Attributes
  readonly guards: Guards
  /** What the call takes besides the table: item or key, expressions and their placeholders. */
  readonly input: Record<string, unknown>
  /** Whether the error of a failed condition holds the item as it is. */
  readonly showsCurrent: boolean
  /** What a failed condition means in a transaction, where it is not the condition of the caller. */
  meaning?(stored: Attributes | undefined): HttpError | 'again' | undefined
}

/** Plans a write; `body` makes what is sent besides the key and the condition, of the same placeholders. */
export function planWrite(bound: Bound, plan: Omit<Write, 'bound' | 'input'> & { body?: (places: Placeholders) => Record<string, unknown> }): Write {
  const { body, ...rest } = plan
  const places = openPlaceholders(bound.definition)
  const sent = body?.(places) ?? {}
  const condition = guardExpression(bound, places, plan.guards)
  const input = {
    TableName: tableName(bound),
    ...(plan.kind === 'Put' ? {} : { Key: plan.key }),
    ...sent,
    ...(condition === undefined ? {} : { ConditionExpression: condition }),
    ...placeholderInput(places, [condition, sent['UpdateExpression'] as string | undefined]),
  }
  return { ...rest, bound, input }
}

/** Whether what is stored has to be seen to say why a condition failed. */
export function needsStored({ bound, guards, showsCurrent }: Write): boolean {
  return showsCurrent || guards.unchanged !== undefined || (guards.alive === true && bound.definition.ttl !== undefined) || (guards.condition !== undefined && (guards.version !== undefined || guards.exists === true))
}

/** Runs a write by itself. */
export async function runWrite(write: Write, returnValues: 'NONE' | 'ALL_OLD' | 'ALL_NEW'): Promise<Attributes | undefined> {
  const { bound, kind, input } = write
  const sees = needsStored(write) ? { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } : {}
  const patience = openPatience(bound.use, undefined)
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await bound.database.run(`${kind as 'Put'}Item`, { ...input, ...(returnValues === 'NONE' ? {} : { ReturnValues: returnValues }), ...sees } as never)
      return answer.Attributes
    } catch (failure) {
      if (failedBecause(failure, 'TransactionConflictException')) {
        if (await patience()) continue
        throw tableErrors.TRANSACTION_CONFLICT(undefined, { cause: failure })
      }
      if (!failedBecause(failure, 'ConditionalCheckFailedException')) throw refusedUpdate(write, failure)
      const stored = needsStored(write) ? await storedItem(write, failure) : undefined
      if (attempt < 5 && isInTheWay(write, stored)) await dropExpired(write)
      else throw conflictOf(write, stored, failure)
    }
  }
}

/** Whether a write failed because of an item that counts as absent: without it the write is tried again. */
export function isInTheWay({ bound: { definition, database }, guards }: Write, stored: Attributes | undefined): boolean {
  return guards.alive === true && stored !== undefined && isExpired(definition, stored, database.now())
}

/** Removes an item whose time is over; one that was written anew meanwhile stays. */
export async function dropExpired({ bound, key }: Write): Promise<void> {
  const places = openPlaceholders(bound.definition)
  const condition = `${pathOf(places, [bound.definition.ttl!])} <= ${valueOf(places, { N: String(expiryNow(bound.database.now())) })}`
  try {
    await bound.database.run('DeleteItem', { TableName: tableName(bound), Key: key, ConditionExpression: condition, ...placeholderInput(places, [condition]) })
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException')) throw failure
  }
}

/** The error of a condition that did not hold. */
export function conflictOf(write: Write, stored: Attributes | undefined, cause: unknown): HttpError {
  const { bound, guards, key, showsCurrent } = write
  const { definition, database } = bound
  const words = `with ${keyWords(definition, key)}`
  const current = stored === undefined || isExpired(definition, stored, database.now()) ? undefined : stored
  const options = { cause, ...(showsCurrent ? { fields: { current: current === undefined ? null : fromAttributes(current, definition) } } : {}) }
  if (guards.absent === true) return tableErrors.VERSION_CONFLICT(`Table ${definition.table} has an item ${words} already`, options)
  if (guards.exists === true && current === undefined && (guards.condition === undefined || needsStored(write))) return tableErrors.ITEM_NOT_FOUND(`Table ${definition.table} has no item ${words}`, options)
  const isStale = guards.version !== undefined && (guards.condition === undefined || current?.[definition.version!]?.N !== (guards.version === 0 ? undefined : String(guards.version)))
  return isStale ? tableErrors.VERSION_CONFLICT(undefined, options) : tableErrors.CONDITION_FAILED(`The item ${words} of table ${definition.table} is not as it has to be for this`, options)
}

/** The item that a condition met: told beside the failure, or read. */
export async function storedItem({ bound, key }: Write, failure: unknown): Promise<Attributes | undefined> {
  const told = (failure as { cause?: { Item?: Attributes } }).cause?.Item
  return told ?? (await bound.database.run('GetItem', { TableName: tableName(bound), Key: key, ConsistentRead: true })).Item
}

/** The error of a write that DynamoDB refuses because of what is stored. */
export function refusedUpdate({ bound: { definition }, kind, key }: Pick<Write, 'bound' | 'kind' | 'key'>, failure: unknown): unknown {
  if (kind !== 'Update' || !failedBecause(failure, 'ValidationException')) return failure
  // DynamoDB has one code for all of these, and tells them apart by its words alone.
  const words = (failure as Error).message
  if (/size/i.test(words)) return tooLarge(definition, `with ${keyWords(definition, key)} would become larger than 400 KB`, { cause: failure })
  const subject = `The item with ${keyWords(definition, key)} of table ${definition.table}`
  if (/document path/i.test(words)) return tableErrors.CONDITION_FAILED(`${subject} has no map or list where a path of the update leads into one: set the outer value first, for example with setIfAbsent`, { cause: failure })
  if (/operand|data type/i.test(words)) return tableErrors.CONDITION_FAILED(`${subject} holds a value of another type where the update adds or appends: what is added to must be a number or a set, what is appended to a list`, { cause: failure })
  return failure
}

function guardExpression(bound: Bound, places: Placeholders, { condition, unchanged, version, absent, exists, alive }: Guards): string | undefined {
  const { definition } = bound
  const parts: string[] = []
  if (version !== undefined && version > 0) parts.push(`${pathOf(places, [definition.version!])} = ${valueOf(places, { N: String(version) })}`)
  else if (absent === true) parts.push(absence(bound, places, definition.key.partition))
  // An item from before versions were counted has none, and may be taken over.
  else if (version === 0) parts.push(absence(bound, places, definition.version!))
  if (exists === true) parts.push(`attribute_exists(${pathOf(places, [definition.key.partition])})`)
  if (alive === true && definition.ttl !== undefined) {
    const ttl = pathOf(places, [definition.ttl])
    parts.push(`attribute_not_exists(${ttl}) OR ${ttl} > ${now(bound, places)}`)
  }
  for (const make of [condition, unchanged]) if (make !== undefined) parts.push(make(places))
  return parts.length < 2 ? parts[0] : parts.map((part) => `(${part})`).join(' AND ')
}

function absence(bound: Bound, places: Placeholders, property: string): string {
  const { ttl } = bound.definition
  const absent = `attribute_not_exists(${pathOf(places, [property])})`
  return ttl === undefined ? absent : `${absent} OR ${pathOf(places, [ttl])} <= ${now(bound, places)}`
}

function now({ database }: Bound, places: Placeholders): string {
  return valueOf(places, { N: String(expiryNow(database.now())) })
}
