// The two judges of a request: klue's compiled validators, and openapi-backend on the same document.
import { createRequire } from 'node:module'
import { OpenAPIRouter, OpenAPIValidator } from 'openapi-backend'
import type { Ajv as AjvClass, Options } from 'ajv'
import { isHttpError } from '../../src/errors/index.ts'
import { escapePointer } from '../../src/runtime/input/parameters.ts'
import type { ApiSpec } from '../../src/runtime/index.ts'
import type { Exchange } from '../../src/runtime/exchange/exchange.ts'
import { findOperation, toSegments } from '../../src/runtime/edge.ts'
import { loadForms } from '../../src/runtime/input/lazy-forms.ts'
import { validateRequest } from '../../src/runtime/input/validate.ts'
import type { ApiDocument, CompiledOperation } from '../../src/openapi/index.ts'
import { followRefs, isObject, type JsonObject } from '../../src/openapi/read/pointers.ts'
import { testConfig } from '../runtime/service-fixture.ts'
import type { CorpusDocument } from './documents.ts'
import { isForm, type Spoken, type Written } from './requests.ts'

/** Where a request fails; empty where it is accepted. */
export type Verdict = ReadonlySet<string>

const config = testConfig()
await loadForms()

/** What klue says of a request, from its path to its faults. */
export function klueVerdict(spec: ApiSpec, operation: CompiledOperation, written: Written): Verdict {
  const segments = toSegments(written.path, false)
  const found = findOperation(spec.table, operation.method, segments)
  if (found.kind !== 'operation' || found.operation !== operation) return new Set(['/path'])
  const request = { ...written, method: operation.method, sourceIp: '', ...(written.body === undefined ? {} : { body: Buffer.from(written.body) }) }
  try {
    const { faults } = validateRequest(spec, operation, { request, match: found, platform: { config } } as unknown as Exchange)
    return new Set(faults.map(({ pointer }) => pointer))
  } catch (error) {
    if (isHttpError(error)) return new Set([error.code])
    throw error
  }
}

/** A judge that asks openapi-backend; its own settings but for coercion, formats and naming all faults. */
export function openPeer({ api }: CorpusDocument): (operation: CompiledOperation, spoken: Spoken, written: Written) => Verdict {
  const load = createRequire(import.meta.url)
  const { fullFormats } = load('ajv-formats/dist/formats') as { fullFormats: Record<string, never> }
  const Ajv = (load(api.dialect === '3.1' ? 'ajv/dist/2020' : 'ajv') as { default: new (options: Options) => AjvClass }).default
  let coercesBody = false
  const definition = dereferenced(forPeer(api)) as never
  const router = new OpenAPIRouter({ definition })
  const validator = new OpenAPIValidator({
    definition,
    router,
    lazyCompileValidators: true,
    coerceTypes: true,
    // Public documents hold annotations and equal enum values that Ajv's check of the schemas themselves refuses.
    ajvOpts: { allErrors: true, logger: false, validateSchema: false, code: { regExp: Object.assign(tolerantRegExp, { code: '' }) } },
    customizeAjv: (_ajv, options, context) => {
      // Forms carry text: without coercion no number of theirs would ever be accepted.
      const ajv = new Ajv({ ...(options as Options), ...(String(context) === 'requestBodyValidator' && coercesBody ? { coerceTypes: true } : {}) })
      for (const [name, format] of Object.entries(fullFormats)) ajv.addFormat(name, format)
      return ajv as never
    },
  })
  const operations = new Map((router.getOperations() as unknown as { method: string; path: string }[]).map((operation) => [`${operation.method.toUpperCase()} ${operation.path}`, operation]))
  return (operation, spoken, written) => {
    const peer = operations.get(`${operation.method} ${operation.path}`)!
    coercesBody = isForm(spoken)
    const value = isForm(spoken) ? asTexts(spoken.body) : spoken.body
    const body = written.body === undefined || typeof value === 'object' ? value : JSON.stringify(value)
    const { errors } = validator.validateRequest({ method: operation.method.toLowerCase(), path: written.path, query: written.query, headers: { ...written.headers, ...(spoken.media !== undefined && isJsonMedia(spoken.media) && written.body !== undefined ? { 'content-type': 'application/json' } : {}) }, body: body as never }, { ...peer, operationId: operation.id } as never)
    return new Set((errors ?? []).map(pointerOf))
  }
}

