// Changes as data: `{ set, add, remove, append, setIfAbsent }` becomes an update expression of DynamoDB.
import type { PersistSpec, TableShape } from '../openapi/index.ts'
import { toSet } from './attributes.ts'
import { attributeFor, type Placeholders, pathOf, valueOf } from './expression.ts'
import type { FilledOf, Path, ValueAt } from './item-types.ts'
import { digitsFault, isDigits } from './numbers.ts'
import { overlapping, parsePath, pathText, type Steps } from './paths.ts'

// Properties of the key are what an item is found by, and klue counts versions itself.
type Changeable<Item, Shape extends TableShape> = string extends Shape['key'][number] ? Path<Item> : Exclude<Path<Item>, Shape['key'][number]>

type Amount<Value> = [Value] extends [number] ? number | bigint : [Value] extends [string] ? bigint : Value extends readonly (infer Member)[] ? readonly Member[] : never

/** What an update changes; all of it or nothing. */
export interface Changes<Item, Shape extends TableShape = TableShape> {
  /** Values that replace what is there. */
  set?: { [Way in Changeable<Item, Shape>]?: ValueAt<Item, Way> | null }
  /** Values for what is not there. */
  setIfAbsent?: { [Way in Changeable<Item, Shape>]?: ValueAt<Item, Way> }
  /** Amounts that are added to numbers (a number that is not there is 0), and members that are added to sets. */
  add?: { [Way in Changeable<Item, Shape>]?: Amount<ValueAt<Item, Way>> }
  /** Paths that are removed; or by path `true`, or the members that are taken out of a set. */
  remove?: readonly Exclude<Changeable<Item, Shape>, FilledOf<Shape>>[] | { [Way in Changeable<Item, Shape>]?: true | (ValueAt<Item, Way> extends readonly (infer Member)[] ? readonly Member[] : never) }
  /** Members that are put at the end of lists; a list that is not there is empty. */
  append?: { [Way in Changeable<Item, Shape>]?: ValueAt<Item, Way> extends readonly (infer Member)[] ? readonly Member[] : never }
}

/** Changes whose item type is not known. */
export type AnyChanges = { [Kind in 'set' | 'setIfAbsent' | 'add' | 'append']?: object } & { remove?: object }

interface Clauses {
  SET: string[]
  REMOVE: string[]
  ADD: string[]
  DELETE: string[]
}

interface Change {
  kind: 'set' | 'setIfAbsent' | 'add' | 'append' | 'remove'
  steps: Steps
  value: unknown
}

const kinds = ['set', 'setIfAbsent', 'add', 'append', 'remove'] as const

/**
 * Every change by itself, in the order of the kinds.
 * @throws TypeError for what is no change, changes a key or the version, or meets another change
 */
export function listChanges(spec: PersistSpec, changes: AnyChanges): Change[] {
  const unknown = Object.keys(changes).find((kind) => !(kinds as readonly string[]).includes(kind))
  if (unknown !== undefined) throw new TypeError(`An update of table ${spec.table} has no ${unknown}: it takes ${kinds.join(', ')}`)
  const listed = kinds.flatMap((kind) => entriesOf(changes[kind]).map(([path, value]): Change => ({ kind, steps: parsePath(path, spec.table), value })))
  for (const { steps } of listed) {
    const property = String(steps[0])
    if (property === spec.key.partition || property === spec.key.sort) throw new TypeError(`${spec.table}.${property} is part of the key, which no update changes: save the item under its new key and delete the old one`)
    if (property === spec.version) throw new TypeError(`${spec.table}.${property} counts versions and goes up with every update by itself: leave it out`)
  }
  const met = overlapping(listed.map(({ steps }) => steps))
  if (met !== undefined) throw new TypeError(`An update of table ${spec.table} changes ${pathText(met[0])} and ${pathText(met[1])}, of which one lies in the other: leave out one of them`)
  return listed
}

