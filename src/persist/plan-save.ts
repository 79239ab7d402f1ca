// What saving and deleting an item would write, with its conditions.
import type { PersistDefinition } from '../openapi/index.ts'
import { type Attributes, checkItem, fromAttributes, toAttributes } from './attributes.ts'
import type { Bound } from './bound.ts'
import { filledValues, withFilled } from './filled.ts'
import { type ItemKey, keyProperties, toKey } from './keys.ts'
import type { DeleteOptions, SaveOptions } from './table-options.ts'
import { type Guards, planWrite, type Write } from './writes.ts'

/** What a save writes, and the item as it will be. Everything that can be wrong with the item is told before anything is sent. */
export interface PlannedSave {
  key: Attributes
  attributes: Attributes
  item: Record<string, unknown>
  /** Plans the write; the condition may have to be loaded. */
  write(more?: Guards): Promise<Write>
}

/** Plans a save in the turn in which the item is handed over. */
export function planSave(bound: Bound, given: unknown, options: SaveOptions<unknown>): PlannedSave {
  const { definition, database, use } = bound
  checkItem(given, definition.table)
  if (options.if !== undefined && options.ifAbsent === true) throw new TypeError(`A save in table ${definition.table} has either "if" or "ifAbsent": where there must be no item it can have no properties`)
  const version = expectedVersion(definition, given, options)
  const filled = withFilled(definition, given, filledValues(definition, use, database.now()))
  const attributes = toAttributes(version === undefined ? filled : { ...filled, [definition.version!]: version + 1 }, definition)
  const key = toKey(definition, Object.fromEntries(keyProperties(definition).map((property) => [property, given[property]])) as ItemKey)
  // Read back before writing: a number that could not be read again must not be written.
  const item = fromAttributes(attributes, definition)
  const guards: Guards = { ...(version === undefined ? {} : { version }), ...(options.ifAbsent === true ? { absent: true } : {}) }
  const whole = { ...attributes, ...key }
  return {
    key,
    attributes: whole,
    item,
    write: async (more = {}) => planWrite(bound, { kind: 'Put', key, guards: { ...guards, ...(await conditionGuards(options)), ...more }, showsCurrent: options.currentOnConflict === true, body: () => ({ Item: whole }) }),
  }
}

export async function planDelete(bound: Bound, key: ItemKey, { options, more = {} }: { options: DeleteOptions<unknown>; more?: Guards }): Promise<Write> {
  const { definition } = bound
  const attributes = toKey(definition, key)
  if (options.ifVersion !== undefined) needVersion(definition, 'ifVersion')
  const guards: Guards = { ...(options.ifVersion === undefined ? {} : { version: options.ifVersion }), ...(await conditionGuards(options)), ...more }
  return planWrite(bound, { kind: 'Delete', key: attributes, guards, showsCurrent: options.currentOnConflict === true })
}

async function conditionGuards({ if: condition }: { if?: object }): Promise<Guards> {
  if (condition === undefined) return {}
  const { toExpression } = await import('./conditions.ts')
  return { alive: true, condition: (places) => toExpression(places, condition) }
}

/** @throws TypeError where the definition counts no versions */
export function needVersion(definition: PersistDefinition, option: string): void {
  if (definition.version === undefined) throw new TypeError(`${option} needs a version property in the x-persist of table ${definition.table}`)
}

/** The version that must be stored: a number, 0 for none yet, undefined where versions are not counted. */
function expectedVersion(definition: PersistDefinition, item: Record<string, unknown>, options: SaveOptions<unknown>): number | undefined {
  if (definition.version === undefined) {
    if (options.ifVersion !== undefined) needVersion(definition, 'ifVersion')
    return undefined
  }
  const version = options.ifAbsent === true ? 0 : (options.ifVersion ?? item[definition.version] ?? 0)
  if (Number.isSafeInteger(version) && (version as number) >= 0) return version as number
  throw new TypeError(`${definition.table}.${definition.version} counts versions and must be a whole number, not ${JSON.stringify(version)}`)
}
