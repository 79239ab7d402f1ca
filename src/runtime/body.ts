// Reads a request's body as its media type says.
import { catalog, type ErrorDetail } from '../errors/index.ts'
import type { CompiledOperation } from '../spec/index.ts'
import type { ApiRequest } from './message.ts'
import { type FormPair, toForm } from './form.ts'
import { readMultipart } from './multipart.ts'
import { escapePointer } from './parameters.ts'

/** A body after reading: its value and the declared media type whose schema it must fit. */
export interface ReadBody {
  value: unknown
  /** Absent where there is no body. */
  media?: string
  /** Its values came as text and are coerced. */
  isForm?: boolean
  /** What made it unreadable, for a 400. */
  fault?: string
  /** Parts of a form whose media type is not the declared one. */
  partFaults?: ErrorDetail[]
}

const unreadableJson = "Cannot parse json data: have you set 'Content-Type' to 'application/json'?"

/**
 * Reads the body of a request.
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
  const { value, ...parsed } = parse(bytes, contentType === '' ? media : contentType)
  if (parsed.isForm !== true || parsed.fault !== undefined) return { media, ...parsed, value }
  const pairs = value as FormPair[]
  const partTypes = operation.body.partTypes?.[media]
  return { media, ...parsed, value: toForm(pairs, operation.body.fields?.[media] ?? []), ...(partTypes === undefined ? {} : { partFaults: mistyped(pairs, partTypes) }) }
}

// Fields that say nothing of their type are the text that browsers send; files always have one.
function mistyped(pairs: FormPair[], partTypes: Record<string, string[]>): ErrorDetail[] {
  return pairs.flatMap(({ name, value, contentType = (value as { contentType?: string }).contentType }) => {
    const declared = Object.hasOwn(partTypes, name) ? partTypes[name]! : undefined
    if (declared === undefined || contentType === undefined || chooseMedia(declared, contentType) !== undefined) return []
    return [{ pointer: `/body/${escapePointer(name)}`, message: `must be of the media type ${declared.join(' or ')}, not ${bareType(contentType).slice(0, 100)}` }]
  })
}

/** The media type without parameters, lower case. */
export function bareType(contentType: string): string {
  const semicolon = contentType.indexOf(';')
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()
}

/** Whether a media type carries JSON. */
export function isJson(media: string): boolean {
  return media === 'application/json' || media.endsWith('+json') || media.endsWith('/json')
}

/** The declared media type, possibly with wildcards, that a concrete one falls under; the most exact wins. */
export function chooseMedia(declared: string[], contentType: string): string | undefined {
  // Without the header the body is taken for what the operation declares first.
  if (contentType === '') return declared[0]
  const type = bareType(contentType)
  const candidates = [type, `${type.split('/', 1)[0]}/*`, '*/*']
  for (const candidate of candidates) {
    const found = declared.find((media) => bareType(media) === candidate)
    if (found !== undefined) return found
  }
  return undefined
}

function parse(bytes: Uint8Array, contentType: string): Omit<ReadBody, 'media'> {
  const type = bareType(contentType)
  if (isJson(type)) return parseJson(bytes)
  if (type === 'application/x-www-form-urlencoded') return { value: [...new URLSearchParams(toText(bytes, contentType))].map(([name, text]): FormPair => ({ name, value: text })), isForm: true }
  if (type === 'multipart/form-data') return { ...readMultipart(bytes, contentType), isForm: true }
  if (type.startsWith('text/') || type === 'application/xml' || type.endsWith('+xml')) return { value: toText(bytes, contentType) }
  return { value: bytes }
}

function parseJson(bytes: Uint8Array): { value: unknown; fault?: string } {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown }
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
    throw catalog.UNSUPPORTED_MEDIA_TYPE(`The charset ${charset.slice(0, 40)} is not known; send UTF-8`, { cause })
  }
}