/** The update expression of changes, with what klue fills in: the version, when, and by whom. */
export function toUpdateExpression(places: Placeholders, listed: readonly Change[], filled: Record<string, { value: unknown; onlyIfAbsent: boolean }>): string {
  const { spec } = places
  const clauses: Clauses = { SET: [], REMOVE: [], ADD: [], DELETE: [] }
  for (const change of listed) clauseOf(places, clauses, change)
  const changed = new Set(listed.map(({ steps }) => steps[0]))
  for (const [property, { value, onlyIfAbsent }] of Object.entries(filled)) {
    if (!changed.has(property)) clauseOf(places, clauses, value === undefined ? { kind: 'remove', steps: [property], value: true } : { kind: onlyIfAbsent ? 'setIfAbsent' : 'set', steps: [property], value })
  }
  if (spec.version !== undefined) clauseOf(places, clauses, { kind: 'add', steps: [spec.version], value: 1 })
  return Object.entries(clauses).filter(([, parts]) => parts.length > 0).map(([word, parts]) => `${word} ${(parts as string[]).join(', ')}`).join(' ')
}

function clauseOf(places: Placeholders, clauses: Clauses, { kind, steps, value }: Change): void {
  const { spec } = places
  const path = pathOf(places, steps)
  const what = `${spec.table}.${pathText(steps)}`
  const isSet = steps.length === 1 && spec.sets?.[String(steps[0])] !== undefined
  if ((kind === 'append' || (kind === 'add' && spec.keyTypes[String(steps[0])] === 'S')) && spec.keyTypes[String(steps[0])] !== undefined) throw new TypeError(`${what} is part of the key of an index: set it to another value`)
  const noted = (): string => valueOf(places, attributeFor(spec, steps, value))
  if (kind === 'remove' && value === true) clauses.REMOVE.push(path)
  else if (kind === 'remove' || (kind === 'add' && Array.isArray(value))) {
    if (!isSet) throw new TypeError(`${what} is no set: ${kind === 'remove' ? 'remove it as a whole with true' : 'append to a list, or name the property under sets of x-persist'}`)
    const members = valueOf(places, toSet(spec, String(steps[0]), value))
    clauses[kind === 'remove' ? 'DELETE' : 'ADD'].push(`${path} ${members}`)
  } else if (kind === 'set' && isSet && Array.isArray(value) && value.length === 0) clauses.REMOVE.push(path)
  else if (kind === 'set') clauses.SET.push(`${path} = ${noted()}`)
  else if (kind === 'setIfAbsent') clauses.SET.push(`${path} = if_not_exists(${path}, ${noted()})`)
  else if (kind === 'append') {
    if (isSet) throw new TypeError(`${what} is a set, which has no end: add the members`)
    if (!Array.isArray(value)) throw new TypeError(`What is appended to ${what} must be a list of members`)
    clauses.SET.push(`${path} = list_append(if_not_exists(${path}, ${valueOf(places, { L: [] })}), ${noted()})`)
  }
  // ADD, which needs no zero beside it, takes properties of the item alone.
  else if (steps.length === 1) clauses.ADD.push(`${path} ${valueOf(places, { N: amountOf(what, value) })}`)
  else clauses.SET.push(`${path} = if_not_exists(${path}, ${valueOf(places, { N: '0' })}) + ${valueOf(places, { N: amountOf(what, value) })}`)
}

function amountOf(what: string, value: unknown): string {
  const digits = String(value)
  if ((typeof value !== 'number' && typeof value !== 'bigint') || !isDigits(digits)) throw new TypeError(`What is added to ${what} must be a number, not ${typeof value === 'number' ? digits : typeof value}`)
  const fault = digitsFault(digits)
  if (fault !== undefined) throw new TypeError(`What is added to ${what} cannot be kept: ${digits} ${fault}`)
  return digits
}

function entriesOf(part: object | undefined): [string, unknown][] {
  if (part === undefined) return []
  if (Array.isArray(part)) return part.map((path: unknown) => [String(path), true])
  return Object.entries(part).filter(([, value]) => value !== undefined)
}
