// The compiled form of an OpenAPI document: what klue generate writes and the runtime and the client read.
import type { PersistDefinition } from './persist-definition.ts'

export type { PersistDefinition, PersistSpec, TableShape } from './persist-definition.ts'

/** Where a parameter travels. */
export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie'

/** How a parameter is written, and what its schema expects, so that it can be read without its schema. */
export interface CompiledParameter {
  /** As declared; header names in lower case. */
  name: string
  in: ParameterPlace
  required: boolean
  /** With the default of its place filled in: path and header `simple`, query and cookie `form`. */
  style: 'simple' | 'label' | 'matrix' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject'
  /** With the default of its style filled in. */
  explode: boolean
  /** What the schema wants after `$ref`, `allOf`, `anyOf`, `oneOf` are looked through. */
  shape: 'primitive' | 'array' | 'object'
  allowReserved?: boolean
  /** In the query: what a name without a value means, where that is allowed. */
  empty?: true | ''
  /** The media type of a `content` parameter, for example `application/json`. */
  content?: string
  /** `multi` of Swagger 2.0 and form/explode arrays take repeated keys; tsv has no OpenAPI 3 style. */
  separator?: '\t'
  /** For an exploded `form` object in the query: the properties that its schema names; absent if it takes any. */
  properties?: string[]
}

export interface CompiledBody {
  required: boolean
  /** Declared media types in document order, lower case, without parameters; may hold wildcards. */
  media: string[]
  /** Those media types whose bodies handlers get as bytes, although such a type is usually parsed. */
  bytes?: string[]
  /** Those media types that are JSON by their schema, although their names do not say so. */
  json?: string[]
  /** By media type of forms: the fields that are lists or objects, described like parameters of a query. `content` is JSON where the field holds its value as JSON. */
  fields?: Record<string, CompiledParameter[]>
  /** By media type of multipart forms: the media types, possibly with wildcards, that a part of a name may have. */
  partTypes?: Record<string, Record<string, string[]>>
  /** By media type of multipart forms, then by field: the headers that its parts declare. */
  partHeaders?: Record<string, Record<string, CompiledPart>>
}

/** A field of a multipart form whose parts declare headers of their own. */
export interface CompiledPart {
  /** The field is a list, of which each part is an item. */
  isList?: boolean
  headers: CompiledParameter[]
}

export interface CompiledReply {
  /** `200`, `4XX` or `default`. */
  status: string
  /** Declared media types, empty where the answer has no body. */
  media: string[]
  /** As in a body. */
  json?: string[]
}

/** The x-klue-* settings of an operation, in camelCase. */
export interface OperationSettings {
  /** x-klue-timeout: seconds until 504. */
  timeoutSeconds?: number
  /** x-klue-slow-ms: milliseconds after which a call is reported as slow. */
  slowMs?: number
  /** x-klue-body-limit: bytes; overrides `body_limit_bytes` of the configuration. */
  bodyLimitBytes?: number
  /** x-klue-function: name of the Lambda function that serves this operation. */
  function?: string
  /** x-klue-idempotency: requests with the same key have one effect and one answer. */
  idempotency?: IdempotencySettings
  /** x-klue-task: it is accepted with 202 and runs in a worker. */
  task?: TaskSettings
  /** x-decorate-server: name of the decorator around the handler. */
  decorateServer?: string
  /** x-decorate-request: name of the decorator around the client's call. */
  decorateRequest?: string
}

/** What x-klue-idempotency says. */
export interface IdempotencySettings {
  /** Requests without a key are refused. */
  required: boolean
  /** For how long a key is known. */
  ttlSeconds: number
  /** Where the key lies in the body; absent where it comes in the header `Idempotency-Key`. */
  pointer?: string
  /** Callers whom nobody knows may use keys, of 128 bits. */
  anonymous?: true
  /** A request whose outcome is not known is not run again. */
  refuses?: true
  /** Declared headers, in lower case, that requests with the same key must share. */
  headers?: string[]
}

/** What x-klue-task says. */
export interface TaskSettings {
  /** Runs that may fail. */
  attempts: number
  /** Seconds of a run. */
  timeoutSeconds: number
  /** Runs at the same time, over all instances. */
  concurrency?: number
  /** The property of the 202 in which the task lies; absent where it is the body itself. */
  envelope?: '_task'
}

export interface CompiledOperation {
  /** The operationId; unique within its API. */
  id: string
  /** The client's method name: x-bind-client, else the operationId. */
  clientName: string
  /** File name of the validators without folder and extension: `requests/<file>.cjs` and `replies/<file>.cjs`. */
  file: string
  /** Upper case. */
  method: string
  /** The path template as declared, below the base path where `base_path: true`. */
  path: string
  parameters: CompiledParameter[]
  body?: CompiledBody
  replies: CompiledReply[]
  /** The status of a plain returned value: the lowest declared 2xx, else 200. */
  successStatus: number
  /** Alternatives; within one all schemes must be satisfied. Empty: open to everybody. */
  security: Record<string, string[]>[]
  settings: OperationSettings
  /** Where values of custom formats lie; absent where there are none. */
  formats?: OperationFormats
}

/** Where values of custom formats lie in the parts of an operation. */
export interface OperationFormats {
  /** Below `path`, `query`, `headers`, `cookies`. */
  parameters?: FormatPlan
  /** By declared media type. */
  body?: Record<string, FormatPlan>
  /** Of the headers of parts, by declared media type, then by field. */
  parts?: Record<string, Record<string, FormatPlan>>
  /** By declared status, then by media type. */
  replies?: Record<string, Record<string, FormatPlan>>
  /** Of the headers of answers, by declared status. */
  replyHeaders?: Record<string, FormatPlan>
}

