// Prints schemas as TypeScript types; component schemas become named types.
import { customFormats, formatOf } from '../compile/custom-formats.ts'
import { hiddenNames, isFile, isNullable, pointerOfRef, typesOf } from '../compile/json-schema.ts'
import { isListOfParts } from '../compile/part-headers.ts'
import { type SchemaTraits, traitsOf } from '../compile/schema-traits.ts'
import { docComment, propertyName, quoted, typeName } from '../files/identifiers.ts'
import type { TypePieces } from '../files/type-pieces.ts'
import type { ApiDocument } from '../read/document.ts'
import { arrayOf, followRefs, isObject, type JsonObject, keysOf, objectOf, pointerTo, stringsOf, valueAt } from '../read/pointers.ts'

/** As a reply carries it, as a caller sends it, as a handler receives it with defaults filled in. */
export type Variant = 'reply' | 'sent' | 'received'

export interface TypePrinter {
  print: (schema: unknown, variant: Variant, indent: string) => string
  /** The fields of a form: binary ones are files. `parts` holds the property `headers` of fields whose parts declare some. */
  printForm: (schema: unknown, form: { variant: Variant; indent: string; parts: ReadonlyMap<string, string> }) => string
  /** The name of a component schema's type. */
  nameOf: (pointer: string) => string
  /** The declarations of every component schema and of whatever else was referred to, in order of their names. */
  declarations: () => string
  /** A piece of the text under a name of its own: printed, or taken from the run before. */
  piece: (id: string, print: () => string) => string
  /** The pieces of the declarations, in their order. */
  declared: () => string[]
}

interface Printing {
  api: ApiDocument
  names: Map<string, string>
  taken: Set<string>
  traits: SchemaTraits
  declared: Map<string, { pointer: string; variant: Variant }>
  pieces: TypePieces
  /** The types that the piece in hand names. */
  uses: Map<string, string>
  order: string[]
}

interface Context {
  variant: Variant
  indent: string
  files?: boolean
  /** By field of the form itself: what the type of its parts holds of their headers. */
  parts?: ReadonlyMap<string, string> | undefined
  /** The named schema that is being declared; absent inside an object or array of it. */
  owner?: string | undefined
}

// A file in a form, as handlers and callers see it.
const fileFields = 'filename: string; contentType: string; data: Uint8Array'

const suffixes: Record<Variant, string> = { reply: '', sent: 'Sent', received: 'Received' }

export function createTypePrinter(api: ApiDocument, reserved: string[], pieces: TypePieces): TypePrinter {
  const printing: Printing = { api, names: new Map(), taken: new Set(reserved), traits: traitsOf(api), declared: new Map(), pieces, uses: new Map(), order: [] }
  const components = Object.keys(objectOf(objectOf(api.document?.['components'])['schemas'])).map((name) => pointerTo('', 'components', 'schemas', name))
  // Schemas whose names need no change come first, so that no other schema takes their names.
  for (const pointer of [...components].sort((left, right) => Number(isExact(right)) - Number(isExact(left)))) claimName(printing, pointer)
  for (const pointer of components) declare(printing, pointer, 'reply')
  return {
    print: (schema, variant, indent) => print(printing, schema, { variant, indent }),
    printForm: (schema, form) => print(printing, followRefs(api.document, schema), { ...form, files: true }),
    nameOf: (pointer) => claimName(printing, pointer),
    declarations: () => printDeclarations(printing),
    piece: (id, print) => printPiece(printing, id, print),
    declared: () => printing.order,
  }
}

function isExact(pointer: string): boolean {
  const name = keysOf(pointer).at(-1) ?? ''
  return typeName(name) === name
}

function claimName(printing: Printing, pointer: string): string {
  const known = printing.names.get(pointer)
  if (known !== undefined) return known
  const wanted = typeName(keysOf(pointer).at(-1) ?? 'Schema')
  let name = wanted
  for (let count = 2; printing.taken.has(name); count += 1) name = `${wanted}${count}`
  printing.taken.add(name)
  printing.names.set(pointer, name)
  return name
}

function declare(printing: Printing, pointer: string, variant: Variant): string {
  return declareAs(printing, pointer, variant === 'reply' ? variant : printing.traits.variantOf(pointer, variant))
}

