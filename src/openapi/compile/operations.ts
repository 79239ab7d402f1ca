// Lists the operations of a document and compiles each into its entry of the operation table.
import { bareType, kindOf } from '../../media/index.ts'
import type { ApiDocument } from '../read/document.ts'
import { arrayOf, followRefs, isObject, type JsonObject, objectOf, pointerTo, stringsOf } from '../read/pointers.ts'
import type { CompiledBody, CompiledOperation, CompiledReply, OperationSettings } from '../table.ts'
import { isBinary } from './json-schema.ts'
import { idempotencyOf } from './idempotency.ts'
import { isEqual } from './json-equal.ts'
import { jsonBySchema } from './json-media.ts'
import { taskOf } from './task-operations.ts'
import { compileFields, compileParameter, compilePartTypes, isIgnoredHeader } from './parameters.ts'
import { compileParts } from './part-headers.ts'

/** A value of the document and where it stands; `$ref`s on the way are followed in `value` only. */
export interface Located {
  pointer: string
  value: JsonObject
}

/** An operation as it stands in the document. */
export interface RawOperation {
  /** The operationId, or the last part of x-bind-server; empty where there is neither. */
  id: string
  /** Upper case. */
  method: string
  path: string
  pointer: string
  value: JsonObject
  /** Of the path item and of the operation; an operation's own wins over one of the same name and place. */
  parameters: Located[]
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** The operations that are served, in document order; those with `x-no-bind-server` are left out. */
export function listOperations(api: Pick<ApiDocument, 'document' | 'dialect'>): RawOperation[] {
  const operations: RawOperation[] = []
  for (const [path, item] of Object.entries(objectOf(api.document?.['paths']))) {
    const itemValue = objectOf(followRefs(api.document, item))
    for (const method of Object.keys(itemValue).filter((key) => methods.includes(key))) {
      const value = itemValue[method]
      if (!isObject(value) || 'x-no-bind-server' in value || 'x-no-bind-server' in itemValue) continue
      const pointer = pointerTo('', 'paths', path, method)
      operations.push({ id: idOf(value), method: method.toUpperCase(), path, pointer, value, parameters: parametersOf(api, { pointer: pointerTo('', 'paths', path), value: itemValue }, { pointer, value }) })
    }
  }
  return operations
}

function idOf(operation: JsonObject): string {
  const id = operation['operationId']
  if (typeof id === 'string' && id !== '') return id
  const bound = operation['x-bind-server']
  return typeof bound === 'string' ? bound.split('.').at(-1) ?? '' : ''
}

function parametersOf(api: Pick<ApiDocument, 'document' | 'dialect'>, item: Located, operation: Located): Located[] {
  const merged = new Map<string, Located>()
  for (const [owner, list] of [[item.pointer, item.value['parameters']], [operation.pointer, operation.value['parameters']]] as const) {
    arrayOf(list).forEach((entry, index) => {
      const value = followRefs(api.document, entry)
      if (!isObject(value)) return
      merged.set(`${String(value['in'])} ${String(value['name'])}`, { pointer: pointerTo(owner, 'parameters', index), value })
    })
  }
  return [...merged.values()].filter(({ value }) => !isIgnoredHeader(value, api.dialect))
}

/** Compiles one operation; the document must have passed the checks. */
export function compileOperation(api: ApiDocument, raw: RawOperation, { file, basePath }: { file: string; basePath: string }): CompiledOperation {
  const body = compileBody(api, raw)
  const settings = settingsOf(api, raw.value)
  const declared = repliesOf(api, raw).map(({ status, value }): CompiledReply => compileReply(api, status, contentOf(value)))
  const kept = settings.idempotency === undefined ? declared : withRefusals(declared)
  const replies = settings.task === undefined ? kept : [...kept, { status: '202', media: ['application/json'] }]
  const bound = raw.value['x-bind-client']
  return {
    id: raw.id,
    clientName: typeof bound === 'string' ? bound : raw.id,
    file,
    method: raw.method,
    path: basePath + raw.path,
    parameters: raw.parameters.map(({ value }) => compileParameter(api.document, value)),
    ...(body === undefined ? {} : { body }),
    replies,
    successStatus: successStatusOf(declared),
    security: compileSecurity(api, raw),
    settings,
  }
}

/** The body of an operation with its `$ref` followed; undefined where there is none. */
export function bodyOf(api: Pick<ApiDocument, 'document'>, raw: RawOperation): Located | undefined {
  const value = followRefs(api.document, raw.value['requestBody'])
  return isObject(value) && isObject(value['content']) ? { pointer: pointerTo(raw.pointer, 'requestBody'), value } : undefined
}

/** The replies of an operation with their `$ref`s followed; statuses in document order, `4xx` as `4XX`. */
export function repliesOf(api: Pick<ApiDocument, 'document'>, raw: RawOperation): (Located & { status: string })[] {
  return Object.entries(objectOf(raw.value['responses'])).filter(([status]) => !status.startsWith('x-')).map(([status, value]) => ({
    status: /^[1-5]xx$/i.test(status) ? status.toUpperCase() : status,
    pointer: pointerTo(raw.pointer, 'responses', status),
    value: objectOf(followRefs(api.document, value)),
  }))
}

/** The declarations of a `content` by media type, in lower case and without parameters. Types that differ only in parameters are joined into one that accepts what any of them accepts. */
export function contentOf(owner: JsonObject | undefined): Map<string, JsonObject> {
  const content = new Map<string, JsonObject[]>()
  for (const [type, declared] of Object.entries(objectOf(owner?.['content']))) content.set(bareType(type), [...(content.get(bareType(type)) ?? []), objectOf(declared)])
  return new Map([...content].map(([media, all]): [string, JsonObject] => [media, all.length === 1 ? all[0]! : Object.assign({}, ...all, { schema: eitherOf(all.map(({ schema }) => schema)) }) as JsonObject]))
}

function eitherOf(schemas: unknown[]): unknown {
  if (schemas.includes(undefined)) return undefined
  const distinct = schemas.filter((schema, index) => schemas.findIndex((other) => isEqual(other, schema)) === index)
  return distinct.length === 1 ? distinct[0] : { anyOf: distinct }
}

// The answers that x-klue-idempotency brings along, as the published document shows them.
function withRefusals(declared: CompiledReply[]): CompiledReply[] {
  const covered = (status: string): boolean => declared.some((reply) => [status, '4XX', 'default'].includes(reply.status))
  return [...declared, ...['400', '409', '422'].filter((status) => !covered(status)).map((status) => ({ status, media: ['application/json'] }))]
}

function compileReply(api: ApiDocument, status: string, content: ReadonlyMap<string, JsonObject>): CompiledReply {
  return { status, media: [...content.keys()], ...jsonBySchema(api.document, content) }
}

function compileBody(api: ApiDocument, raw: RawOperation): CompiledBody | undefined {
  const body = bodyOf(api, raw)?.value
  if (body === undefined) return undefined
  const content = contentOf(body)
  const byMedia = <Value extends object>(compile: (media: string, declared: JsonObject) => Value): Record<string, Value> | undefined => {
    const found = [...content].map(([media, declared]) => [media, compile(media, declared)] as const).filter(([, value]) => Object.keys(value).length > 0)
    return found.length === 0 ? undefined : Object.fromEntries(found)
  }
  const fields = byMedia((media, declared) => compileFields(api.document, media, declared))
  const bytes = [...content].filter(([media, { schema }]) => kindOf(media) !== 'bytes' && isBinary(api.document, schema)).map(([media]) => media)
  const partTypes = byMedia(compilePartTypes)
  const partHeaders = byMedia((media, declared) => compileParts(api.document, media, declared))
  return { required: body['required'] === true, media: [...content.keys()], ...jsonBySchema(api.document, content), ...(bytes.length === 0 ? {} : { bytes }), ...(fields === undefined ? {} : { fields }), ...(partTypes === undefined ? {} : { partTypes }), ...(partHeaders === undefined ? {} : { partHeaders }) }
}

function successStatusOf(replies: CompiledReply[]): number {
  const exact = replies.map((reply) => Number(reply.status)).filter((status) => status >= 200 && status < 300)
  return exact.length === 0 ? 200 : Math.min(...exact)
}

function compileSecurity(api: ApiDocument, raw: RawOperation): Record<string, string[]>[] {
  const declared = raw.value['security'] ?? api.document?.['security']
  return arrayOf(declared).filter(isObject).map((alternative) => Object.fromEntries(Object.entries(alternative).map(([name, scopes]) => [name, stringsOf(scopes)])))
}

/** What the `x-klue-*` keys of an operation, and of its first tag, say. */
export function settingsOf(api: Pick<ApiDocument, 'document'>, operation: JsonObject): OperationSettings {
  const tag = stringsOf(operation['tags'])[0]
  const tagValue = arrayOf(api.document?.['tags']).find((candidate) => isObject(candidate) && candidate['name'] === tag)
  const settings: Record<string, unknown> = {
    timeoutSeconds: operation['x-klue-timeout'],
    slowMs: operation['x-klue-slow-ms'],
    bodyLimitBytes: operation['x-klue-body-limit'],
    function: operation['x-klue-function'] ?? objectOf(tagValue)['x-klue-function'],
    idempotency: idempotencyOf(operation),
    task: taskOf(operation),
    decorateServer: operation['x-decorate-server'],
    decorateRequest: operation['x-decorate-request'],
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as OperationSettings
}
