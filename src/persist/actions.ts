// What a transaction is made of: reads and writes that say what they would do, and do nothing by themselves.
import type { TableShape } from '../openapi/index.ts'
import type { Bound } from './bound.ts'
import type { Changes } from './changes.ts'
import type { Condition } from './conditions.ts'
import type { KeyOf, NewItem } from './item-types.ts'
import type { ConditionOptions, DeleteOptions, SaveOptions, UpdateOptions } from './table-options.ts'

/** A write of a transaction; `Result` is what the transaction returns for it. */
export interface WriteAction<Result = unknown> {
  readonly kind: 'save' | 'update' | 'delete' | 'check'
  readonly bound: Bound
  readonly args: readonly unknown[]
  /** Carries the type; never set. */
  readonly result?: Result
}

/** A read of a transaction. */
export interface ReadAction<Item = unknown> {
  readonly kind: 'get'
  readonly bound: Bound
  readonly args: readonly unknown[]
  /** Carries the type; never set. */
  readonly result?: Item
}

/** What the actions of a transaction return, at their places. */
export type Results<Actions extends readonly { readonly result?: unknown }[]> = { -readonly [Place in keyof Actions]: Actions[Place] extends WriteAction<infer Result> | ReadAction<infer Result> ? Result : never }

/** Actions of a table. Nothing is sent before they are handed to a transaction. */
export interface Actions<Item, Shape extends TableShape = TableShape> {
  /** Reads an item. */
  get(key: KeyOf<Item, Shape>): ReadAction<Item | undefined>
  /** What `save` does; the transaction returns the item as stored. */
  save(item: NewItem<Item, Shape>, options?: SaveOptions<Item>): WriteAction<Item>
  /** What `update` does; a transaction returns no items that it changed. */
  update(key: KeyOf<Item, Shape>, changes: Changes<Item, Shape>, options?: Omit<UpdateOptions<Item>, 'returns'>): WriteAction<undefined>
  /** What `delete` does. */
  delete(key: KeyOf<Item, Shape>, options?: DeleteOptions<Item>): WriteAction<undefined>
  /** Changes nothing; the transaction is done only where the item meets the condition. */
  check(key: KeyOf<Item, Shape>, condition: Condition<Item>, options?: Omit<ConditionOptions<Item>, 'if'>): WriteAction<undefined>
}

/** The actions of a table. */
export function actionsOf(bound: Bound): Actions<never> {
  const action = (kind: string) => (...args: unknown[]) => ({ kind, bound, args })
  return { get: action('get'), save: action('save'), update: action('update'), delete: action('delete'), check: action('check') } as unknown as Actions<never>
}
