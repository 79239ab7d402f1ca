// Compares `oneOf` and `anyOf`: which branch became which, which came, which went.
import { isObject, keysOf, objectOf } from '../openapi/index.ts'
import type { Comparing } from './comparing.ts'
import { type GateDocument, type Place, resolve } from './resolve.ts'
import { type SchemaView, textOf, type Union, viewOf } from './schema-view.ts'

/** The documents of both sides, to look into branches. */
export interface Sources {
  before: GateDocument
  after: GateDocument
}

/** Compares unions; false where one side is a branch of the other's union, so that nothing else is to be compared. */
export function compareUnions(comparing: Comparing, sources: Sources): boolean {
  const { before, after } = comparing
  if (before.unions.length === 0 && after.unions.length === 0) return true
  if (before.unions.length === 0 && isNothingElse(after)) return compareWrapped(comparing, sources)
  if (after.unions.length === 0 && isNothingElse(before)) return compareUnwrapped(comparing, sources)
  before.unions.forEach((was, index) => {
    const is = after.unions[index]
    if (is === undefined) comparing.report({ rule: 'union-removed', effect: 'widens', pointer: was.pointer, text: `\`${was.kind}\` of \`${comparing.label}\` was removed` })
    else compareUnion(comparing, { was, is, sources })
  })
  for (const is of after.unions.slice(before.unions.length)) comparing.report({ rule: 'union-added', effect: 'narrows', pointer: is.pointer, text: `\`${is.kind}\` of \`${comparing.label}\` was added` })
  return true
}

/** Discriminators: which property, and which values lead where. */
export function compareDiscriminators({ before, after, label, report }: Comparing): void {
  const [was, is] = [before.discriminator, after.discriminator]
  if (was === undefined && is === undefined) return
  if (was === undefined || is === undefined) return report({ rule: was === undefined ? 'discriminator-added' : 'discriminator-removed', effect: was === undefined ? 'neither' : 'both', pointer: (is ?? was)!.pointer, text: `the discriminator of \`${label}\` was ${was === undefined ? 'added' : 'removed'}` })
  if (was.property !== is.property) return report({ rule: 'discriminator-changed', effect: 'both', pointer: is.pointer, text: `the discriminator of \`${label}\` is \`${is.property}\` instead of \`${was.property}\`` })
  for (const [value, target] of was.mapping) {
    const now = is.mapping.get(value)
    if (now === undefined) report({ rule: 'discriminator-value-removed', effect: 'narrows', pointer: is.pointer, text: `the discriminator of \`${label}\` has no \`${value}\` any more` })
    else if (schemaName(now) !== schemaName(target)) report({ rule: 'discriminator-value-changed', effect: 'both', pointer: is.pointer, text: `\`${value}\` of the discriminator of \`${label}\` leads to another schema` })
  }
  // A list of values that begins is no new value: before, the names of the schemas were the values.
  if (was.mapping.size === 0) return
  for (const value of is.mapping.keys()) if (!was.mapping.has(value)) report({ rule: 'discriminator-value-added', effect: 'widens', pointer: is.pointer, text: `the discriminator of \`${label}\` may be \`${value}\` now` })
}

// By its name alone, by a pointer, or as the file of a document in several files.
function schemaName(target: string): string | undefined {
  const [file = '', fragment = ''] = target.split('#')
  return fragment === '' ? file.split('/').at(-1)?.replace(/\.(ya?ml|json)$/i, '') : keysOf(`#${fragment}`).at(-1)
}

// A union beside properties or bounds of its own is a rule about these, not a choice of schemas.
function isNothingElse(view: SchemaView): boolean {
  return !view.isTypeNamed && view.properties.size === 0 && view.values === undefined && view.items === undefined && view.unions.length === 1
}

function compareWrapped(comparing: Comparing, sources: Sources): boolean {
  const union = comparing.after.unions[0]!
  const { before, label, report } = comparing
  if (before.types === undefined) return narrowed(comparing, union)
  const index = union.branches.findIndex((branch) => isLike(before, viewOf(sources.after, [branch])))
  if (index < 0) report({ rule: 'union-added', effect: 'both', pointer: union.pointer, text: `\`${label}\` is ${union.kind} of other schemas now` })
  if (index < 0) return false
  comparing.descend(comparing.places.before, [union.branches[index]!], label)
  if (comparing.after.nullable && !before.nullable) report({ rule: 'nullable-added', effect: 'widens', text: `\`${label}\` may be null now` })
  union.branches.forEach((branch, other) => other !== index && reportBranch(comparing, { rule: 'branch-added', branch, source: sources.after }))
  return false
}

function narrowed({ label, report }: Comparing, union: Union): boolean {
  report({ rule: 'union-added', effect: 'narrows', pointer: union.pointer, text: `\`${label}\` is ${union.kind} of some schemas now, where it had been anything` })
  return false
}

