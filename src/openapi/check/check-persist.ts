// Faults of x-persist.
import { nearest } from '../../errors/index.ts'
import { kebabCase, keyPair, persistProperties, propertyType } from '../compile/persist.ts'
import type { ApiDocument, FaultNote } from '../read/document.ts'
import { isObject, type JsonObject, objectOf, pointerTo, stringsOf } from '../read/pointers.ts'

const keys = ['table', 'key', 'indexes', 'ttl', 'version']
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
  return notes
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
