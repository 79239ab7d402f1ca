// Lets operations without a handler answer from their document: klue dev --mock.
import { catalog, UsageError } from '../errors/index.ts'
import { isJson } from '../media/index.ts'
import { type ApiDocument, listOperations, type MockReply, mockReply, type RawOperation } from '../openapi/index.ts'
import { isNotImplemented, qualityOf, type Service, validate } from '../runtime/edge.ts'
import { type ApiSpec, type FormatSet, type Handler, reply } from '../runtime/index.ts'

export interface MockOptions {
  /** Documents of the project, by the name of their API. */
  documents: ReadonlyMap<string, ApiDocument>
  /** Other seeds give other values; the same one always the same. */
  seed: number
}

/** The service with an answer for every operation that has no handler, or one that is `notImplemented`; security schemes that nobody checks take any credentials. */
export function mockService(service: Service, options: MockOptions): Service {
  const apis = service.apis.map((api) => {
    const document = options.documents.get(api.spec.table.api)
    if (document === undefined) throw new UsageError({ code: 'api-unknown', file: api.spec.table.document, message: `There is no document for the API "${api.spec.table.api}"` })
    const open = Object.fromEntries(Object.entries(api.spec.table.securitySchemes).filter(([, scheme]) => scheme.kind !== 'bearer').map(([name]) => [name, () => true]))
    const own = done(api.handlers)
    return { ...api, handlers: { ...mockHandlers(api.spec, document, options.seed), ...own }, security: { ...open, ...done(api.security) }, ...(api.formats === undefined ? {} : { formats: forHandlers(api.formats, own) }) }
  })
  return { name: service.name, routes: service.routes, errorDecorator: service.errorDecorator, apis, ...(service.tasks === undefined ? {} : { tasks: service.tasks }), ...(service.schedules === undefined ? {} : { schedules: service.schedules }) }
}

// A sample is written as text already: only what a handler gave is to be printed.
function forHandlers(formats: FormatSet, handlers: object): FormatSet {
  return {
    ...formats,
    print: (spec, operation, output) => Object.hasOwn(handlers, operation.id) ? formats.print(spec, operation, output) : output.body,
    printHeaders: (spec, operation, output) => Object.hasOwn(handlers, operation.id) ? formats.printHeaders(spec, operation, output) : output.headers,
  }
}

function done<Value>(functions: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(functions).filter(([, one]) => !isNotImplemented(one)))
}

function mockHandlers(spec: ApiSpec, document: ApiDocument, seed: number): Record<string, Handler<never>> {
  return Object.fromEntries(listOperations(document).map((raw) => [raw.id, mockHandler({ spec, document, raw, seed })]))
}

interface Mocked {
  spec: ApiSpec
  document: ApiDocument
  raw: RawOperation
  seed: number
}

function mockHandler(mocked: Mocked): Handler<never> {
  const { document, raw, seed } = mocked
  return ((input: { raw: { headers: Record<string, string> } }) => {
    const { prefer, accept } = input.raw.headers
    const wish = readPrefer(prefer ?? '')
    const found = mockReply(document, raw, { ...wish, seed, prefers: (media) => qualityOf(accept, media) })
    if (found === undefined) throw catalog.INVALID_PARAMETER(`${raw.id} declares no answer for "Prefer: ${prefer ?? ''}"`, { errors: [{ pointer: '/headers/prefer', message: 'must name a declared status or example' }] })
    const applied = prefer === undefined ? {} : { 'preference-applied': prefer }
    if (found.media === undefined) return reply(found.status, undefined, { headers: { ...found.headers, ...applied } })
    const media = found.media.includes('*') ? 'application/json' : found.media
    return reply(found.status, written(media, fitting(mocked, found)), { headers: { ...found.headers, ...applied, 'content-type': media.startsWith('text/') ? `${media}; charset=utf-8` : media } })
  }) as unknown as Handler<never>
}

// RFC 7240: `code=404, example=missing`, also as two headers, which arrive joined.
function readPrefer(header: string): { code?: number; example?: string } {
  const code = /(?:^|[,;\s])code=(\d{3})\b/.exec(header)?.[1]
  const example = /(?:^|[,;\s])example="?([^",;]+)"?/.exec(header)?.[1]?.trim()
  return { ...(code === undefined ? {} : { code: Number(code) }), ...(example === undefined ? {} : { example }) }
}

// Examples of public documents are often out of date; the first body that fits its schema is the best answer.
function fitting({ spec, raw }: Mocked, { bodies, declared, media }: MockReply): unknown {
  const operation = spec.table.operations.find(({ id }) => id === raw.id)!
  const validator = spec.reply(operation).replies[declared]?.[media!.split(';', 1)[0]!.trim().toLowerCase()]
  return (validator === undefined ? undefined : bodies.find((body) => validate(validator, structuredClone(body), '').length === 0)) ?? bodies[0]
}

// Who sets the media type of a text has written the text in it, which holds for JSON too.
function written(media: string, body: unknown): string {
  return typeof body === 'string' && !isJson(media) ? body : JSON.stringify(body)
}
