// Faults of x-persist.
import { nearest } from '../../errors/index.ts'
import { filledKeys, kebabCase, keyPair, persistProperties, propertyType, uniqueGroups } from '../compile/persist.ts'
import type { ApiDocument, FaultNote } from '../read/document.ts'
import { isObject, type JsonObject, objectOf, pointerTo, stringsOf } from '../read/pointers.ts'

const keys = ['table', 'key', 'indexes', 'ttl', 'version', 'sets', 'unique', 'sharded', ...Object.keys(filledKeys), 'stream']
const example = 'write x-persist as a mapping, for example { key: id }'

interface Subject {
  name: string
  pointer: string
  properties: Record<string, JsonObject>
}

export function checkPersist(api: ApiDocument): FaultNote[] {
  const tables = new Map<string, string>()
  return Object.entries(objectOf(objectOf(api.document?.['components'])['schemas'])).flatMap(([name, schema]) => {
    if (!isObject(schema) || !('x-persist' in schema)) return []
    const persist = schema['x-persist']
    const pointer = pointerTo('', 'components', 'schemas', name, 'x-persist')
    if (!isObject(persist)) return [{ code: 'extension-invalid', pointer, message: `x-persist of ${name} must be a mapping, not ${JSON.stringify(persist)}`, hint: example } satisfies FaultNote]
    const subject = { name, pointer, properties: persistProperties(api, schema) }
    const table = typeof persist['table'] === 'string' ? persist['table'] : kebabCase(name)
    const other = tables.get(table)
    tables.set(table, name)
    const double: FaultNote[] = other === undefined ? [] : [{ code: 'persist-table-double', pointer, message: `${name} persists to the table ${table}, as ${other} does`, hint: 'give one of them another table:' }]
    return [...double, ...checkDefinition(subject, persist)]
  })
}

function checkDefinition(subject: Subject, persist: JsonObject): FaultNote[] {
  const notes: FaultNote[] = []
  for (const key of Object.keys(persist)) {
    if (keys.includes(key)) continue
    const near = nearest(key, keys)
    notes.push(invalid(subject, [key], `x-persist of ${subject.name} has no key ${key}`, near === undefined ? `it takes ${keys.join(', ')}` : `did you mean "${near}"?`))
  }
  const { table, key, indexes } = persist
  if (table !== undefined && (typeof table !== 'string' || !/^[A-Za-z0-9_.-]{1,100}$/.test(table))) notes.push(invalid(subject, ['table'], `table of ${subject.name} must be a name of letters, digits, _, . and -, not ${JSON.stringify(table)}`))
  if (key === undefined) notes.push(invalid(subject, [], `x-persist of ${subject.name} has no key`, 'add key: with one property, or two for partition and sort'))
  else notes.push(...checkPair(subject, key, ['key']))
  if (indexes !== undefined && !isObject(indexes)) notes.push(invalid(subject, ['indexes'], `indexes of ${subject.name} must be a mapping of names to properties`, 'for example { by-time: [metric, measured_at] }'))
  for (const [name, pair] of Object.entries(objectOf(indexes))) {
    if (!/^[A-Za-z0-9_.-]{3,255}$/.test(name)) notes.push(invalid(subject, ['indexes', name], `The index name ${JSON.stringify(name)} of ${subject.name} must have 3 to 255 letters, digits, _, . or -`))
    notes.push(...checkPair(subject, pair, ['indexes', name]))
  }
  for (const property of ['ttl', 'version'] as const) if (persist[property] !== undefined) notes.push(...checkNumber(subject, persist[property], property))
  return [...notes, ...checkOptions(subject, persist)]
}

function checkOptions(subject: Subject, persist: JsonObject): FaultNote[] {
  const { sets, stream } = persist
  const notes: FaultNote[] = []
  if (sets !== undefined && (!Array.isArray(sets) || stringsOf(sets).length !== sets.length)) notes.push(invalid(subject, ['sets'], `sets of ${subject.name} must be a list of properties, not ${JSON.stringify(sets)}`))
  for (const name of stringsOf(sets)) notes.push(...checkType(subject, name, { place: 'sets', isRight: (property) => propertyType(property) === 'array' && ['string', 'integer', 'number'].includes(propertyType(objectOf(property['items'])) ?? ''), wanted: 'an array of strings or numbers to be kept as a set' }))
  for (const place of ['created', 'updated'] as const) if (persist[place] !== undefined) notes.push(...checkType(subject, persist[place], { place, isRight: (property) => ['string', 'integer', 'number'].includes(propertyType(property) ?? ''), wanted: 'a string (ISO time) or an integer (seconds since 1970) to be filled in' }))
  for (const place of ['created_by', 'updated_by'] as const) if (persist[place] !== undefined) notes.push(...checkType(subject, persist[place], { place, isRight: (property) => propertyType(property) === 'string', wanted: 'a string to hold the id of a user' }))
  notes.push(...checkUnique(subject, persist), ...checkSharded(subject, persist))
  if (stream !== undefined && typeof stream !== 'boolean') notes.push(invalid(subject, ['stream'], `stream of ${subject.name} must be true or false, not ${JSON.stringify(stream)}`))
  return notes
}

