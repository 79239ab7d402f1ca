// Faults of the x- extensions that klue reads, except x-persist, which has a check of its own.
import { nearest } from '../../errors/index.ts'
import type { FaultNote } from '../read/document.ts'
import { pointerTo } from '../read/pointers.ts'
import type { Visited } from '../read/walk-document.ts'
import { type Extension, extensionVocabulary } from './extensions.ts'

const known = new Map(extensionVocabulary.map((extension) => [extension.name, extension]))
const klueNames = [...known.keys()].filter((name) => name.startsWith('x-klue-'))

const values: Record<Extension['type'], { valid: (value: unknown) => boolean; wanted: string }> = {
  'seconds': { valid: (value) => typeof value === 'number' && value > 0, wanted: 'a number of seconds above 0' },
  'milliseconds': { valid: (value) => typeof value === 'number' && value >= 0, wanted: 'a number of milliseconds' },
  'bytes': { valid: (value) => Number.isInteger(value) && (value as number) > 0, wanted: 'a whole number of bytes above 0' },
  'function-name': { valid: (value) => typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(value), wanted: 'a name of letters, digits and hyphens, at most 40' },
  'module-path': { valid: (value) => typeof value === 'string' && /^[\w$-]+([./][\w$-]+)*$/.test(value), wanted: 'a dotted path such as handlers.getPet' },
  'identifier': { valid: (value) => typeof value === 'string' && /^[A-Za-z_$][\w$]*$/.test(value), wanted: 'a name that a method can have' },
  'flag': { valid: () => true, wanted: 'anything' },
  'boolean': { valid: (value) => typeof value === 'boolean', wanted: 'true or false' },
  'names': { valid: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== ''), wanted: 'a list of names' },
  'persist': { valid: () => true, wanted: 'a mapping' },
  // Looked at with the operation.
  'idempotency': { valid: () => true, wanted: 'required, optional or a mapping' },
  'task': { valid: () => true, wanted: 'true or a mapping' },
}

export function checkExtensions({ value, pointer, kind }: Visited): FaultNote[] {
  return Object.keys(value).filter((name) => name.startsWith('x-')).flatMap((name) => {
    const place = pointerTo(pointer, name)
    const extension = known.get(name)
    if (extension === undefined) return name.startsWith('x-klue-') ? [unknownFault(name, place)] : []
    const isAtHome = extension.where.some((where) => where === kind)
    // Other tools may use the same names elsewhere; only an `x-klue-` name in the wrong place is a fault.
    if (!isAtHome) return name.startsWith('x-klue-') ? [{ code: 'extension-misplaced', pointer: place, message: `${name} has no meaning here`, hint: `it belongs to ${extension.where.map((where) => where === 'operation' ? 'an operation' : `a ${where}`).join(' or ')}` } satisfies FaultNote] : []
    const { valid, wanted } = values[extension.type]
    if (name === 'x-klue-schema' && value[name] === true) return exportFaults(value, pointer, place)
    return valid(value[name]) ? [] : [{ code: 'extension-invalid', pointer: place, message: `${name} must be ${wanted}, not ${JSON.stringify(value[name])}` } satisfies FaultNote]
  })
}

function unknownFault(name: string, pointer: string): FaultNote {
  const near = nearest(name, klueNames)
  return { code: 'extension-unknown', pointer, message: `There is no extension ${name}`, hint: near === undefined ? `klue knows ${klueNames.join(', ')}` : `did you mean "${near}"?` }
}

// Only a component schema has a name, and one that is persisted has given it to its table.
function exportFaults(value: Visited['value'], pointer: string, place: string): FaultNote[] {
  if (!/^\/components\/schemas\/[^/]+$/.test(pointer)) return [{ code: 'extension-misplaced', pointer: place, message: 'x-klue-schema has no meaning here', hint: 'it belongs to a schema directly below components/schemas, whose name the exported value gets' }]
  return 'x-persist' in value ? [{ code: 'extension-misplaced', pointer: place, message: 'x-klue-schema stands beside x-persist, whose table is exported under the name of the schema', hint: 'describe what a task is given in a schema of its own, for example with the key alone' }] : []
}
