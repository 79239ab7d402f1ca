// One persisted definition: load, find, save, delete, query.
import { catalog } from '../errors/index.ts'
import type { PersistDefinition } from '../openapi/index.ts'
import { type Attributes, checkItem, fromAttributes, toAttributes } from './attributes.ts'
import { type Database, failedBecause } from './database.ts'
import { expiryNow, isExpired } from './expiry.ts'
import { type ItemKey, keyProperties, keyWords, toKey } from './keys.ts'
import { type Page, type QueryOptions, queryTable } from './query.ts'

export interface ReadOptions {
  /** Sees every finished write; true by default. */
  consistent?: boolean
  signal?: AbortSignal
}

export interface SaveOptions {
  /** Saves only over this version; 0 means that there must be no item yet. Needs `version` in the definition. */
  ifVersion?: number
  /** Saves only where there is no item with this key. */
  ifAbsent?: boolean
}

/** The items of a definition. An item whose `ttl` property (seconds since 1970) is past counts as absent. */
export interface Table<Item> {
  readonly definition: PersistDefinition<Item>
  /** The item; throws 404 ITEM_NOT_FOUND where there is none. */
  load(key: ItemKey, options?: ReadOptions): Promise<Item>
  /** The item, or undefined where there is none. */
  find(key: ItemKey, options?: ReadOptions): Promise<Item | undefined>
  /**
   * Writes the whole item and returns it as saved.
   * Where the definition counts versions, the item's own version must be the stored one (none: no item yet), and goes up by one.
   * Throws 409 VERSION_CONFLICT where the condition does not hold; TypeError or RangeError for values that cannot be stored.
   */
  save(item: Item, options?: SaveOptions): Promise<Item>
  /** Deletes an item and says whether there was one. Throws 409 VERSION_CONFLICT where `ifVersion` does not hold. */
  delete(key: ItemKey, options?: { ifVersion?: number }): Promise<boolean>
  /** One page of a partition. */
  query(options: QueryOptions<Item>): Promise<Page<Item>>
}

/** Binds a definition to a database; touches neither the network nor the SDK. */
export function openTable<Item>(database: Database, definition: PersistDefinition<Item>): Table<Item> {
  const find = async (key: ItemKey, options: ReadOptions = {}): Promise<Item | undefined> => findItem({ database, definition }, toKey(definition, key), options)
  return {
    definition,
    find,
    async load(key, options) {
      const item = await find(key, options)
      if (item === undefined) throw catalog.ITEM_NOT_FOUND(`Table ${definition.table} has no item with ${keyWords(definition, toKey(definition, key))}`)
      return item
    },
    save: (item, options = {}) => saveItem({ database, definition }, item, options),
    delete: async (key, options = {}) => deleteItem({ database, definition }, toKey(definition, key), options),
    query: async (options) => queryTable(database, definition, options),
  }
}

interface Bound<Item> {
  database: Database
  definition: PersistDefinition<Item>
}

interface Condition {
  expression: string
  names: Record<string, string>
  values: Attributes
}

async function findItem<Item>({ database, definition }: Bound<Item>, key: Attributes, options: ReadOptions): Promise<Item | undefined> {
  const answer = await database.run('GetItem', { TableName: tableName(database, definition), Key: key, ConsistentRead: options.consistent !== false }, options.signal === undefined ? {} : { signal: options.signal })
  if (answer.Item === undefined || isExpired(definition, answer.Item, database.now())) return undefined
  return fromAttributes(answer.Item, definition) as Item
}

async function saveItem<Item>(bound: Bound<Item>, item: Item, options: SaveOptions): Promise<Item> {
  const { database, definition } = bound
  const given: unknown = item
  checkItem(given, definition.table)
  const expected = expectedVersion(definition, given, options)
  const saved = definition.version === undefined ? given : { ...given, [definition.version]: (expected ?? 0) + 1 }
  const attributes = toAttributes(saved, definition)
  const key = toKey(definition, Object.fromEntries(keyProperties(definition).map((property) => [property, given[property]])) as ItemKey)
  // Read back before writing: a number that could not be read again must not be written.
  const result = fromAttributes(attributes, definition) as Item
  const condition = saveCondition(bound, options.ifAbsent === true, expected)
  try {
    await database.run('PutItem', { TableName: tableName(database, definition), Item: { ...attributes, ...key }, ...conditionInput(condition) })
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException')) throw failure
    throw catalog.VERSION_CONFLICT(options.ifAbsent === true ? `Table ${definition.table} has an item with ${keyWords(definition, key)} already` : undefined, { cause: failure })
  }
  return result
}

/** The version that must be stored: a number, 0 for none yet, undefined where versions are not counted. */
function expectedVersion(definition: PersistDefinition, item: Record<string, unknown>, options: SaveOptions): number | undefined {
  if (definition.version === undefined) {
    if (options.ifVersion !== undefined) throw new TypeError(`ifVersion needs a version property in the x-persist of table ${definition.table}`)
    return undefined
  }
  const version = options.ifAbsent === true ? 0 : (options.ifVersion ?? item[definition.version] ?? 0)
  if (Number.isSafeInteger(version) && (version as number) >= 0) return version as number
  throw new TypeError(`${definition.table}.${definition.version} counts versions and must be a whole number, not ${JSON.stringify(version)}`)
}

function saveCondition<Item>(bound: Bound<Item>, ifAbsent: boolean, expected: number | undefined): Condition | undefined {
  const { definition } = bound
  if (expected !== undefined && expected > 0) return versionCondition(definition.version!, expected)
  if (ifAbsent) return absentCondition(bound, definition.key.partition)
  // An item from before versions were counted has none, and may be taken over.
  return expected === 0 ? absentCondition(bound, definition.version!) : undefined
}

function versionCondition(property: string, version: number): Condition {
  return { expression: '#version = :version', names: { '#version': property }, values: { ':version': { N: String(version) } } }
}

function absentCondition<Item>({ database, definition }: Bound<Item>, property: string): Condition {
  if (definition.ttl === undefined) return { expression: 'attribute_not_exists(#property)', names: { '#property': property }, values: {} }
  return {
    expression: 'attribute_not_exists(#property) OR #ttl <= :now',
    names: { '#property': property, '#ttl': definition.ttl },
    values: { ':now': { N: String(expiryNow(database.now())) } },
  }
}

async function deleteItem<Item>({ database, definition }: Bound<Item>, key: Attributes, options: { ifVersion?: number }): Promise<boolean> {
  if (options.ifVersion !== undefined && definition.version === undefined) throw new TypeError(`ifVersion needs a version property in the x-persist of table ${definition.table}`)
  const condition = options.ifVersion === undefined ? undefined : versionCondition(definition.version!, options.ifVersion)
  try {
    const answer = await database.run('DeleteItem', { TableName: tableName(database, definition), Key: key, ReturnValues: 'ALL_OLD', ...conditionInput(condition) })
    return answer.Attributes !== undefined && !isExpired(definition, answer.Attributes, database.now())
  } catch (failure) {
    if (!failedBecause(failure, 'ConditionalCheckFailedException')) throw failure
    throw catalog.VERSION_CONFLICT(undefined, { cause: failure })
  }
}

function conditionInput(condition: Condition | undefined): { ConditionExpression?: string; ExpressionAttributeNames?: Record<string, string>; ExpressionAttributeValues?: Attributes } {
  if (condition === undefined) return {}
  const { expression, names, values } = condition
  return { ConditionExpression: expression, ExpressionAttributeNames: names, ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }) }
}

function tableName(database: Database, definition: PersistDefinition): string {
  return `${database.prefix}${definition.table}`
}