function compareUnwrapped(comparing: Comparing, sources: Sources): boolean {
  const union = comparing.before.unions[0]!
  const { after, label, report } = comparing
  const index = union.branches.findIndex((branch) => isLike(viewOf(sources.before, [branch]), after))
  if (after.types === undefined || index < 0) {
    report({ rule: 'union-removed', effect: after.types === undefined ? 'widens' : 'both', pointer: union.pointer, text: `\`${label}\` is not ${union.kind} of its schemas any more` })
    return false
  }
  comparing.descend([union.branches[index]!], comparing.places.after, label)
  if (comparing.before.nullable && !after.nullable) report({ rule: 'nullable-removed', effect: 'narrows', text: `\`${label}\` may not be null any more` })
  union.branches.forEach((branch, other) => other !== index && reportBranch(comparing, { rule: 'branch-removed', branch, source: sources.before }))
  return false
}

function compareUnion(comparing: Comparing, { was, is, sources }: { was: Union; is: Union; sources: Sources }): void {
  const { label, report, descend } = comparing
  // What matches two branches is one of anyOf, and none of oneOf.
  if (was.kind !== is.kind) report({ rule: 'union-kind-changed', effect: is.kind === 'anyOf' ? 'widens' : 'narrows', pointer: is.pointer, text: `\`${label}\` is ${is.kind} of its schemas instead of ${was.kind}` })
  const { pairs, removed, added } = pairBranches(was.branches, is.branches, sources)
  for (const [one, other] of pairs) descend([one], [other], nameOf(sources.after, other) ?? label)
  for (const branch of removed) reportBranch(comparing, { rule: 'branch-removed', branch, source: sources.before })
  for (const branch of added) reportBranch(comparing, { rule: 'branch-added', branch, source: sources.after })
}

function reportBranch({ label, report }: Comparing, { rule, branch, source }: { rule: 'branch-added' | 'branch-removed'; branch: Place; source: GateDocument }): void {
  const name = nameOf(source, branch)
  const which = name === undefined ? 'a schema' : `\`${name}\``
  report(rule === 'branch-added' ? { rule, effect: 'widens', pointer: branch.pointer, text: `\`${label}\` may be ${which} now too` } : { rule, effect: 'narrows', pointer: branch.pointer, text: `\`${label}\` may not be ${which} any more` })
}

interface Pairs {
  pairs: [Place, Place][]
  removed: Place[]
  added: Place[]
}

// The surest sign first: the same component, the same text, the same title or constant, then what is alike.
function pairBranches(before: readonly Place[], after: readonly Place[], sources: Sources): Pairs {
  const left = { before: [...before], after: [...after] }
  const pairs: [Place, Place][] = []
  const pairBy = (isPair: (one: Place, other: Place) => boolean): void => {
    for (const one of left.before.slice()) {
      const other = left.after.find((candidate) => isPair(one, candidate))
      if (other === undefined) continue
      pairs.push([one, other])
      left.before.splice(left.before.indexOf(one), 1)
      left.after.splice(left.after.indexOf(other), 1)
    }
  }
  const same = (sign: (source: GateDocument, place: Place) => string | undefined) => (one: Place, other: Place): boolean => {
    const own = sign(sources.before, one)
    return own !== undefined && own === sign(sources.after, other)
  }
  pairBy(same(nameOf))
  pairBy(same((source, place) => textOf(resolve(source, place).at(-1)?.value)))
  pairBy(same(markOf))
  const views = new Map<Place, SchemaView>([...left.before.map((place) => [place, viewOf(sources.before, [place])] as const), ...left.after.map((place) => [place, viewOf(sources.after, [place])] as const)])
  pairBy((one, other) => isLike(views.get(one)!, views.get(other)!))
  return { pairs, removed: left.before, added: left.after }
}

function nameOf(source: GateDocument, place: Place): string | undefined {
  return /^\/components\/schemas\/([^/]+)$/.exec(resolve(source, place).at(-1)?.pointer ?? '')?.[1]
}

// The title, or the constants that tell one branch from the others.
function markOf(source: GateDocument, place: Place): string | undefined {
  const part = resolve(source, place).at(-1)!
  const schema = objectOf(part.value)
  if (typeof schema['title'] === 'string') return schema['title']
  const constants = Object.entries(objectOf(schema['properties'])).flatMap(([name, property]): string[] => {
    if (!isObject(property)) return []
    const list = 'const' in property ? [property['const']] : property['enum']
    return Array.isArray(list) && list.length === 1 ? [`${name}=${JSON.stringify(list[0])}`] : []
  })
  return constants.length === 0 ? undefined : constants.join(' ')
}

// Types in common, and half of the properties.
function isLike(one: SchemaView, other: SchemaView): boolean {
  if (one.types === undefined || other.types === undefined) return one.types === other.types && one.unions.length > 0 && other.unions.length > 0
  if (!one.types.some((type) => other.types!.includes(type))) return false
  if (one.properties.size === 0 && other.properties.size === 0) return true
  const both = [...one.properties.keys()].filter((name) => other.properties.has(name)).length
  return both * 2 >= Math.min(one.properties.size, other.properties.size) && both > 0
}
