// The step reply: what a handler gave becomes the declared status, media type and body.
import { catalog, fromErrorBody, isError, isHttpError } from '../../errors/index.ts'
import { chooseMedia, fallsUnder, holdsJson, isJsonOf } from '../../media/index.ts'
import type { CompiledOperation, CompiledReply } from '../../openapi/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { ApiResponse } from '../exchange/message.ts'
import { isReply, type Reply, reply } from '../exchange/reply.ts'
import { isHeaderName } from './finish.ts'
import { qualityOf } from './negotiate.ts'

/** An answer before the last touches, with what the response check needs to know. */
export interface Rendered {
  response: ApiResponse
  /** The declared status (`200`, `4XX`, `default`) and media type that the answer falls under; the latter is empty where there is no body. */
  declared: { status: string; media: string } | undefined
  /** What the body was written from; undefined where it was given as text or bytes, or there is none. */
  value?: object
}

export interface RenderOptions {
  /** The caller's header. */
  accept: string | undefined
  api?: Exchange['api'] | undefined
}

/**
 * Renders what a handler gave. A failure that was returned is thrown.
 * Throws RESPONSE_INVALID for what no answer can carry, and where there is nothing to send although a body is declared.
 */
export function render(operation: CompiledOperation | undefined, value: unknown, { accept, api }: RenderOptions): Rendered {
  if (isError(value)) throw value
  const given: Reply = isReply(value) ? value : reply(operation?.successStatus ?? 200, value)
  const declared = operation === undefined || !Number.isInteger(given.status) ? undefined : declaredReply(operation, given.status)
  const formats = operation === undefined || declared === undefined ? undefined : api?.formats
  const answer = formats === undefined ? given : { ...given, headers: formats.printHeaders(api!.spec, operation!, { headers: given.headers, status: declared!.status }) }
  if (isError(answer.body)) throw withReply(answer)
  checkReply(answer, operation?.id ?? 'this route')
  const isBodiless = answer.status === 204 || answer.status === 304 || (declared !== undefined && declared.media.length === 0)
  if (answer.body === undefined || answer.body === null) {
    if (!isReply(value) && operation !== undefined && !isBodiless && declared !== undefined) {
      throw catalog.RESPONSE_INVALID(`The handler of ${operation.id} returned nothing, but status ${answer.status} is declared with a body`)
    }
    if (answer.body === undefined) return { response: { ...parts(answer), body: '' }, declared: declared === undefined ? undefined : { status: declared.status, media: '' } }
  }
  const media = answer.headers['content-type'] ?? suitingMedia(declared ?? { media: [] }, answer.body, { accept, texts: formats === undefined ? undefined : operation!.formats?.replies?.[declared!.status] })
  const matched = declared === undefined ? undefined : { status: declared.status, media: matching(declared.media, media) }
  const isWritten = typeof answer.body === 'string' && answer.headers['content-type'] !== undefined
  const printed = formats === undefined || matched === undefined || isWritten ? answer : { ...answer, body: formats.print(api!.spec, operation!, { body: answer.body, declared: matched }) }
  const response = { ...parts(answer), body: encode(printed, isJsonOf(declared, media)) }
  response.headers['content-type'] ??= media.startsWith('text/') && !media.includes('charset') ? `${media}; charset=utf-8` : media
  return typeof printed.body === 'object' && printed.body !== null && typeof response.body === 'string' ? { response, declared: matched, value: printed.body } : { response, declared: matched }
}

/** The declaration that a status falls under: its own, its class, or the default. */
export function declaredReply(operation: CompiledOperation, status: number): CompiledReply | undefined {
  const named = (name: string): CompiledReply | undefined => operation.replies.find((declared) => declared.status === name || declared.status.toUpperCase() === name)
  return named(String(status)) ?? named(`${Math.floor(status / 100)}XX`) ?? named('DEFAULT')
}

// A status or header that HTTP does not allow would fail later, in each edge in another way, so it is refused here.
function checkReply({ status, headers }: Reply, name: string): void {
  if (!Number.isInteger(status) || status < 200 || status > 999) throw catalog.RESPONSE_INVALID(`The handler of ${name} answered with ${String(status)}, which is no status from 200 to 999`)
  for (const header of Object.keys(headers)) {
    if (isHeaderName(header) && ['string', 'number', 'boolean'].includes(typeof headers[header])) continue
    throw catalog.RESPONSE_INVALID(`The handler of ${name} set the header ${JSON.stringify(header)}, which cannot be written`)
  }
}

function parts({ status, headers, cookies }: Reply): Omit<ApiResponse, 'body'> {
  return { status, headers: { ...headers }, cookies }
}

// A reply whose body is an error counts as that error; the error's status wins over the reply's.
function withReply(answer: Reply): unknown {
  if (isHttpError(answer.body)) return answer.body
  const error = fromErrorBody(answer.body as never)
  Object.assign(error.headers, answer.headers)
  return error
}

function suitingMedia(reply: Pick<CompiledReply, 'media' | 'json'>, body: unknown, { accept, texts }: { accept: string | undefined; texts: Record<string, unknown> | undefined }): string {
  const declared = reply.media
  const suits = declared.filter((media) => suitsBody(isJsonOf(reply, media), body) || (texts?.[media] !== undefined && media.startsWith('text/') && isPrintable(body, reply)))
  // Takes the type that the caller wants most, of equal ones the first declared. Where the caller wants none of them, the first is sent all the same.
  const chosen = suits.reduce<string | undefined>((best, media) => (best === undefined || qualityOf(accept, media) > qualityOf(accept, best) ? media : best), undefined)
  if (chosen !== undefined && !chosen.includes('*')) return chosen
  if (body instanceof Uint8Array) return 'application/octet-stream'
  const range = chosen ?? declared.find((media) => media.endsWith('/*') && holdsJson(media))
  if (range !== undefined) return ['application/json', ...(typeof body === 'string' ? ['text/plain'] : [])].find((type) => fallsUnder(type, range)) ?? `${range.split('/', 1)[0]!}/json`
  return typeof body === 'string' && declared.length === 0 ? 'text/plain' : 'application/json'
}

// Whether a format may print the value as the whole body. A plain object is taken as JSON, if JSON is declared too.
function isPrintable(body: unknown, reply: Pick<CompiledReply, 'media' | 'json'>): boolean {
  if (body === null || body instanceof Uint8Array) return false
  return typeof body !== 'object' || ![Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(body) as object | null) || !reply.media.some((media) => isJsonOf(reply, media))
}

function suitsBody(isJson: boolean, body: unknown): boolean {
  if (body instanceof Uint8Array) return !isJson
  return typeof body === 'string' || isJson
}

// A text whose media type the handler sets is sent as it is, not as a JSON string.
function encode({ body, headers }: Reply, isJson: boolean): string | Uint8Array {
  if (body instanceof Uint8Array) return body
  if (typeof body === 'string' && (headers['content-type'] !== undefined || !isJson)) return body
  const text = jsonOf(body)
  if (text === undefined) throw catalog.RESPONSE_INVALID(`The handler returned a ${typeof body}, which JSON cannot hold`)
  return text
}

function jsonOf(body: unknown): string | undefined {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    // JSON.parse takes deeper nesting than JSON.stringify, so a value may be received that cannot be sent.
    if (cause instanceof RangeError) throw catalog.RESPONSE_INVALID('The handler returned what is nested too deeply for JSON', { cause })
    throw cause
  }
}

function matching(declared: string[], media: string): string {
  return chooseMedia(declared, media) ?? media
}
