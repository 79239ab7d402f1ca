// Conditions as data: `{ status: 'open', attempts: { below: 3 } }` becomes an expression of DynamoDB.
import { type Attributes, toValueAttribute } from './attributes.ts'
import { attributeFor, type Placeholders, pathOf, valueOf } from './expression.ts'
import type { Path, ValueAt } from './item-types.ts'
import { parsePath, pathText, type Steps } from './paths.ts'

/** What a value is held to: all members together. A value that is not there meets `not` and `exists: false` alone. */
export interface Operators<Value> {
  /** Is this value; for maps, which would be read as operators. */
  is?: Value | null
  /** Is another value, or does not meet these operators. */
  not?: Value | null | Operators<Value>
  below?: Value
  atMost?: Value
  above?: Value
  atLeast?: Value
  /** Both bounds inclusive. */
  between?: readonly [Value, Value]
  in?: readonly (Value | null)[]
  beginsWith?: string
  /** A part of a text, or a member of a list or set. */
  contains?: Value extends readonly (infer Member)[] ? Member : string
  exists?: boolean
  /** Length of a text, bytes of bytes, or members of a list, set or map. */
  size?: number | Pick<Operators<number>, 'below' | 'atMost' | 'above' | 'atLeast' | 'between' | 'not'>
}

/** A value, or operators. */
export type Test<Value> = (Value extends readonly unknown[] | string | number | bigint | boolean | Date | Uint8Array ? Value | (Value extends number ? bigint : never) : never) | null | Operators<Value>

/** What an item has to be like: all members together. */
export type Condition<Item> = { [Way in Path<Item>]?: Test<ValueAt<Item, Way>> } & {
  /** At least one of them. */
  any?: readonly Condition<Item>[]
  /** Each of them. */
  all?: readonly Condition<Item>[]
  /** Not this one. */
  not?: Condition<Item>
}

type Loose = Readonly<Record<string, unknown>>

/**
 * A condition as an expression.
 * @throws TypeError for an unknown operator or a path that is none, with the operators that there are
 */
export function toExpression(places: Placeholders, condition: object): string {
  const parts = Object.entries(condition as Loose).filter(([, test]) => test !== undefined).map(([key, test]) => {
    if ((key === 'any' || key === 'all') && Array.isArray(test)) return joined(places, test as object[], key)
    if (key === 'not' && isPlain(test)) return `NOT (${toExpression(places, test)})`
    return testOf(places, parsePath(key, places.spec.table), test)
  })
  if (parts.length === 0) throw new TypeError(`A condition on table ${places.spec.table} holds nothing: name at least one property`)
  return parts.length === 1 ? parts[0]! : parts.map((part) => `(${part})`).join(' AND ')
}

/** Paths of a condition, as texts. */
export function pathsOf(condition: object): string[] {
  return Object.entries(condition as Loose).flatMap(([key, test]) => {
    if ((key === 'any' || key === 'all') && Array.isArray(test)) return (test as object[]).flatMap(pathsOf)
    return key === 'not' && isPlain(test) ? pathsOf(test) : test === undefined ? [] : [key]
  })
}

function joined(places: Placeholders, conditions: readonly object[], key: 'any' | 'all'): string {
  if (conditions.length === 0) throw new TypeError(`"${key}" of a condition on table ${places.spec.table} holds nothing: give at least one condition`)
  return conditions.map((one) => `(${toExpression(places, one)})`).join(key === 'any' ? ' OR ' : ' AND ')
}

function testOf(places: Placeholders, steps: Steps, test: unknown): string {
  const path = pathOf(places, steps)
  const attribute = (value: unknown): Attributes[string] => attributeFor(places.spec, steps, value)
  const subject: Subject = { places, path, what: pathText(steps), attribute, value: (value) => valueOf(places, attribute(value)), member: (value) => valueOf(places, toValueAttribute(value, `${places.spec.table}.${pathText(steps)}`)) }
  return isPlain(test) ? operatorsOf(subject, test as Loose) : equality(subject, test)
}

interface Subject {
  places: Placeholders
  path: string
  what: string
  /** A value of the path as an attribute. */
  attribute(value: unknown): Attributes[string]
  /** Notes a value of the path. */
  value(value: unknown): string
  /** Notes a part of such a value. */
  member(value: unknown): string
}

