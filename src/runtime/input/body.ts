// Reads a request's body as its media type says.
import { catalog, withoutStack } from '../../errors/index.ts'
import { bareType, chooseMedia, isForm, isJsonOf, kindOf } from '../../media/index.ts'
import type { CompiledOperation } from '../../openapi/index.ts'
import type { ApiRequest } from '../exchange/message.ts'
import { openForms } from './lazy-forms.ts'
import type { ReadForm } from './read-form.ts'

/** A body after reading: its value and the declared media type whose schema it must fit. */
export interface ReadBody extends Partial<Omit<ReadForm, 'value'>> {
  value: unknown
  /** Absent where there is no body. */
  media?: string
}

const unreadableJson = "Cannot parse json data: have you set 'Content-Type' to 'application/json'?"

/**
 * Reads the body of a request.
 * Forms must have been opened by `withForms`.
 * Throws PAYLOAD_TOO_LARGE above the limit and UNSUPPORTED_MEDIA_TYPE where the operation does not declare the type.
 */
export function readBody(operation: CompiledOperation, request: ApiRequest, limitBytes: number): ReadBody {
  const limit = operation.settings.bodyLimitBytes ?? limitBytes
  const bytes = request.body
  if (request.bodyTooLarge === true || (bytes !== undefined && bytes.length > limit)) {
    throw catalog.PAYLOAD_TOO_LARGE(`The body of the request is larger than the ${limit} bytes that ${operation.id} accepts`)
  }
  if (operation.body === undefined) return { value: undefined }
  if (bytes === undefined || bytes.length === 0) return operation.body.required ? { value: undefined, fault: 'must be present' } : { value: undefined }
  const contentType = request.headers['content-type'] ?? ''
  const media = chooseMedia(operation.body.media, contentType)
  if (media === undefined) throw catalog.UNSUPPORTED_MEDIA_TYPE(`${operation.id} takes a body of ${operation.body.media.join(' or ')}, not of ${bareType(contentType)}`)
  if (operation.body.bytes?.includes(media) === true) return { media, value: bytes }
  if (isJsonOf(operation.body, media)) return { media, ...parseJson(bytes, request.text) }
  const sent = contentType === '' ? media : contentType
  return { media, ...(isForm(sent) ? openForms().readForm(operation.body, { media, contentType: sent, bytes, text: () => toText(bytes, sent) }) : parse({ bytes, text: request.text }, sent)) }
}

function parse({ bytes, text }: { bytes: Uint8Array; text: string | undefined }, contentType: string): Omit<ReadBody, 'media'> {
  // Where the request has no media type and the document declares a range such as `image/*`, the body is taken as bytes.
  const kind = contentType.endsWith('/*') ? 'bytes' : kindOf(contentType)
  if (kind === 'json') return parseJson(bytes, text)
  return { value: kind === 'text' ? toText(bytes, contentType) : bytes }
}

let strictUtf8: InstanceType<typeof TextDecoder> | undefined

function parseJson(bytes: Uint8Array, text: string | undefined): { value: unknown; fault?: string } {
  try {
    return { value: JSON.parse(text ?? (strictUtf8 ??= new TextDecoder('utf-8', { fatal: true })).decode(bytes)) as unknown }
  } catch {
    return { value: undefined, fault: unreadableJson }
  }
}

// Throws UNSUPPORTED_MEDIA_TYPE for a charset that is not known: guessing would store broken text.
function toText(bytes: Uint8Array, contentType: string): string {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  if (/^utf-?8$/i.test(charset)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch (cause) {
    throw catalog.UNSUPPORTED_MEDIA_TYPE(`The charset ${charset.slice(0, 40)} is not known; send UTF-8`, { cause: withoutStack(cause) })
  }
}
