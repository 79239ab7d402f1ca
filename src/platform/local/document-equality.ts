// Lists and maps are equal where they hold the same, in conditions too, as DynamoDB has it; dynalite compares them as objects of JavaScript.

/** A value as it travels: `{ S: 'a' }`. */
type Value = Record<string, unknown>

/** A part of a parsed condition: a path, a value, a function or a comparison. */
type Part = (string | number)[] | (Value & { type?: string; name?: string; args?: Part[] })

/** A check of a condition against the item that is there. */
export type ConditionCheck = (data: { _condition?: { expression: Part } }, item: Value | undefined) => unknown

const isPatched: unique symbol = Symbol('compares documents')
const holds: Part = { type: '=', args: [{ S: '' }, { S: '' }] } as never
const fails: Part = { type: '<>', args: [{ S: '' }, { S: '' }] } as never

/** The same check, with comparisons of lists and maps decided here. */
export function withDocumentEquality(check: ConditionCheck & { [isPatched]?: true }): ConditionCheck {
  if (check[isPatched] === true) return check
  const better: ConditionCheck = (data, item) => (data._condition === undefined ? check(data, item) : check({ ...data, _condition: { ...data._condition, expression: decided(data._condition.expression, item ?? {}) } }, item))
  return Object.assign(better, { [isPatched]: true as const })
}

function decided(part: Part, item: Value): Part {
  if (Array.isArray(part) || part.args === undefined) return part
  if (part.type === 'and' || part.type === 'or' || part.type === 'not') return { ...part, args: part.args.map((inner) => decided(inner, item)) }
  if (part.type !== '=' && part.type !== '<>' && part.type !== 'in') return part
  const [left, ...others] = part.args.map((arg) => valueOf(arg, item))
  if (![left, ...others].some(isDocument)) return part
  const isEqual = others.some((other) => left !== undefined && other !== undefined && same(left, other))
  return isEqual === (part.type !== '<>') ? holds : fails
}

function valueOf(part: Part, item: Value): Value | undefined {
  if (!Array.isArray(part)) return part.type === undefined ? part : undefined
  let current: Value | undefined = { M: item }
  for (const step of part) current = (typeof step === 'number' ? (current?.['L'] as Value[] | undefined)?.[step] : own(current?.['M'], step)) as Value | undefined
  return current
}

function own(map: unknown, name: string): unknown {
  return typeof map === 'object' && map !== null && Object.hasOwn(map, name) ? (map as Value)[name] : undefined
}

function isDocument(value: Value | undefined): boolean {
  return value?.['L'] !== undefined || value?.['M'] !== undefined
}

function same(left: Value, right: Value): boolean {
  const [type] = Object.keys(left)
  const [one, other] = [left[type!], right[type!]]
  if (other === undefined) return false
  if (type === 'M') {
    const names = Object.keys(one as Value)
    return names.length === Object.keys(other as Value).length && names.every((name) => Object.hasOwn(other as Value, name) && same((one as Record<string, Value>)[name]!, (other as Record<string, Value>)[name]!))
  }
  if (!Array.isArray(one)) return one === other
  const list = other as unknown[]
  if (one.length !== list.length) return false
  // Sets have no order.
  return type === 'L' ? one.every((value, index) => same(value as Value, list[index] as Value)) : one.every((value) => list.includes(value))
}