// Patterns of public documents are often no Unicode patterns.
function tolerantRegExp(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags)
  } catch {
    return new RegExp(pattern)
  }
}

// What openapi-backend cannot compile at all is written in words that it knows; examples may hold a `$ref` that stops its reader.
function forPeer({ document }: ApiDocument): unknown {
  return JSON.parse(JSON.stringify(document, (key: string, value: unknown) => {
    if ((key === 'example' || key === 'examples') && !isSchemaLike(value)) return undefined
    if (key === 'content' && isObject(value)) return withJson(value)
    if (!isObject(value) || typeof value['nullable'] !== 'boolean' || typeof value['type'] === 'string') return value
    const { nullable, ...rest } = value
    return nullable && ['$ref', 'allOf', 'anyOf', 'oneOf', 'not'].some((word) => word in rest) ? { anyOf: [rest, { enum: [null] }] } : rest
  }))
}

// openapi-backend looks into three media types only: the schema of any other JSON is put under the one that it knows.
function withJson(content: JsonObject): JsonObject {
  const [first] = Object.keys(content)
  return first === undefined || lookedAt.some((media) => media in content) || !isJsonMedia(first) || !isObject(content[first]) ? content : { 'application/json': content[first] }
}

const lookedAt = ['application/json', 'multipart/form-data', 'application/x-www-form-urlencoded']

function isJsonMedia(media: string): boolean {
  return /^(application\/([\w.-]+\+)?json|\*\/\*|application\/\*)$/.test(media)
}

// A property may be called `example`.
function isSchemaLike(value: unknown): boolean {
  return isObject(value) && ['type', '$ref', 'allOf', 'anyOf', 'oneOf', 'properties'].some((word) => word in value)
}

// By hand, because the library that openapi-backend brings stops at a `$ref` through another one. Circles stay circles.
function dereferenced(document: unknown): unknown {
  const known = new Map<unknown, unknown>()
  const resolve = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node
    const target = isObject(node) && typeof node['$ref'] === 'string' ? followRefs(document, node) : node
    if (known.has(target)) return known.get(target)
    if (typeof target !== 'object' || target === null) return {}
    const copy: unknown = Array.isArray(target) ? [] : {}
    known.set(target, copy)
    for (const [key, child] of Object.entries(target)) (copy as JsonObject)[key] = resolve(child)
    return copy
  }
  return resolve(document)
}

// What a form carries: text, and nothing of what is null or empty.
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return emptyOr(value.map(asTexts).filter((item) => item !== undefined))
  if (isObject(value)) return emptyOr(Object.fromEntries(Object.entries(value).map(([name, part]) => [name, asTexts(part)]).filter(([, part]) => part !== undefined)))
  return value === null || value === undefined ? undefined : String(value as string)
}

function emptyOr(value: object): object | undefined {
  return Object.keys(value).length === 0 ? undefined : value
}

function pointerOf({ instancePath, keyword, params }: { instancePath: string; keyword: string; params: Record<string, unknown> }): string {
  const property = params['missingProperty'] ?? (keyword === 'additionalProperties' ? params['additionalProperty'] : keyword === 'unevaluatedProperties' ? params['unevaluatedProperty'] : undefined)
  const pointer = `${instancePath}${property === undefined ? '' : `/${escapePointer(String(property))}`}`
  return pointer.replace(/^\/requestBody(?=\/|$)/, '/body').replace(/^\/header(?=\/|$)/, '/headers').replace(/^\/cookie(?=\/|$)/, '/cookies')
}
