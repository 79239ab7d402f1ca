// What can be done with the items of a definition: the calls of a table, and their options.
import type { PersistDefinition, TableShape } from '../openapi/index.ts'
import type { Actions } from './actions.ts'
import type { Changes } from './changes.ts'
import type { CounterOf, KeyOf, NewItem, Selected } from './item-types.ts'
import type { CountOptions } from './count.ts'
import type { Page } from './listing.ts'
import type { QueryOptions } from './query.ts'
import type { ScanOptions } from './scan.ts'
import type { Counter } from './sharded.ts'
import type { DeleteOptions, ReadOptions, Returned, SaveOptions, UpdateOptions } from './table-options.ts'

/** The items of a definition. An item whose `ttl` property (seconds since 1970) is past counts as absent. */
export interface Table<Item, Shape extends TableShape = TableShape> {
  readonly definition: PersistDefinition<Item, Shape>
  /** The item; throws 404 ITEM_NOT_FOUND where there is none. */
  load<Name extends keyof Item = never>(key: KeyOf<Item, Shape>, options?: ReadOptions<Name>): Promise<Selected<Item, Name>>
  /** The item, or undefined where there is none. */
  find<Name extends keyof Item = never>(key: KeyOf<Item, Shape>, options?: ReadOptions<Name>): Promise<Selected<Item, Name> | undefined>
  /** Whether there is an item. */
  exists(key: KeyOf<Item, Shape>, options?: { consistent?: boolean; signal?: AbortSignal }): Promise<boolean>
  /**
   * Writes the whole item and returns it as saved.
   * Where the definition counts versions, the item's own version must be the stored one (none: no item yet), and goes up by one.
   * Throws 409 VERSION_CONFLICT or CONDITION_FAILED where a condition does not hold; TypeError or RangeError for values that cannot be stored.
   */
  save(item: NewItem<Item, Shape>, options?: SaveOptions<Item>): Promise<Item>
  /**
   * Changes parts of an item in one write and returns the item. The version goes up by one.
   * Throws 409 CONDITION_FAILED or VERSION_CONFLICT where a condition does not hold, 404 ITEM_NOT_FOUND with `ifExists`.
   */
  update<const Options extends UpdateOptions<Item> = {}>(key: KeyOf<Item, Shape>, changes: Changes<Item, Shape>, options?: Options): Promise<Returned<Item, Options>>
  /** Deletes an item and says whether there was one. Throws 409 VERSION_CONFLICT or CONDITION_FAILED where a condition does not hold. */
  delete(key: KeyOf<Item, Shape>, options?: DeleteOptions<Item>): Promise<boolean>
  /** One page of a partition, or of several merged by sort key. */
  query<Name extends keyof Item = never>(options: QueryOptions<Item, Shape, Name>): Promise<Page<Selected<Item, Name>>>
  /** One page of the whole table or of an index, in no order. */
  scan<Name extends keyof Item = never>(options?: ScanOptions<Item, Shape, Name>): Promise<Page<Selected<Item, Name>>>
  /** How many items a partition has, or the table; reads them all, up to `limit`. */
  count(options?: CountOptions<Item, Shape>): Promise<number>
  /** Any number of items. Throws 503 BATCH_INCOMPLETE where some are left undone when the time is over, with each of them. */
  readonly batch: Batch<Item, Shape>
  /** Actions for `context.transact` and `context.transactGet`. */
  readonly action: Actions<Item, Shape>
  /** A counter of an item that `sharded` of the definition names. */
  counter(key: KeyOf<Item, Shape>, name: CounterOf<Shape>): Counter
}

/** Calls for any number of items, in as many calls of DynamoDB as that takes. They are not one transaction. */
export interface Batch<Item, Shape extends TableShape = TableShape> {
  /** The items at the places of their keys; undefined where there is none. */
  get<Name extends keyof Item = never>(keys: readonly KeyOf<Item, Shape>[], options?: ReadOptions<Name>): Promise<(Selected<Item, Name> | undefined)[]>
  /** Saves items and returns them as stored. Of items with the same key the last one counts. With `version` or `unique` each is saved by itself. */
  put(items: readonly NewItem<Item, Shape>[], options?: { signal?: AbortSignal }): Promise<Item[]>
  /** Deletes items, whether they are there or not. */
  delete(keys: readonly KeyOf<Item, Shape>[], options?: { signal?: AbortSignal }): Promise<void>
}
