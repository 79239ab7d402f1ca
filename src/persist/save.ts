// Saving and deleting whole items.
import type { Bound } from './bound.ts'
import { isExpired } from './expiry.ts'
import type { ItemKey } from './keys.ts'
import { planDelete, planSave } from './plan-save.ts'
import type { DeleteOptions, SaveOptions } from './table-options.ts'
import { runWrite } from './writes.ts'

export async function saveItem(bound: Bound, item: unknown, options: SaveOptions<unknown>): Promise<unknown> {
  const planned = planSave(bound, item, options)
  if (bound.definition.unique !== undefined) return await (await import('./guarded.ts')).saveGuarded(bound, planned)
  await runWrite(await planned.write(), 'NONE')
  return planned.item
}

export async function deleteItem(bound: Bound, key: ItemKey, options: DeleteOptions<unknown>): Promise<boolean> {
  const { definition, database } = bound
  if (definition.unique !== undefined || definition.sharded !== undefined) return await (await import('./guarded.ts')).deleteGuarded(bound, key, options)
  const old = await runWrite(await planDelete(bound, key, { options }), 'ALL_OLD')
  return old !== undefined && !isExpired(definition, old, database.now())
}
