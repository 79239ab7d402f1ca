// A service on a generated API in a temporary folder, for tests that send requests to its pipeline.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fromMergedConfig } from '../../src/config/build.ts'
import type { Config } from '../../src/config/index.ts'
import { type ApiRequest, type ApiResponse, type LogRecord, openService, type Platform } from '../../src/runtime/edge.ts'
import { type ApiSpec, defineService, type Handler, loadSpec, type Service, type ServiceOptions } from '../../src/runtime/index.ts'
import { generate } from '../../src/openapi/index.ts'

/** An operation whose parts may be anything: tests look at what arrives. */
export interface Loose {
  path: Record<string, unknown>
  query: Record<string, unknown>
  headers: Record<string, unknown>
  cookies: Record<string, unknown>
  body: unknown
  replies: Record<number, unknown>
  success: unknown
}

export type LooseOperations = Record<string, Loose>
export type LooseHandlers = Record<string, Handler<Loose>>

export interface PlatformParts {
  /** Keys of klue-config.yaml. */
  config?: Record<string, unknown>
  now?: () => number
  secret?: (name: string) => string | undefined
  local?: Platform['local']
  database?: Platform['database']
}

export interface Answer {
  status: number
  headers: Record<string, string>
  cookies: string[]
  body: string | Uint8Array
  /** The body as JSON. */
  json: Record<string, unknown>
  /** The body as text. */
  text: string
}

export interface Sent {
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Further parts of the request. */
  more?: Partial<ApiRequest>
}

export interface Opened {
  service: Service
  platform: Platform
  log: LogRecord[]
  answer(request: ApiRequest): Promise<ApiResponse>
  /** Sends `METHOD /path?query`. */
  send(line: string, sent?: Sent): Promise<Answer>
}

export const jwtSecret = 'a-secret-for-tests-only'

/** The document of an API as JSON, which is YAML too. */
export function apiDocument(paths: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { openapi: '3.0.3', info: { title: 'Test', version: '1.2.3' }, paths, ...more }
}

/** An operation with one JSON answer of any shape, unless `more` says otherwise. */
export function operation(operationId: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { operationId, responses: { 200: { description: 'OK', content: { 'application/json': { schema: {} } } } }, ...more }
}

/** A declared parameter by place and name, such as `query limit`. */
export function parameter(placeAndName: string, schema: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  const [place, name] = placeAndName.split(' ')
  return { in: place, name, ...(place === 'path' ? { required: true } : {}), ...('content' in more ? {} : { schema }), ...more }
}

/** A JSON body of this schema. */
export function jsonBody(schema: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { required: true, content: { 'application/json': { schema } }, ...more }
}

/** Generates an API and opens its compiled form; the folder goes with the process. */
export async function compileApi(document: Record<string, unknown>, name: string = 'test'): Promise<ApiSpec<LooseOperations>> {
  return loadSpec<LooseOperations>(await compileFolder(document, name))
}

/** Generates an API; gives the folder of its compiled form, which goes with the process. */
export async function compileFolder(document: Record<string, unknown>, name: string = 'test'): Promise<URL> {
  const root = mkdtempSync(join(tmpdir(), 'klue-runtime-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'apis'))
  writeFileSync(join(root, 'apis', `${name}.yaml`), JSON.stringify(document, null, 1))
  await generate(root)
  return pathToFileURL(join(root, 'functions', 'gen', name, '/'))
}

/** A configuration of the stage `test`. */
export function testConfig(values: Record<string, unknown> = {}): Config {
  return fromMergedConfig({ stage: 'test', values: { name: 'test', ...values }, places: {} }, { env: {}, secrets: {} })
}

/** A platform without tables that keeps its log. */
export function testPlatform(parts: PlatformParts = {}): Platform & { lines: LogRecord[] } {
  const lines: LogRecord[] = []
  const none = (): never => {
    throw new Error('these tests have no tables')
  }
  return {
    config: testConfig(parts.config),
    database: parts.database ?? none,
    store: none,
    secret: (name) => Promise.resolve(parts.secret === undefined ? (name === 'jwt_secret' ? jwtSecret : undefined) : parts.secret(name)),
    log: (record) => void lines.push(record),
    local: parts.local ?? new Map(),
    version: '',
    now: parts.now ?? Date.now,
    lines,
  }
}

/** Opens a service in this process. */
export function open(options: ServiceOptions<LooseOperations>, parts: PlatformParts = {}): Opened {
  const platform = testPlatform(parts)
  const service = defineService(options)
  const { answer } = openService(service, platform)
  return { service, platform, log: platform.lines, answer, send: async (line, sent) => toAnswer(await answer(toRequest(line, sent))) }
}

/** Compiles a document and opens a service on it. */
export async function openApi(document: Record<string, unknown>, options: Partial<ServiceOptions<LooseOperations>> = {}, parts: PlatformParts = {}): Promise<Opened> {
  const spec = await compileApi(document)
  const echo = Object.fromEntries(spec.table.operations.map(({ id }) => [id, () => ({})])) as LooseHandlers
  return open({ spec, handlers: echo, ...options }, parts)
}

/** The request of a line such as `GET /things?limit=2`. */
export function toRequest(line: string, { headers = {}, body, more }: Sent = {}): ApiRequest {
  const [method = 'GET', target = '/'] = line.split(/ (.*)/s)
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  return { method, path, query, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }), sourceIp: '127.0.0.1', ...more }
}

function toAnswer(response: ApiResponse): Answer {
  const text = Buffer.from(response.body).toString()
  return {
    ...response,
    text,
    get json() {
      return JSON.parse(text) as Record<string, unknown>
    },
  }
}
