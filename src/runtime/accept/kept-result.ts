// The answer of an operation as it lies beside its task, and as it is given out.
import { bareType, isJson } from '../../media/index.ts'
import type { ApiResponse } from '../exchange/message.ts'

/** An answer as JSON. */
export interface KeptResult {
  status: number
  headers: Record<string, string>
  /** The value of a JSON body; `text` or base64 `bytes` of any other. */
  body?: unknown
  text?: string
  bytes?: string
}

/** What is kept: everything but cookies, which belong to whoever gets them first. */
export function toKeptResult({ status, headers, body }: ApiResponse): KeptResult {
  const shown = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'set-cookie'))
  if (body.length === 0) return { status, headers: shown }
  if (typeof body !== 'string') return { status, headers: shown, bytes: Buffer.from(body).toString('base64') }
  try {
    return isJson(bareType(headers['content-type'] ?? '')) ? { status, headers: shown, body: JSON.parse(body) as unknown } : { status, headers: shown, text: body }
  } catch {
    return { status, headers: shown, text: body }
  }
}

/** The answer again. */
export function fromKeptResult({ status, headers, body, text, bytes }: KeptResult): ApiResponse {
  return { status, headers: { ...headers }, cookies: [], body: bytes === undefined ? (body === undefined ? text ?? '' : JSON.stringify(body)) : Buffer.from(bytes, 'base64') }
}