const operators: Readonly<Record<string, (subject: Subject, operand: unknown) => string>> = {
  is: equality,
  // Not `<>`: what is not there differs from every value, and every DynamoDB agrees on this form.
  not: (subject, operand) => `NOT (${isPlain(operand) ? operatorsOf(subject, operand as Loose) : equality(subject, operand)})`,
  below: (subject, operand) => `${subject.path} < ${subject.value(operand)}`,
  atMost: (subject, operand) => `${subject.path} <= ${subject.value(operand)}`,
  above: (subject, operand) => `${subject.path} > ${subject.value(operand)}`,
  atLeast: (subject, operand) => `${subject.path} >= ${subject.value(operand)}`,
  between: (subject, operand) => {
    if (!Array.isArray(operand) || operand.length !== 2) throw wrong(subject, 'between', 'a list of two bounds')
    return `${subject.path} BETWEEN ${subject.value(operand[0])} AND ${subject.value(operand[1])}`
  },
  in: (subject, operand) => {
    if (!Array.isArray(operand) || operand.length === 0) throw wrong(subject, 'in', 'a list of at least one value')
    const [inner, plain] = [operand.filter(holdsValues), operand.filter((value) => !holdsValues(value))]
    // DynamoDB takes at most 100 values in one of these.
    const chunks = Array.from({ length: Math.ceil(plain.length / 100) }, (_, index) => plain.slice(index * 100, index * 100 + 100) as unknown[])
    return [...chunks.map((chunk) => `${subject.path} IN (${chunk.map((value) => subject.value(value)).join(', ')})`), ...inner.map((value) => `(${equality(subject, value)})`)].join(' OR ')
  },
  beginsWith: (subject, operand) => {
    if (typeof operand !== 'string') throw wrong(subject, 'beginsWith', 'a text')
    return `begins_with(${subject.path}, ${subject.member(operand)})`
  },
  contains: (subject, operand) => `contains(${subject.path}, ${subject.member(operand)})`,
  exists: (subject, operand) => {
    if (typeof operand !== 'boolean') throw wrong(subject, 'exists', 'true or false')
    return `${operand ? 'attribute_exists' : 'attribute_not_exists'}(${subject.path})`
  },
  size: (subject, operand) => {
    const sized: Subject = { ...subject, path: `size(${subject.path})`, what: `size of ${subject.what}`, attribute: (value) => wholeNumber(subject, value), value: (value) => valueOf(subject.places, wholeNumber(subject, value)) }
    if (!isPlain(operand)) return equality(sized, operand)
    const unknown = Object.keys(operand).find((name) => !['below', 'atMost', 'above', 'atLeast', 'between', 'not'].includes(name))
    if (unknown !== undefined) throw new TypeError(`The size of ${subject.what} in a condition on table ${subject.places.spec.table} has no operator ${unknown}: it takes a number, below, atMost, above, atLeast, between, not`)
    return operatorsOf(sized, operand as Loose)
  },
}

function wholeNumber(subject: Subject, value: unknown): Attributes[string] {
  if (!Number.isSafeInteger(value)) throw wrong(subject, 'size', 'a whole number')
  return { N: String(value) }
}

function equality(subject: Subject, value: unknown): string {
  return sameAs(subject.places, subject.path, subject.attribute(value))
}

// Maps and lists part by part: the embedded database compares only what holds no other values.
function sameAs(places: Placeholders, path: string, attribute: Attributes[string]): string {
  const members = attribute.L?.map((member, index) => sameAs(places, `${path}[${index}]`, member)) ?? (attribute.M === undefined ? undefined : Object.entries(attribute.M).map(([name, member]) => sameAs(places, `${path}.${pathOf(places, [name])}`, member)))
  if (members === undefined) return `${path} = ${valueOf(places, attribute)}`
  const kind = attribute.L === undefined ? 'M' : 'L'
  return [`attribute_type(${path}, ${valueOf(places, { S: kind })})`, `size(${path}) = ${valueOf(places, { N: String(members.length) })}`, ...members].join(' AND ')
}

function holdsValues(value: unknown): boolean {
  return Array.isArray(value) || isPlain(value)
}

function operatorsOf(subject: Subject, tests: Loose): string {
  const parts = Object.entries(tests).filter(([, operand]) => operand !== undefined).map(([name, operand]) => {
    const make = Object.hasOwn(operators, name) ? operators[name] : undefined
    if (make === undefined) throw new TypeError(`${subject.what} in a condition on table ${subject.places.spec.table} has no operator ${name}: there are ${Object.keys(operators).join(', ')}; to compare with a map write { is: … }`)
    return make(subject, operand)
  })
  if (parts.length === 0) throw new TypeError(`${subject.what} in a condition on table ${subject.places.spec.table} is held to nothing: there are ${Object.keys(operators).join(', ')}`)
  return parts.length === 1 ? parts[0]! : parts.map((part) => `(${part})`).join(' AND ')
}

function wrong(subject: Subject, operator: string, wanted: string): TypeError {
  return new TypeError(`"${operator}" of ${subject.what} in a condition on table ${subject.places.spec.table} must be ${wanted}`)
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !ArrayBuffer.isView(value)
}
