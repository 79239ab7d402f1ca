// Compares what two schemas say of parts of a value: properties, other names, items; and what stands for a missing value.
import type { Comparing } from './comparing.ts'
import type { Property } from './schema-view.ts'

/** Properties of both, of the old one alone, of the new one alone. */
export function compareProperties(comparing: Comparing): void {
  const { before, after, label, descend } = comparing
  for (const [name, was] of before.properties) {
    const is = after.properties.get(name)
    if (is === undefined) {
      compareRemoved(comparing, name, was)
      continue
    }
    compareRequired(comparing, name, { was, is })
    if (compareMarks(comparing, name, { was, is })) descend(was.places, is.places, `${label}.${name}`)
  }
  for (const [name, is] of after.properties) if (!before.properties.has(name)) compareAdded(comparing, name, is)
  for (const name of [...before.required, ...after.required]) if (!before.properties.has(name) && !after.properties.has(name)) compareRequired(comparing, name, {})
}

function compareRemoved({ before, after, direction, label, report, descend }: Comparing, name: string, was: Property): void {
  const pointer = was.places[0]!.pointer
  const text = `\`${label}.${name}\` is gone`
  if (isOneWay(was, direction)) return report({ rule: 'property-removed', effect: 'neither', pointer, text })
  if (direction === 'response') return report({ rule: 'property-removed', effect: 'both', pointer, text, whom: 'callers that read it find nothing' })
  // A map of the same values takes the name still.
  if (Array.isArray(after.additional)) return descend(was.places, after.additional, `${label}.${name}`)
  report({ rule: 'property-removed', effect: 'both', pointer, text, whom: after.additional === 'closed' && before.additional !== 'closed' ? 'callers that send it are refused' : 'what callers send in it no longer has an effect' })
}

function compareAdded({ before, after, direction, label, report, descend }: Comparing, name: string, is: Property): void {
  const pointer = is.places[0]!.pointer
  if (Array.isArray(before.additional) && !isOneWay(is, direction)) descend(before.additional, is.places, `${label}.${name}`)
  const isAsked = direction === 'request' && after.required.has(name) && !before.required.has(name) && !is.readOnly
  if (!isAsked) return report({ rule: 'property-added', effect: 'neither', pointer, text: `\`${label}.${name}\` is new` })
  if (is.hasDefault) return report({ rule: 'property-added', effect: 'neither', pointer, text: `\`${label}.${name}\` is new and required, with a default for callers that leave it out` })
  report({ rule: 'property-required', effect: 'narrows', pointer, text: `\`${label}.${name}\` is new and required`, whom: 'callers that do not send it are refused' })
}

function compareRequired({ before, after, direction, label, report }: Comparing, name: string, { was, is }: { was?: Property; is?: Property }): void {
  const [wasRequired, isRequired] = [before.required.has(name) && !isOneWay(was, direction), after.required.has(name) && !isOneWay(is, direction)]
  if (wasRequired === isRequired) return
  const pointer = is?.places[0]?.pointer ?? after.pointer
  // Marks are told by a rule of their own; what a response no longer carries is not optional but gone.
  if (!isRequired && isOneWay(is, direction)) return
  if (!isRequired) return report({ rule: 'property-optional', effect: 'widens', pointer, text: `\`${label}.${name}\` is optional now`, whom: direction === 'response' ? 'callers that count on it may miss it' : 'no caller breaks' })
  if (direction === 'request' && is?.hasDefault === true) return report({ rule: 'property-required', effect: 'neither', pointer, text: `\`${label}.${name}\` is required now, with a default for callers that leave it out` })
  report({ rule: 'property-required', effect: 'narrows', pointer, text: `\`${label}.${name}\` is required now`, whom: direction === 'request' ? 'callers that do not send it are refused' : 'no caller breaks' })
}

// Whether both sides carry the property in this direction, so that its values matter.
function compareMarks({ direction, label, report }: Comparing, name: string, { was, is }: { was: Property; is: Property }): boolean {
  const mark = direction === 'request' ? 'readOnly' : 'writeOnly'
  const pointer = is.places[0]!.pointer
  if (!was.deprecated && is.deprecated) report({ rule: 'property-deprecated', effect: 'neither', pointer, text: `\`${label}.${name}\` is deprecated now` })
  if (was[mark] !== is[mark]) {
    const isGone = direction === 'response' && is.writeOnly
    report({ rule: `property-${is[mark] ? 'became' : 'no-longer'}-${mark === 'readOnly' ? 'read-only' : 'write-only'}`, effect: isGone ? 'both' : 'neither', pointer, text: `\`${label}.${name}\` is ${is[mark] ? '' : 'not '}${mark} ${is[mark] ? 'now' : 'any more'}`, ...(isGone ? { whom: 'callers that read it find nothing' } : {}) })
  }
  return !was[mark] && !is[mark]
}

