// Writes the committed TypeScript files of an API: its types, and the specification for the client.
import { isForm, kindOf } from '../../media/index.ts'
import { clientSpecOf, type CompiledApi } from '../compile/compile-table.ts'
import { customFormats, holdsFormats, textFormat } from '../compile/custom-formats.ts'
import { bodyOf, contentOf, type RawOperation, repliesOf } from '../compile/operations.ts'
import { carriesJson } from '../compile/json-media.ts'
import { taskOf } from '../compile/task-operations.ts'
import { isBinary } from '../compile/json-schema.ts'
import { allowsEmpty, emptyValue, parameterSchema } from '../compile/parameters.ts'
import { declaredParts } from '../compile/part-headers.ts'
import { exportedSchemas } from '../compile/exported-schemas.ts'
import { persistedSchemas } from '../compile/persist.ts'
import { itemType, shapeType } from './emit-table.ts'
import { generatedMark } from '../files/generated-mark.ts'
import { constantName, docComment, literalOf, propertyName, quoted } from '../files/identifiers.ts'
import { type StoredTypes, type TypePieces, typePieces } from '../files/type-pieces.ts'
import type { ApiDocument } from '../read/document.ts'
import { followRefs, isObject, type JsonObject, objectOf } from '../read/pointers.ts'
import { createTypePrinter, type TypePrinter, union, type Variant } from './print-types.ts'

interface Emitting {
  api: ApiDocument
  printer: TypePrinter
  raw: RawOperation
  variant: Variant
}

const globals = ['Operations', 'Calls', 'ApiSpec', 'PersistDefinition', 'Schema', 'Uint8Array', 'URL', 'Record', 'Array']

/** The file `<api>.ts`: types of operations and schemas, persisted definitions, the specification for the runtime. */
export function emitTypes(api: ApiDocument, compiled: CompiledApi, pieces: TypePieces = typePieces()): { text: string; stored: StoredTypes } {
  const constant = constantName(api.api)
  const hasFormats = customFormats(api).size > 0
  const printer = createTypePrinter(api, [...globals, ...(hasFormats ? ['Formatted'] : []), constant], pieces)
  const [operations, calls] = (['received', 'sent'] as const).map((variant) => compiled.operations.map(({ raw }) => printer.piece(`${variant} ${raw.pointer}`, () => emitOperation({ api, printer, raw, variant }))).join('')) as [string, string]
  const persisted = persistedSchemas(api)
  const definitions = persisted.map(({ pointer, definition }) => {
    const name = printer.nameOf(pointer)
    return `/** The table of ${name}. */\nexport const ${name}: PersistDefinition<${itemType(name, definition)}, ${shapeType(definition)}> = ${literalOf(definition)}\n`
  }).join('\n')
  const exported = exportedSchemas(api).map(({ pointer, file }) => {
    const [received, sent, reply] = (['received', 'sent', 'reply'] as const).map((variant) => printer.print({ $ref: `#${pointer}` }, variant, ''))
    const name = printer.nameOf(pointer)
    return `/** The schema ${name}, for defineTask. */\nexport const ${name}: Schema<${received}, ${sent}, ${reply}> = { spec: ${constant}, file: ${quoted(file)} }\n`
  })
  const declarations = printer.declarations()
  const usesFormats = hasFormats && [operations, calls, declarations].some((text) => text.includes("Formatted<'"))
  const imports = `import { type ApiSpec, ${usesFormats ? 'type Formatted, ' : ''}loadSpec${persisted.length > 0 ? ', type PersistDefinition' : ''}${exported.length > 0 ? ', type Schema' : ''} } from 'klue/runtime'\n`
  const text = [
    `// Types and specification of the API ${api.api} (${api.file}). Written by ${generatedMark}\n${imports}`,
    `/** The API ${api.api}, for defineService. */\nexport const ${constant}: ApiSpec<Operations> = loadSpec<Operations>(new URL(${quoted(`./${api.api}/`)}, import.meta.url))\n`,
    ...(definitions === '' ? [] : [definitions]),
    ...exported,
    `/** Every operation as its handler sees it: parameters are coerced and have their defaults. */\nexport interface Operations {\n${operations}}\n`,
    `/** Every operation as a caller gives it: what has a default may be left out. */\nexport interface Calls {\n${calls}}\n`,
    declarations,
  ].filter((part) => part !== '').join('\n')
  const startOf = (opening: string): number => text.indexOf(opening) + opening.length
  const idsOf = (variant: Variant): string[] => compiled.operations.map(({ raw }) => `${variant} ${raw.pointer}`)
  return {
    text,
    stored: pieces.store(text, [
      { start: startOf('\nexport interface Operations {\n'), gap: 0, ids: idsOf('received') },
      { start: startOf('\nexport interface Calls {\n'), gap: 0, ids: idsOf('sent') },
      { start: text.length - declarations.length, gap: 1, ids: printer.declared() },
    ]),
  }
}

/** The file `<api>.client.ts`: what the client needs of the API, as plain data, one operation a line. */
export function emitClient(api: ApiDocument, compiled: CompiledApi): string {
  const { operations, ...rest } = clientSpecOf(compiled)
  const fields = Object.entries(rest).map(([key, value]) => `  ${key}: ${literalOf(value)},\n`).join('')
  return `// The specification of the API ${api.api} for its client. Written by ${generatedMark}
import type { ClientSpec } from 'klue/client'
import type { Calls, Operations } from ${quoted(`./${api.api}.ts`)}

/** The API ${api.api}, for createClient. */
export const ${constantName(api.api)}Client: ClientSpec<Operations, Calls> = {
${fields}  operations: [
${operations.map((operation) => `    ${literalOf(operation)},\n`).join('')}  ],
}
`
}

