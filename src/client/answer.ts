// Reads the body of an answer as its media type says.
import { bareType, isJsonOf, kindOf } from '../media/index.ts'
import type { ClientOperation, CompiledReply } from '../openapi/table.ts'
import type { Answer } from './send.ts'

/** What the bytes of an answer say. */
export interface ReadAnswer {
  media: string
  body: unknown
  fault?: string
}

/** Reads an answer; what cannot be read comes as text, with the reason in `fault`. */
export function readAnswer(answer: Answer, operation: ClientOperation): ReadAnswer {
  const header = answer.headers.get('content-type') ?? ''
  const media = bareType(header)
  const declared = declaredReply(operation, answer.status)
  // A server that names no type sends what the document declares.
  const type = media === '' ? (declared?.media.find((name) => !name.includes('*')) ?? '') : media
  if (operation.method === 'HEAD' || answer.status === 204 || answer.status === 304) return { media, body: undefined }
  if (answer.bytes.length === 0) return emptyAnswer(media, answer, declared)
  if (isJsonOf(declared, type)) return { media, ...parseJson(textOf(answer.bytes, header)) }
  const isText = ['text', 'urlencoded'].includes(kindOf(type))
  const body = isText ? textOf(answer.bytes, header) : answer.bytes
  const isMismatch = answer.status < 300 && declared !== undefined && declared.media.length > 0 && declared.media.every((name) => isJsonOf(declared, name))
  // A proxy's page with status 200 is the usual case.
  return isMismatch ? { media, body, fault: `it is ${media === '' ? 'of no media type' : media}, not ${declared.media.join(' or ')}` } : { media, body }
}

/** The reply that the document declares for a status: exact, by its hundred, or the default where that can be meant. */
export function declaredReply(operation: ClientOperation, status: number): CompiledReply | undefined {
  const find = (name: string): CompiledReply | undefined => operation.replies.find((reply) => reply.status.toUpperCase() === name)
  const exact = find(String(status)) ?? find(`${Math.floor(status / 100)}XX`)
  // Beside a declared success, the default describes the errors.
  const isDefaultForErrors = status < 300 && operation.replies.some((reply) => reply.status.startsWith('2'))
  return exact ?? (isDefaultForErrors ? undefined : find('DEFAULT'))
}

/** Bytes as text, in the charset of a Content-Type header, else UTF-8. */
export function textOf(bytes: Uint8Array, contentType = ''): string {
  const charset = /;\s*charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

function emptyAnswer(media: string, answer: Answer, declared: CompiledReply | undefined): ReadAnswer {
  const isMissing = answer.status < 300 && declared !== undefined && declared.media.length > 0 && declared.media.every((name) => isJsonOf(declared, name))
  if (isMissing) return { media, body: undefined, fault: 'its body is empty' }
  return { media, body: media.startsWith('text/') ? '' : undefined }
}

function parseJson(text: string): { body: unknown; fault?: string } {
  try {
    return { body: JSON.parse(text) as unknown }
  } catch {
    return { body: text, fault: 'its body is not valid JSON' }
  }
}