function declareAs(printing: Printing, pointer: string, effective: Variant): string {
  const base = claimName(printing, pointer)
  const key = `${pointer} ${effective}`
  const name = effective === 'reply' ? base : claimName(printing, pointerTo(pointer, `\u0000${base}${suffixes[effective]}`))
  if (!printing.declared.has(key)) printing.declared.set(key, { pointer, variant: effective })
  printing.uses.set(key, name)
  return name
}

// A piece of the run before can be used again if every type in it still has the same name. Asking for a name also declares the type.
function printPiece(printing: Printing, id: string, print: () => string): string {
  const before = printing.pieces.before(id)
  const holds = before !== undefined && [...before.uses].every(([key, name]) => {
    const space = key.lastIndexOf(' ')
    return declareAs(printing, key.slice(0, space), key.slice(space + 1) as Variant) === name
  })
  printing.uses = new Map()
  const piece = holds ? before : { text: print(), uses: printing.uses }
  printing.pieces.note(id, piece)
  return piece.text
}

function printDeclarations(printing: Printing): string {
  const printed = new Map<string, { id: string; text: string }>()
  // Printing one type may declare further ones: a Map also yields entries that are added during the loop.
  for (const [, { pointer, variant }] of printing.declared) {
    const name = declareAs(printing, pointer, variant)
    const id = `type ${pointer} ${variant}`
    const text = printPiece(printing, id, () => {
      const schema = valueAt(printing.api.document, pointer)
      return `${docComment(objectOf(schema)['description'])}export type ${name} = ${print(printing, schema, { variant, indent: '', owner: pointer })}\n`
    })
    printed.set(name, { id, text })
  }
  const inOrder = [...printed].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, piece]) => piece)
  printing.order = inOrder.map(({ id }) => id)
  return inOrder.map(({ text }) => text).join('\n')
}

function print(printing: Printing, schema: unknown, context: Context): string {
  if (schema === false) return 'never'
  if (!isObject(schema)) return 'unknown'
  if (context.files === true && isFile(schema)) return `{ ${fileFields} }`
  const ref = typeof schema['$ref'] === 'string' ? printRef(printing, pointerOfRef(schema['$ref']), context) : undefined
  const type = ref !== undefined && printing.api.dialect !== '3.1' ? ref : intersection([ref, printBase(printing, schema, context), ...printAll(printing, schema, context)])
  return isNullable(schema) ? union([type, 'null']) : type
}

function printRef(printing: Printing, pointer: string, context: Context): string {
  return declare(printing, pointer, context.variant)
}

function printAll(printing: Printing, schema: JsonObject, context: Context): string[] {
  // Named types do not contain the headers of parts, so where there are some the schema is printed in place.
  const whole = (part: unknown): unknown => (context.parts === undefined || context.parts.size === 0 ? part : followRefs(printing.api.document, part))
  const parts = arrayOf(schema['allOf']).map((part) => print(printing, whole(part), context))
  for (const key of ['anyOf', 'oneOf']) {
    const { owner } = context
    if (owner !== undefined && arrayOf(schema[key]).some((part) => printing.traits.leadsBack(owner, part))) continue
    const branches = arrayOf(schema[key]).map((part) => print(printing, whole(part), context))
    if (branches.length > 0) parts.push(union(branches))
  }
  return parts
}

function printBase(printing: Printing, schema: JsonObject, context: Context): string | undefined {
  if ('const' in schema) return literalType(schema['const'])
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) return union(schema['enum'].map(literalType))
  const types = typesOf(schema)
  if (types.length > 0) return union(types.map((type) => printType(printing, { ...schema, type }, context)))
  if (isObject(schema['properties']) || isObject(schema['additionalProperties']) || stringsOf(schema['required']).length > 0) return printType(printing, { ...schema, type: 'object' }, context)
  return 'items' in schema || 'prefixItems' in schema ? printType(printing, { ...schema, type: 'array' }, context) : undefined
}

