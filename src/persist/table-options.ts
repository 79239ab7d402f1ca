// Options of the calls of a table.
import type { Condition } from './conditions.ts'

export interface ReadOptions<Name extends PropertyKey = never> {
  /** Sees every finished write, for twice the cost; true by default. */
  consistent?: boolean
  /** Reads these properties alone. */
  select?: readonly Name[]
  signal?: AbortSignal
}

/** What an item has to be like for a write. */
export interface ConditionOptions<Item> {
  /** Writes only where the item is so; without an item no condition holds but those of absence. */
  if?: Condition<Item>
  /** The 409 holds the item as it is, as `current`, for whoever is answered with it. */
  currentOnConflict?: boolean
}

export interface SaveOptions<Item> extends ConditionOptions<Item> {
  /** Saves only over this version; 0 means that there must be no item yet. Needs `version` in the definition. */
  ifVersion?: number
  /** Saves only where there is no item with this key. */
  ifAbsent?: boolean
}

export interface DeleteOptions<Item> extends ConditionOptions<Item> {
  /** Deletes only this version. */
  ifVersion?: number
}

export interface UpdateOptions<Item> extends ConditionOptions<Item> {
  /** Changes only this version. */
  ifVersion?: number
  /** Changes only an item that is there; without it a missing one comes into being with the key and what is set. */
  ifExists?: boolean
  /** The item afterwards, before (undefined where there was none), or nothing; `new` by default. All cost the same. */
  returns?: 'new' | 'old' | 'none'
}

/** What an update returns. */
export type Returned<Item, Options> = Options extends { returns: 'none' } ? undefined : Options extends { returns: 'old' } ? Item | undefined : Item
