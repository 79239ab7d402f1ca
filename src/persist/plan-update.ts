// What an update would write, with its conditions.
import type { Bound } from './bound.ts'
import { type AnyChanges, listChanges, toUpdateExpression } from './changes.ts'
import { toExpression } from './conditions.ts'
import { filledValues } from './filled.ts'
import { type ItemKey, toKey } from './keys.ts'
import { needVersion } from './plan-save.ts'
import type { UpdateOptions } from './table-options.ts'
import { type Guards, planWrite, type Write } from './writes.ts'

export function planUpdate(bound: Bound, key: ItemKey, { changes, options, more = {} }: { changes: AnyChanges; options: UpdateOptions<unknown>; more?: Guards }): Write {
  const { definition, database, use } = bound
  const attributes = toKey(definition, key)
  if (options.ifVersion !== undefined) needVersion(definition, 'ifVersion')
  const listed = listChanges(definition, changes)
  if (listed.length === 0) throw new TypeError(`An update of table ${definition.table} changes nothing: give set, setIfAbsent, add, append or remove`)
  const filled = filledValues(definition, use, database.now())
  const { if: condition } = options
  const guards: Guards = {
    alive: true,
    ...(options.ifVersion === undefined ? {} : { version: options.ifVersion }),
    ...(options.ifExists === true ? { exists: true } : {}),
    ...(condition === undefined ? {} : { condition: (places) => toExpression(places, condition) }),
    ...more,
  }
  return planWrite(bound, { kind: 'Update', key: attributes, guards, showsCurrent: options.currentOnConflict === true, body: (places) => ({ UpdateExpression: toUpdateExpression(places, listed, filled) }) })
}