/** The custom formats of an API: those that `x-klue-formats` names. */
export interface TableFormats {
  names: string[]
  /** Plans that others refer to, by the pointer of their schema. */
  schemas: Record<string, FormatPlan>
}

/** Where values of custom formats lie in a value. All members of a plan apply together. */
export interface FormatPlan {
  /** The value itself, where it is text. */
  format?: string
  properties?: Record<string, FormatPlan>
  /** Of properties by regular expression, with its bound: see `boundedPattern`. */
  patterns?: { source: string; most?: number; plan: FormatPlan }[]
  /** Of all other properties. */
  others?: FormatPlan
  /** Of the first items of a list, empty where one has none; `items` is for those that follow. */
  first?: FormatPlan[]
  items?: FormatPlan
  all?: FormatPlan[]
  /** Branches of a union; a branch applies if the value meets its conditions. */
  any?: FormatBranch[]
  /** The pointer of a schema in the table's `formats`. */
  ref?: string
}

/** A branch of a union: its plan, and conditions that can be tested without a validator. */
export interface FormatBranch {
  types?: string[]
  values?: unknown[]
  required?: string[]
  /** Properties that may only have these values. */
  fixed?: Record<string, unknown[]>
  plan?: FormatPlan
}

export type SecurityScheme =
  | { kind: 'bearer' }
  | { kind: 'basic' }
  | { kind: 'apiKey'; name: string; in: 'header' | 'query' | 'cookie' }
  /**
   * All others: the service has to register a handler of its own; until then nobody passes.
   * `scheme` is the name of its HTTP authentication scheme; absent for oauth2 and openIdConnect, whose tokens are bearer tokens.
   */
  | { kind: 'custom'; scheme?: string }

/**
 * One node of the route tree; a request path is split at `/` and matched segment by segment,
 * literals first, then segment patterns with more literal characters first, then whole-segment parameters.
 */
export interface RouteNode {
  /** Next nodes by literal segment (percent-decoded). */
  literals?: Record<string, RouteNode>
  /** Next nodes by a pattern such as `{base}...{head}`, most literal characters first. `source` is an anchored regular expression over the decoded segment with one group for each name. */
  patterns?: { source: string; names: string[]; node: RouteNode }[]
  /** The next node for a segment that is one parameter as a whole. Names are positional: see `methods`. */
  parameter?: RouteNode
  /** Operations that end here: method → index into `operations` and the names of the whole-segment and pattern parameters in path order. */
  methods?: Record<string, { operation: number; names: string[] }>
}

/** The file `table.cjs` of an API. Plain data. */
export interface ApiTable {
  /** File name of the document without extension. */
  api: string
  /** info.title */
  title: string
  /** info.version */
  version: string
  /** info.description */
  description?: string
  /** As declared in the document, before any conversion, for example `3.1.0` or `2.0`. */
  openapi: string
  /** Path of the document relative to the project's folder, with forward slashes. */
  document: string
  /** Path part of the first server URL or basePath, without trailing slash; empty where there is none. Not part of the routes unless `base_path: true`. */
  basePath: string
  securitySchemes: Record<string, SecurityScheme>
  /** The custom formats that a service may register; absent where the document names none. */
  formats?: TableFormats
  operations: CompiledOperation[]
  /** Reads one of `operations`; present where using the list would read all of them. */
  operationAt?(position: number): CompiledOperation
  routes: RouteNode
  /** The definitions with x-persist. */
  persist: PersistDefinition[]
}

/** Where a record of `api.pack` lies: offset and length in bytes. */
export type Span = [offset: number, length: number]

/** The part of a function's `api.json` that says where each record lies in `api.pack`. */
export interface PackedIndex {
  /** Places of the operations: 6 digits of offset and 4 of length each, to the base 36. */
  operations: string
  count: number
  /** The code of runtime.cjs. */
  runtime: Span
  /** The root of the route tree; a node in it may be a Span instead. */
  routes: Span
  /** Places of the shared validators by file name; and those of exported schemas, where there are any. */
  schemas: Span
  values?: Record<string, Span>
  /** The security schemes that operations use. */
  schemes: string[]
  /** Positions of the operations with x-decorate-server. */
  decorated: number[]
  /** Positions of the operations with x-klue-task; absent where there are none. */
  tasks?: number[]
}

/** The file `api.json` of an API in a function. */
export interface PackedTable extends Omit<ApiTable, 'operations' | 'routes'> {
  pack: PackedIndex
}

/** An operation's types; klue generate writes one for each operation. */
export interface OperationTypes {
  path: object
  query: object
  headers: object
  cookies: object
  body: unknown
  /** Declared bodies by status; numeric keys, and `default`. */
  replies: object
  /** The success bodies: what a handler may return as it is. */
  success: unknown
  /** Headers of answers with custom formats, by status; absent where there are none. */
  replyHeaders?: object | undefined
  /** It runs as a task. */
  task?: true | undefined
}

/** What klue/client needs of an API; plain data, so that it runs in browsers. */
export interface ClientSpec<Operations = unknown, Calls = unknown> {
  api: string
  /** Servers of the document, for a client without an address. */
  servers: string[]
  securitySchemes: Record<string, SecurityScheme>
  operations: ClientOperation[]
  /** Carries the types; never set. */
  readonly types?: Operations
  /** Carries the types of what callers give, before defaults are filled in; never set. */
  readonly calls?: Calls
}

export type ClientOperation = Pick<CompiledOperation, 'id' | 'clientName' | 'method' | 'path' | 'parameters' | 'body' | 'security' | 'settings'> & { replies: CompiledReply[] }