function printType(printing: Printing, schema: JsonObject, context: Context): string {
  const { type } = schema
  if (type === 'string' && customFormats(printing.api).has(formatOf(schema) ?? '')) return `Formatted<${quoted(schema['format'] as string)}>`
  if (type === 'string' || type === 'boolean' || type === 'null') return type
  if (type === 'number' || type === 'integer') return 'number'
  const inside = { ...context, owner: undefined }
  if (type === 'array') return printArray(printing, schema, { ...inside, parts: undefined })
  return type === 'object' ? printObject(printing, schema, inside) : 'unknown'
}

function printArray(printing: Printing, schema: JsonObject, context: Context): string {
  const tuple = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : Array.isArray(schema['items']) ? schema['items'] : undefined
  const rest = tuple === schema['items'] ? true : schema['items']
  if (tuple === undefined) return arrayOfType(print(printing, schema['items'], context))
  const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0
  const items: string[] = tuple.map((item, index) => `${index < least ? '' : '('}${print(printing, item, context)}${index < least ? '' : ')?'}`)
  return `[${[...items, ...(rest === false ? [] : [`...${arrayOfType(print(printing, rest, context))}`])].join(', ')}]`
}

function printObject(printing: Printing, schema: JsonObject, context: Context): string {
  const { document } = printing.api
  const hidden = hiddenNames({ document, direction: context.variant === 'reply' ? 'reply' : 'request' }, schema)
  const required = new Set(stringsOf(schema['required']))
  const indent = `${context.indent}  `
  const properties = objectOf(schema['properties'])
  const lines = Object.entries(properties).filter(([name]) => !hidden.has(name)).map(([name, property]) => {
    const needed = isNeeded(context.variant, required.has(name), 'default' in objectOf(property) || 'default' in objectOf(followRefs(document, property)))
    const headers = context.parts?.get(name)
    const inner = { ...context, indent, parts: undefined }
    const type = headers === undefined ? print(printing, property, inner) : printPart(printing, property, { ...inner, headers })
    return `${docComment(shortened(objectOf(property)['description']), indent)}${indent}${propertyName(name)}${needed ? '' : '?'}: ${needed ? type : union([type, 'undefined'])}\n`
  })
  for (const name of required) if (!hidden.has(name) && !Object.hasOwn(properties, name)) lines.push(`${indent}${propertyName(name)}: unknown\n`)
  const more = schema['additionalProperties']
  if (lines.length === 0) return `{ [key: string]: ${more === undefined || more === false ? 'unknown' : print(printing, more, context)} }`
  if (more === true || isObject(more)) lines.push(`${indent}[key: string]: unknown\n`)
  return `{\n${lines.join('')}${context.indent}}`
}

// A part with declared headers: in a file they are a field beside its data, otherwise the value is wrapped in `{ value, headers }`.
function printPart(printing: Printing, schema: unknown, context: Context & { headers: string }): string {
  const { document } = printing.api
  const target = (part: unknown): JsonObject => objectOf(followRefs(document, part))
  const one = (part: unknown): string => isFile(target(part)) ? `{ ${fileFields}; ${context.headers} }` : `{ value: ${print(printing, part, context)}; ${context.headers} }`
  return isListOfParts(document, schema) ? arrayOfType(one(target(schema)['items'])) : one(schema)
}

function isNeeded(variant: Variant, required: boolean, hasDefault: boolean): boolean {
  if (!hasDefault || variant === 'reply') return required
  return variant === 'received'
}

function shortened(text: unknown): string | undefined {
  return typeof text === 'string' ? text.trim().split(/\r?\n/)[0]?.slice(0, 160) : undefined
}

function literalType(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  return value === null || typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'unknown'
}

function arrayOfType(type: string): string {
  return /^[\w$.]+$/.test(type) ? `${type}[]` : `(${type})[]`
}

/** A union without repetitions; `unknown` swallows the rest. */
export function union(types: string[]): string {
  const parts = [...new Set(types)]
  if (parts.includes('unknown')) return 'unknown'
  if (parts.length === 0) return 'never'
  return parts.join(' | ')
}

function intersection(types: (string | undefined)[]): string {
  const parts = [...new Set(types.filter((type) => type !== undefined && type !== 'unknown'))] as string[]
  if (parts.length === 0) return 'unknown'
  return parts.length === 1 ? parts[0] ?? 'unknown' : parts.map((part) => part.includes(' | ') ? `(${part})` : part).join(' & ')
}