/** Names that no property has. */
export function compareAdditional({ before, after, direction, label, report, descend }: Comparing): void {
  const [was, is] = [before.additional, after.additional]
  if (Array.isArray(was) && Array.isArray(is)) descend(was, is, `${label}.*`)
  const rank = (value: typeof was): number => (value === 'open' ? 2 : value === 'closed' ? 0 : 1)
  if (rank(was) > rank(is)) report({ rule: is === 'closed' ? 'additional-properties-closed' : 'additional-properties-narrowed', effect: 'narrows', keyword: 'additionalProperties', text: `\`${label}\` ${is === 'closed' ? 'takes no other properties any more' : 'takes other properties of one schema only'}` })
  // What a closed answer gains is an added property, and that breaks nobody.
  if (rank(was) < rank(is)) report({ rule: 'additional-properties-opened', effect: was === 'closed' ? 'neither' : 'widens', keyword: 'additionalProperties', text: `\`${label}\` may have other properties ${was === 'closed' ? 'now' : 'of any kind now'}` })
  for (const [pattern, places] of before.patternProperties) {
    const others = after.patternProperties.get(pattern)
    if (others !== undefined) descend(places, others, `${label}./${pattern}/`)
    else report({ rule: 'pattern-property-removed', effect: direction === 'response' || is === 'closed' ? 'both' : 'widens', pointer: places[0]!.pointer, text: `the properties of \`${label}\` that match ${pattern} are not described any more` })
  }
  for (const [pattern, places] of after.patternProperties) if (!before.patternProperties.has(pattern)) report({ rule: 'pattern-property-added', effect: was === 'closed' ? 'neither' : 'narrows', pointer: places[0]!.pointer, text: `the properties of \`${label}\` that match ${pattern} have a schema now` })
}

/** Items of lists. */
export function compareItems({ before, after, label, report, descend }: Comparing): void {
  if (before.items !== undefined && after.items !== undefined) return descend(before.items, after.items, `${label}[]`)
  if (before.items === undefined && after.items !== undefined) report({ rule: 'items-added', effect: 'narrows', keyword: 'items', text: `the items of \`${label}\` have a schema now` })
  if (before.items !== undefined && after.items === undefined) report({ rule: 'items-removed', effect: 'widens', text: `the items of \`${label}\` may be anything now` })
}

/** What stands for a value that is left out. */
export function compareDefault({ before, after, direction, label, report }: Comparing): void {
  const [was, is] = [before.fallback?.value, after.fallback?.value]
  if (was === is) return
  const breaking = direction === 'request' && was !== undefined
  const change = was === undefined ? `has the default ${is} now` : is === undefined ? `has lost its default ${was}` : `has the default ${is} instead of ${was}`
  report({ rule: was === undefined ? 'default-added' : is === undefined ? 'default-removed' : 'default-changed', effect: 'neither', breaking, ...(is === undefined ? {} : { keyword: 'default' }), text: `\`${label}\` ${change}`, whom: breaking ? 'callers that leave it out get something else' : 'no caller breaks' })
}

/** Keywords that are not looked into: `not`, `if`, `contains` and the like. */
export function compareOthers({ before, after, label, report }: Comparing): void {
  for (const key of new Set([...before.others.keys(), ...after.others.keys()])) {
    const [was, is] = [before.others.get(key), after.others.get(key)]
    if (was === is) continue
    const rule = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed'
    report({ rule: `constraint-${rule}`, effect: was === undefined ? 'narrows' : is === undefined ? 'widens' : 'both', ...(is === undefined ? {} : { keyword: key }), text: `\`${key}\` of \`${label}\` was ${rule}` })
  }
}

// A request leaves out what is only read, a response what is only written.
function isOneWay(property: Property | undefined, direction: Comparing['direction']): boolean {
  return property !== undefined && (direction === 'request' ? property.readOnly : property.writeOnly)
}
