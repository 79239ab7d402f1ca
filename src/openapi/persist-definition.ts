// Persisted definitions as generated files carry them: keys, indexes, options, and what the compiler knows of them.

/** A persisted definition: the `x-persist` of a schema, resolved. */
export interface PersistSpec {
  /** Logical table name; the real one is prefixed with service and stage. */
  table: string
  /** Property that is the partition key, and the one that is the sort key if there is one. */
  key: { partition: string; sort?: string }
  indexes: { name: string; partition: string; sort?: string }[]
  /** Property that holds the time of expiry in epoch seconds. */
  ttl?: string
  /** Property that counts versions, for optimistic locking. */
  version?: string
  /** DynamoDB types of the key attributes. */
  keyTypes: Record<string, 'S' | 'N'>
  /** Properties whose schema says string although a number may be stored, or date, and so on: property → JSON type. */
  properties: Record<string, { type?: string; format?: string }>
  /** Properties that are kept as sets of DynamoDB, with the type of their members. */
  sets?: Record<string, 'S' | 'N'>
  /** Properties, or groups of them, whose values no two items share. */
  unique?: string[][]
  /** Counters beside the items, each with the number of places that its writes are spread over. */
  sharded?: Record<string, number>
  /** Properties that klue fills in: when an item was created and changed, and by whom. */
  filled?: { created?: string; updated?: string; createdBy?: string; updatedBy?: string }
  /** Whether the table tells its changes. */
  stream?: boolean
}

/** What the compiler knows of a definition besides the type of its items. */
export interface TableShape {
  /** Names of the properties of the key, partition first. */
  key: readonly string[]
  /** The same of each index. */
  indexes: Readonly<Record<string, readonly string[]>>
  /** Properties that klue fills in, so that a new item may lack them. */
  filled?: string
  /** Names of the sharded counters. */
  sharded?: string
}

/** A persisted definition with the type of its items. */
export interface PersistDefinition<Item = unknown, Shape extends TableShape = TableShape> extends PersistSpec {
  /** Name of the schema, for example `Measurement`. */
  name: string
  /** Carries the type; never set. */
  readonly types?: Item
  /** Carries the shape; never set. */
  readonly shape?: Shape
}