function checkUnique(subject: Subject, { unique, key }: JsonObject): FaultNote[] {
  if (unique === undefined) return []
  const groups = uniqueGroups(unique)
  const isList = Array.isArray(unique) && unique.length > 0 && groups.every((group, index) => group.length > 0 && (typeof unique[index] === 'string' || group.length === (unique[index] as unknown[]).length))
  if (!isList) return [invalid(subject, ['unique'], `unique of ${subject.name} must be a list of properties, or of lists of them, not ${JSON.stringify(unique)}`, 'for example [email, [tenant, name]]')]
  const keyed = typeof key === 'string' ? [key] : stringsOf(key)
  return groups.flatMap((group) => {
    // A part of the key beside other properties makes these unique within it, as names within a tenant.
    if (keyed.every((name) => group.includes(name))) return [invalid(subject, ['unique'], `unique of ${subject.name} names ${keyed.join(' and ')}, which is the key`, 'leave it out: no two items have the same key')]
    const [only] = group
    if (group.length === 1 && keyed.includes(only!)) return [invalid(subject, ['unique'], `unique of ${subject.name} names ${only!}, which is part of the key`, `list it with another property: [${only!}, name] is unique within each ${only!}`)]
    return group.filter((name) => !keyed.includes(name)).flatMap((name) => checkType(subject, name, { place: 'unique', isRight: (property) => ['string', 'integer', 'number'].includes(propertyType(property) ?? '') && property['format'] !== 'binary', wanted: 'a string or a number to be unique' }))
  })
}

const mostPlaces = 64

function checkSharded(subject: Subject, { sharded, ttl }: JsonObject): FaultNote[] {
  if (sharded === undefined) return []
  if (!isObject(sharded) || Object.keys(sharded).length === 0) return [invalid(subject, ['sharded'], `sharded of ${subject.name} must be a mapping of counters to numbers of places, not ${JSON.stringify(sharded)}`, 'for example { visits: 16 }')]
  const notes: FaultNote[] = ttl === undefined ? [] : [invalid(subject, ['sharded'], `${subject.name} has counters beside its items, and ttl, which would leave them behind`, 'delete the items, or count in a property with update')]
  for (const [name, places] of Object.entries(sharded)) {
    if (!Number.isInteger(places) || (places as number) < 2 || (places as number) > mostPlaces) notes.push(invalid(subject, ['sharded', name], `The counter ${name} of ${subject.name} must have 2 to ${mostPlaces} places, not ${JSON.stringify(places)}`))
    if (Object.hasOwn(subject.properties, name)) notes.push(invalid(subject, ['sharded', name], `The counter ${name} of ${subject.name} is called like a property, and is none`, 'give it another name: it is kept beside the items'))
  }
  // An item and all of its counters are deleted in one transaction, which takes 100 actions.
  const sum = Object.values(sharded).reduce<number>((total, places) => total + (typeof places === 'number' ? places : 0), 0)
  if (notes.length === 0 && sum > mostPlaces) notes.push(invalid(subject, ['sharded'], `The counters of ${subject.name} have ${sum} places together, and ${mostPlaces} is the most`))
  return notes
}

function checkType(subject: Subject, name: unknown, { place, isRight, wanted }: { place: string; isRight: (property: JsonObject) => boolean; wanted: string }): FaultNote[] {
  if (typeof name !== 'string') return [invalid(subject, [place], `${place} of ${subject.name} must name a property, not ${JSON.stringify(name)}`)]
  const property = subject.properties[name]
  if (property === undefined || !Object.hasOwn(subject.properties, name)) return [missing(subject, name, [place])]
  return isRight(property) ? [] : [invalid(subject, [place], `The property ${name} of ${subject.name} must be ${wanted}`)]
}

function checkPair(subject: Subject, value: unknown, place: string[]): FaultNote[] {
  const names = typeof value === 'string' ? [value] : stringsOf(value)
  const isWhole = typeof value === 'string' || (Array.isArray(value) && names.length === value.length && names.length >= 1 && names.length <= 2)
  if (!isWhole) return [invalid(subject, place, `${place.join('.')} of ${subject.name} must be a property, or a list of one or two, not ${JSON.stringify(value)}`)]
  const pair = keyPair(value)
  if (pair.partition === pair.sort) return [invalid(subject, place, `${place.join('.')} of ${subject.name} names ${pair.partition} twice`)]
  return names.flatMap((name): FaultNote[] => {
    const property = subject.properties[name]
    if (property === undefined || !Object.hasOwn(subject.properties, name)) return [missing(subject, name, place)]
    const type = propertyType(property)
    if (type === 'string' || type === 'number' || type === 'integer') return []
    return [{ code: 'persist-key-type', pointer: pointerTo(subject.pointer, ...place), message: `The property ${name} of ${subject.name} cannot be a key: its type is ${type ?? 'not a single one'}`, hint: 'keys are strings or numbers' }]
  })
}

function checkNumber(subject: Subject, name: unknown, place: string): FaultNote[] {
  if (typeof name !== 'string') return [invalid(subject, [place], `${place} of ${subject.name} must name a property, not ${JSON.stringify(name)}`)]
  const property = subject.properties[name]
  if (property === undefined || !Object.hasOwn(subject.properties, name)) return [missing(subject, name, [place])]
  const type = propertyType(property)
  return type === 'integer' || type === 'number' ? [] : [invalid(subject, [place], `The property ${name} of ${subject.name} must be an integer to be its ${place}`)]
}

function missing(subject: Subject, name: string, place: string[]): FaultNote {
  const near = nearest(name, Object.keys(subject.properties))
  return { code: 'persist-property-unknown', pointer: pointerTo(subject.pointer, ...place), message: `${subject.name} has no property ${name}`, hint: near === undefined ? 'declare it in the schema' : `did you mean "${near}"?` }
}

function invalid(subject: Subject, place: string[], ...[message, hint]: [message: string, hint?: string]): FaultNote {
  return { code: 'extension-invalid', pointer: pointerTo(subject.pointer, ...place), message, hint }
}
