// Actions become one transaction: each is planned as the call of the same name, and all are sent together.
import { toExpression } from './conditions.ts'
import type { ReadAction, WriteAction } from './actions.ts'
import type { AnyChanges } from './changes.ts'
import { guardedDelete, guardedSave, guardedUpdate, touchesGuards } from './guarded.ts'
import { type ItemKey, toKey } from './keys.ts'
import { planDelete, planSave } from './plan-save.ts'
import { planUpdate } from './plan-update.ts'
import type { DeleteOptions, SaveOptions, UpdateOptions } from './table-options.ts'
import { type PlannedAction, readTogether, type TransactOptions, writeTogether } from './transact.ts'
import { planWrite } from './writes.ts'

/** Does all writes or none. Returns the items that were saved, at the places of their actions. */
export async function transactWrite(actions: readonly WriteAction[], options: TransactOptions): Promise<unknown[]> {
  if (actions.length === 0) return []
  const plans = actions.map(plannerOf)
  const { database, use } = actions[0]!.bound
  if (actions.some(({ bound }) => bound.database !== database)) throw new TypeError('The actions of a transaction must be of tables of one database')
  return await writeTogether(() => Promise.all(plans.map((plan) => plan())), { database, use, ...options })
}

/** Reads all items as they are at one moment. */
export async function transactGet(actions: readonly ReadAction[], options: { signal?: AbortSignal }): Promise<unknown[]> {
  const wrong = actions.find(({ kind }) => kind !== 'get')
  if (wrong !== undefined) throw new TypeError(`transactGet takes actions made by action.get, not by action.${String(wrong.kind)}`)
  return await readTogether(actions.map(({ bound, args }) => ({ bound, key: args[0] as ItemKey })), options)
}

// Everything that can be wrong is told before anything is read or sent.
function plannerOf({ kind, bound, args }: WriteAction): () => Promise<PlannedAction> {
  const { definition } = bound
  if (kind === 'save') {
    const planned = planSave(bound, args[0], (args[1] ?? {}) as SaveOptions<unknown>)
    return definition.unique === undefined ? async () => ({ writes: [await planned.write()], result: planned.item }) : guardedSave(bound, planned)
  }
  const key = args[0] as ItemKey
  toKey(definition, key)
  if (kind === 'update') {
    const update = { changes: args[1] as AnyChanges, options: (args[2] ?? {}) as UpdateOptions<unknown> }
    return definition.unique !== undefined && touchesGuards(definition, update.changes) ? guardedUpdate(bound, key, update) : async () => ({ writes: [planUpdate(bound, key, update)] })
  }
  if (kind === 'delete') {
    const options = (args[1] ?? {}) as DeleteOptions<unknown>
    return definition.unique === undefined && definition.sharded === undefined ? async () => ({ writes: [await planDelete(bound, key, { options })] }) : guardedDelete(bound, key, { options })
  }
  if (kind !== 'check') throw new TypeError(`transact takes actions made by action.save, action.update, action.delete and action.check, not by action.${String(kind)}`)
  const condition = args[1] as object
  const write = planWrite(bound, { kind: 'ConditionCheck', key: toKey(definition, key), guards: { alive: true, condition: (places) => toExpression(places, condition) }, showsCurrent: (args[2] as { currentOnConflict?: boolean } | undefined)?.currentOnConflict === true })
  return async () => ({ writes: [write] })
}