function emitOperation(emitting: Emitting): string {
  const { raw, variant } = emitting
  const places = (['path', 'query', 'header', 'cookie'] as const).map((place) => `    ${{ path: 'path', query: 'query', header: 'headers', cookie: 'cookies' }[place]}: ${emitPlace(emitting, place)}\n`).join('')
  const replies = variant === 'received' ? `${emitReplies(emitting)}${emitReplyHeaders(emitting)}` : ''
  const comment = variant === 'received' ? docComment(`${raw.method} ${raw.path}${typeof raw.value['summary'] === 'string' ? `: ${raw.value['summary'].trim()}` : ''}`, '  ') : ''
  const task = taskOf(raw.value) === undefined ? '' : '    task: true\n'
  return `${comment}  ${propertyName(raw.id)}: {\n${places}    body: ${emitBody(emitting)}\n${replies}${variant === 'received' ? task : ''}  }\n`
}

function emitPlace(emitting: Emitting, place: string): string {
  const lines = emitting.raw.parameters.filter(({ value }) => value['in'] === place).map(({ value }) => {
    const name = place === 'header' ? String(value['name']).toLowerCase() : String(value['name'])
    const comment = typeof value['description'] === 'string' ? docComment(value['description'].trim().split(/\r?\n/)[0]?.slice(0, 160), '      ') : ''
    const { isNeeded, member } = emitParameter(emitting, place, value)
    return `${comment}      ${propertyName(name)}${isNeeded ? '' : '?'}: ${member}\n`
  })
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}    }`
}

function emitParameter({ api, printer, variant }: Emitting, place: string, value: JsonObject): { isNeeded: boolean; member: string } {
  const { schema } = parameterSchema(value)
  const hasDefault = isObject(schema) && ('default' in schema || 'default' in objectOf(followRefs(api.document, schema)))
  const isNeeded = hasDefault ? variant === 'received' : place === 'path' || value['required'] === true
  const printed = printer.print(schema, variant, '      ')
  const type = printed !== 'string' && allowsEmpty(value) && emptyValue(api.document, value) === '' ? union([printed, "''"]) : printed
  return { isNeeded, member: isNeeded ? type : union([type, 'undefined']) }
}

function emitBody(emitting: Emitting): string {
  const { api, raw, variant } = emitting
  const body = bodyOf(api, raw)?.value
  if (body === undefined) return 'undefined'
  const types = [...contentOf(body)].map(([media, declared]) => (isForm(media) ? emitForm(emitting, media, declared) : mediaType(emitting, { media, schema: declared['schema'], variant })))
  return union([...types, ...(body['required'] === true ? [] : ['undefined'])])
}

function emitForm(emitting: Emitting, media: string, declared: JsonObject): string {
  const { api, printer, variant } = emitting
  const parts = new Map(declaredParts(api.document, media, declared).map(({ field, headers }) => {
    const members = headers.map(([name, header]) => ({ name, ...emitParameter(emitting, 'header', header) }))
    const isNeeded = variant === 'received' || members.some((member) => member.isNeeded)
    const type = `{ ${members.map((member) => `${propertyName(member.name)}${member.isNeeded ? '' : '?'}: ${member.member}`).join('; ')} }`
    return [field, `headers${isNeeded ? '' : '?'}: ${isNeeded ? type : union([type, 'undefined'])}`] as const
  }))
  return printer.printForm(declared['schema'], { variant, indent: '    ', parts })
}

function emitReplies(emitting: Emitting): string {
  const { api, raw } = emitting
  const replies = repliesOf(api, raw).map(({ status, value }) => {
    const types = [...contentOf(value)].map(([media, { schema }]) => mediaType(emitting, { media, schema, variant: 'reply' }))
    return { status, type: types.length === 0 ? 'undefined' : union(types) }
  })
  const good = replies.filter(({ status }) => status.startsWith('2'))
  const success = good.length > 0 ? good : replies.filter(({ status }) => status === 'default')
  const lines = replies.map(({ status, type }) => `      ${propertyName(status)}: ${type}\n`).join('')
  return `    replies: ${lines === '' ? '{}' : `{\n${lines}    }`}\n    success: ${success.length === 0 ? 'undefined' : union(success.map(({ status, type }) => type.includes('\n') ? `Operations[${quoted(raw.id)}]['replies'][${/^\d+$/.test(status) ? status : quoted(status)}]` : type))}\n`
}

// Only headers with values of custom formats: all others are texts.
function emitReplyHeaders({ api, printer, raw }: Emitting): string {
  if (customFormats(api).size === 0) return ''
  const lines = repliesOf(api, raw).flatMap(({ status, value }) => {
    const headers = Object.entries(objectOf(value['headers'])).flatMap(([name, header]) => {
      const { schema } = parameterSchema(objectOf(followRefs(api.document, header)))
      return holdsFormats(api, schema) ? [`${propertyName(name.toLowerCase())}?: ${printer.print(schema, 'reply', '      ')}`] : []
    })
    return headers.length === 0 ? [] : [`      ${propertyName(status)}: { ${headers.join('; ')} }\n`]
  })
  return lines.length === 0 ? '' : `    replyHeaders: {\n${lines.join('')}    }\n`
}

function mediaType({ api, printer }: Emitting, { media, schema, variant }: { media: string; schema: unknown; variant: Variant }): string {
  if (isBinary(api.document, schema)) return 'Uint8Array'
  if (carriesJson(api.document, media, schema)) return printer.print(schema, variant, '      ')
  const format = textFormat(api, media, schema)
  if (format !== undefined) return `Formatted<${quoted(format)}>`
  return kindOf(media) === 'text' ? 'string' : 'Uint8Array'
}
