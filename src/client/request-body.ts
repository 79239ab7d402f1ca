// Writes the body of a request in the media type that the operation declares.
import { catalog } from '../errors/index.ts'
import { isJson, isJsonOf } from '../media/index.ts'
import type { ClientOperation } from '../openapi/table.ts'
import { fileOf } from './form-file.ts'
import { multipartOf } from './multipart.ts'
import type { RequestBody } from './options.ts'
import { plainText } from './parameter-text.ts'

/** A body that fetch takes, and its Content-Type where fetch does not set it itself. */
export interface WrittenBody {
  body?: RequestBody
  contentType?: string
}

/**
 * Writes a value in the first declared media type that can hold it, or in `contentType` where the caller names one.
 * Throws INVALID_PARAMETER where no declared media type can hold it.
 */
export function writeBody(operation: ClientOperation, value: unknown, contentType?: string): WrittenBody {
  if (value === undefined) return {}
  if (operation.method === 'GET' || operation.method === 'HEAD') throw unwritable(operation, `a ${operation.method} request takes no body`)
  const declared = contentType === undefined ? (operation.body?.media ?? []) : [contentType]
  const choices = declared.length === 0 ? ['application/json'] : declared
  if (isRaw(value)) return writeRaw(value, choices)
  for (const media of choices) {
    const written = writeWithHeaders(operation, media, value) ?? writeAs(operation, media, value)
    if (written !== undefined) return written
  }
  throw unwritable(operation, `${typeof value === 'object' ? 'an object' : `a ${typeof value}`} cannot be written as ${choices.join(' or ')}; give it as text or bytes`)
}

function writeAs(operation: ClientOperation, media: string, value: unknown): WrittenBody | undefined {
  const isText = typeof value === 'string'
  if (isJsonOf(operation.body, media)) return { body: JSON.stringify(value), contentType: media.includes('*') ? 'application/json' : media }
  if (isForm(media, 'application/x-www-form-urlencoded') && isFields(value)) return { body: new URLSearchParams(fieldsOf(value).map(([name, field]): [string, string] => [name, plainText(field)])).toString(), contentType: media }
  if (isForm(media, 'multipart/form-data') && isFields(value)) return { body: formOf(value) }
  if (media.startsWith('*/') || media.startsWith('application/*')) return isText ? { body: value, contentType: 'text/plain' } : { body: JSON.stringify(value), contentType: 'application/json' }
  if (!isText && !(/^text\/plain/i.test(media) && typeof value !== 'object')) return undefined
  return { body: plainText(value), contentType: media.includes('*') ? 'text/plain' : media }
}

// fetch writes forms itself, but no headers of their parts.
function writeWithHeaders(operation: ClientOperation, media: string, value: unknown): WrittenBody | undefined {
  const parts = isForm(media, 'multipart/form-data') ? operation.body?.partHeaders?.[media.split(';', 1)[0]!.trim().toLowerCase()] : undefined
  return parts === undefined || !isFields(value) ? undefined : multipartOf({ id: operation.id, parts }, fieldsOf(value))
}

type RawBody = Exclude<RequestBody, string>

function isRaw(value: unknown): value is RawBody {
  return value instanceof FormData || value instanceof URLSearchParams || value instanceof Blob || value instanceof ReadableStream || value instanceof ArrayBuffer || ArrayBuffer.isView(value)
}

function writeRaw(value: RawBody, choices: string[]): WrittenBody {
  // Only fetch knows the boundary of a form.
  if (value instanceof FormData) return { body: value }
  if (value instanceof URLSearchParams) return { body: value.toString(), contentType: 'application/x-www-form-urlencoded' }
  const own = value instanceof Blob && value.type !== '' ? value.type : undefined
  const bytes = choices.find((media) => !isJson(media) && !media.includes('*') && !/^(?:multipart\/|application\/x-www-form)/i.test(media))
  // Bytes that somebody encoded already may be JSON as well as anything else.
  return { body: value, contentType: own ?? bytes ?? (choices.length === 1 && isJson(choices[0]!) && !choices[0]!.includes('*') ? choices[0]! : 'application/octet-stream') }
}

function isForm(media: string, form: string): boolean {
  return media.toLowerCase().startsWith(form)
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// An array is a field that comes more than once.
function fieldsOf(value: Record<string, unknown>): [string, unknown][] {
  return Object.entries(value).flatMap(([name, field]) => (Array.isArray(field) ? field : [field]).filter((item) => item !== undefined && item !== null).map((item): [string, unknown] => [name, item]))
}

function formOf(value: Record<string, unknown>): FormData {
  const form = new FormData()
  for (const [name, field] of fieldsOf(value)) {
    const file = fileOf(field)
    if (file === undefined) form.append(name, plainText(field))
    else if (file.filename === undefined) form.append(name, file.blob)
    else form.append(name, file.blob, file.filename)
  }
  return form
}

function unwritable(operation: ClientOperation, reason: string): Error {
  return catalog.INVALID_PARAMETER(`The body of ${operation.id} cannot be written: ${reason}`, { errors: [{ pointer: '/body', message: reason }] })
}
