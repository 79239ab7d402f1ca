// Compares what two schemas say of single values: type, format, enum, bounds, patterns.
import { isMultipleOf } from '../openapi/index.ts'
import type { Effect } from './change.ts'
import type { Comparing } from './comparing.ts'

/** Types, null and formats; false where the types have nothing in common, so that the rest need not be compared. */
export function compareTypes({ before, after, report, label, isText }: Comparing): boolean {
  if (before.isNever !== after.isNever) {
    report({ rule: after.isNever ? 'schema-forbidden' : 'schema-permitted', effect: after.isNever ? 'narrows' : 'widens', text: `\`${label}\` allows ${after.isNever ? 'no value any more' : 'values, where it had allowed none'}` })
    return false
  }
  const types = effectOfTypes(before.types, after.types, isText)
  if (types !== undefined) report({ rule: `type-${changeName(types)}`, effect: types, keyword: 'type', text: `the type of \`${label}\` changed from ${shown(before.types)} to ${shown(after.types)}` })
  if (before.isTypeNamed === after.isTypeNamed && (before.types === undefined) === (after.types === undefined) && before.nullable !== after.nullable) {
    report({ rule: after.nullable ? 'nullable-added' : 'nullable-removed', effect: after.nullable ? 'widens' : 'narrows', text: `\`${label}\` may ${after.nullable ? 'be null now' : 'not be null any more'}` })
  }
  if (types === 'both') return false
  compareFormats({ before, after, report, label, isText })
  return true
}

// Parameters arrive as text: every number is a text too.
function effectOfTypes(before: readonly string[] | undefined, after: readonly string[] | undefined, isText: boolean): Effect | undefined {
  if (before === undefined) return after === undefined ? undefined : 'narrows'
  if (after === undefined) return 'widens'
  const covers = (types: readonly string[], type: string): boolean => types.includes(type) || (type === 'integer' && types.includes('number')) || (isText && types.includes('string') && type !== 'object' && type !== 'array')
  const narrows = before.some((type) => !covers(after, type))
  const widens = after.some((type) => !covers(before, type))
  if (!narrows) return widens ? 'widens' : undefined
  // Some values of the old type are allowed still, as integers are among numbers.
  return widens || !after.some((type) => covers(before, type)) ? 'both' : 'narrows'
}

const wider: Readonly<Record<string, readonly string[]>> = { int64: ['int32'], double: ['float'] }

function compareFormats({ before, after, report, label }: Pick<Comparing, 'before' | 'after' | 'report' | 'label' | 'isText'>): void {
  const [was, is] = [before.formats, after.formats]
  if (was.length === is.length && was.every((format) => is.includes(format))) return
  const covers = (formats: readonly string[], others: readonly string[]): boolean => formats.every((format) => others.includes(format) || others.some((other) => wider[format]?.includes(other) === true))
  const effect: Effect = covers(is, was) ? 'widens' : covers(was, is) ? 'narrows' : 'both'
  const rule = is.length === 0 ? 'format-removed' : was.length === 0 ? 'format-added' : `format-${changeName(effect)}`
  report({ rule, effect, keyword: 'format', text: `the format of \`${label}\` changed from ${shown(was)} to ${shown(is)}` })
}

/** The listed values. */
export function compareEnums({ before, after, report, label }: Comparing): void {
  if (before.values === undefined && after.values === undefined) return
  if (before.values === undefined) return report({ rule: 'enum-added', effect: 'narrows', keyword: 'enum', text: `\`${label}\` allows only ${values([...after.values!.keys()])} now` })
  if (after.values === undefined) return report({ rule: 'enum-removed', effect: 'widens', text: `\`${label}\` allows other values than ${values([...before.values.keys()])} now` })
  const removed = [...before.values.keys()].filter((value) => !after.values!.has(value))
  const added = [...after.values.keys()].filter((value) => !before.values!.has(value))
  if (removed.length > 0) report({ rule: 'enum-value-removed', effect: 'narrows', keyword: 'enum', text: `\`${label}\` does not allow ${values(removed)} any more` })
  if (added.length > 0) report({ rule: 'enum-value-added', effect: 'widens', keyword: 'enum', text: `\`${label}\` may be ${values(added)} now` })
}

