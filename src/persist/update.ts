// Changing parts of an item in one write, without reading it first.
import { fromAttributes } from './attributes.ts'
import type { Bound } from './bound.ts'
import type { AnyChanges } from './changes.ts'
import { isExpired } from './expiry.ts'
import type { ItemKey } from './keys.ts'
import { planUpdate } from './plan-update.ts'
import type { UpdateOptions } from './table-options.ts'
import { runWrite } from './writes.ts'

/** Makes the changes and returns the item as it is afterwards, or as `returns` says. */
export async function updateItem(bound: Bound, key: ItemKey, { changes, options }: { changes: AnyChanges; options: UpdateOptions<unknown> }): Promise<unknown> {
  const { definition, database } = bound
  const { returns = 'new' } = options
  if (definition.unique !== undefined) {
    const { touchesGuards, updateGuarded } = await import('./guarded.ts')
    if (touchesGuards(definition, changes)) return await updateGuarded(bound, key, { changes, options })
  }
  const attributes = await runWrite(planUpdate(bound, key, { changes, options }), ({ new: 'ALL_NEW', old: 'ALL_OLD', none: 'NONE' } as const)[returns])
  if (attributes === undefined || returns === 'none' || (returns === 'old' && isExpired(definition, attributes, database.now()))) return undefined
  try {
    return fromAttributes(attributes, definition)
  } catch (failure) {
    throw new RangeError(`The update was made, but its item cannot be read: ${(failure as Error).message}`, { cause: failure })
  }
}
