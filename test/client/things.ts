// A small compiled API with every kind of parameter, body and security, and a server to call.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ClientSpec } from '../../src/client/index.ts'
import type { ClientOperation, CompiledParameter } from '../../src/openapi/table.ts'

export interface Thing {
  id: string
  size?: number
}

export interface Operations {
  getThing: { success: Thing; replies: { 200: Thing; 404: { code: string } } }
  listThings: { success: Thing[]; replies: { 200: Thing[] } }
  createThing: { success: Thing; replies: { 201: Thing } }
  patchThing: { success: Thing; replies: { 200: Thing } }
  deleteThing: { success: undefined; replies: { 204: undefined } }
  getText: { success: string; replies: { 200: string } }
  getFile: { success: Uint8Array; replies: { 200: Uint8Array } }
  headThing: { success: undefined; replies: { 200: undefined } }
}

interface Nothing {
  path: {}
  query: {}
  headers: {}
  cookies: {}
  body: undefined
}

type CallOf<Parts> = Omit<Nothing, keyof Parts> & Parts

export interface Calls {
  getThing: CallOf<{ path: { id: string } }>
  listThings: CallOf<{ query: { limit?: number; tags?: string[]; filter?: { size?: number } }; headers: { 'x-trace'?: string }; cookies: { theme?: string } }>
  createThing: CallOf<{ body: Thing }>
  patchThing: CallOf<{ path: { id: string }; body: Partial<Thing> | undefined }>
  deleteThing: CallOf<{ path: { id: string } }>
  getText: Nothing
  getFile: Nothing
  headThing: CallOf<{ path: { id: string } }>
}

export function parameter(part: Partial<CompiledParameter> & { name: string; in: CompiledParameter['in'] }): CompiledParameter {
  const isSimple = part.in === 'path' || part.in === 'header'
  return { required: part.in === 'path', style: isSimple ? 'simple' : 'form', explode: !isSimple, shape: 'primitive', ...part }
}

export function operation(part: Partial<ClientOperation> & { id: string }): ClientOperation {
  return { clientName: part.id, method: 'GET', path: `/${part.id}`, parameters: [], replies: [{ status: '200', media: ['application/json'] }, { status: 'default', media: ['application/json'] }], security: [], settings: {}, ...part }
}

const id = parameter({ name: 'id', in: 'path' })

export const things: ClientSpec<Operations, Calls> = {
  api: 'things',
  servers: ['/v1'],
  securitySchemes: {},
  operations: [
    operation({ id: 'getThing', clientName: 'fetchThing', path: '/things/{id}', parameters: [id] }),
    operation({
      id: 'listThings',
      path: '/things',
      parameters: [
        parameter({ name: 'limit', in: 'query' }),
        parameter({ name: 'tags', in: 'query', shape: 'array', explode: false }),
        parameter({ name: 'filter', in: 'query', shape: 'object', style: 'deepObject' }),
        parameter({ name: 'x-trace', in: 'header' }),
        parameter({ name: 'theme', in: 'cookie' }),
      ],
    }),
    operation({ id: 'createThing', method: 'POST', path: '/things', body: { required: true, media: ['application/json'] }, replies: [{ status: '201', media: ['application/json'] }] }),
    operation({ id: 'patchThing', method: 'PATCH', path: '/things/{id}', parameters: [id], body: { required: false, media: ['application/json'] } }),
    operation({ id: 'deleteThing', method: 'DELETE', path: '/things/{id}', parameters: [id], replies: [{ status: '204', media: [] }] }),
    operation({ id: 'getText', replies: [{ status: '200', media: ['text/plain'] }] }),
    operation({ id: 'getFile', replies: [{ status: '200', media: ['application/octet-stream'] }] }),
    operation({ id: 'headThing', method: 'HEAD', path: '/things/{id}', parameters: [id] }),
  ],
}

/** An API of operations that a test makes up; without types. */
export function apiOf(operations: ClientOperation[], securitySchemes: ClientSpec['securitySchemes'] = {}): ClientSpec {
  return { api: 'made-up', servers: [], securitySchemes, operations }
}

export interface Received {
  method: string
  /** Path and query as they came. */
  url: string
  headers: IncomingMessage['headers']
  body: Buffer
}

export interface TestServer extends AsyncDisposable {
  url: string
  received: Received[]
}

export type Answerer = (request: Received, response: ServerResponse, count: number) => void

/** Serves on a free port; `answer` gets each request with its body and its number from 1. */
export async function serve(answer: Answerer): Promise<TestServer> {
  const received: Received[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const entry: Received = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) }
      received.push(entry)
      answer(entry, response, received.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, [Symbol.asyncDispose]: close }
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

/** Awaits a rejection and gives what was thrown. */
export async function thrownBy(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  throw new Error('nothing was thrown')
}