/** Numbers that bound a value, and what texts must match. */
export function compareBounds(comparing: Comparing): void {
  for (const name of ['minimum', 'minLength', 'minItems', 'minProperties']) compareBound(comparing, name, 'lower')
  for (const name of ['maximum', 'maxLength', 'maxItems', 'maxProperties']) compareBound(comparing, name, 'upper')
  compareMultiple(comparing)
  comparePatterns(comparing)
  const { before, after, report, label } = comparing
  if (before.unique !== after.unique) report({ rule: after.unique ? 'unique-items-added' : 'unique-items-removed', effect: after.unique ? 'narrows' : 'widens', text: `the items of \`${label}\` ${after.unique ? 'must differ from each other now' : 'may be equal now'}` })
}

function compareBound({ before, after, report, label }: Comparing, name: string, side: 'lower' | 'upper'): void {
  // Without a bound, a length is 0 at least.
  const none = side === 'upper' ? Infinity : name === 'minimum' ? -Infinity : 0
  const [was, is] = [before.bounds.get(name) ?? none, after.bounds.get(name) ?? none]
  const [wasOpen, isOpen] = [before.exclusive.has(name), after.exclusive.has(name)]
  if (was === is && (wasOpen === isOpen || was === none)) return
  const isTighter = was === is ? isOpen : side === 'lower' ? is > was : is < was
  const say = (bound: number, isExclusive: boolean): string => (bound === none ? 'none' : `${bound}${isExclusive ? ' (left out)' : ''}`)
  report({ rule: `${kebab(name)}-${isTighter ? 'tightened' : 'loosened'}`, effect: isTighter ? 'narrows' : 'widens', text: `${name} of \`${label}\` changed from ${say(was, wasOpen)} to ${say(is, isOpen)}` })
}

function compareMultiple({ before, after, report, label }: Comparing): void {
  const [was, is] = [before.bounds.get('multipleOf'), after.bounds.get('multipleOf')]
  if (was === is) return
  const effect: Effect = is === undefined ? 'widens' : was === undefined || isMultipleOf(is, was) ? 'narrows' : isMultipleOf(was, is) ? 'widens' : 'both'
  report({ rule: `multiple-of-${changeName(effect)}`, effect, text: `multipleOf of \`${label}\` changed from ${was ?? 'none'} to ${is ?? 'none'}` })
}

function comparePatterns({ before, after, report, label }: Comparing): void {
  const removed = before.patterns.filter((pattern) => !after.patterns.includes(pattern))
  const added = after.patterns.filter((pattern) => !before.patterns.includes(pattern))
  if (removed.length === 0 && added.length === 0) return
  // Which texts two patterns allow cannot be told from them; one that allows everything can.
  const allowsAll = (patterns: readonly string[]): boolean => patterns.every((pattern) => /^\^?\.\*\$?$/.test(pattern))
  const effect: Effect = allowsAll(added) ? 'widens' : allowsAll(removed) ? 'narrows' : 'both'
  const rule = added.length === 0 ? 'pattern-removed' : removed.length === 0 ? 'pattern-added' : 'pattern-changed'
  report({ rule, effect, text: `the pattern of \`${label}\` changed from ${shown(removed)} to ${shown(added)}` })
}

function changeName(effect: Effect): string {
  return effect === 'narrows' ? 'narrowed' : effect === 'widens' ? 'widened' : 'changed'
}

function shown(names: readonly string[] | undefined): string {
  if (names === undefined) return 'any'
  return names.length === 0 ? 'none' : names.join(' or ')
}

function values(texts: readonly string[]): string {
  const list = texts.slice(0, 5).join(', ')
  return texts.length > 5 ? `${list} and ${texts.length - 5} more` : list
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
