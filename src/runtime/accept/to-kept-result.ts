// From the answer of an operation to what lies beside its task.
import { bareType, isJson } from '../../media/index.ts'
import type { ApiResponse } from '../exchange/message.ts'
import type { KeptResult } from './kept-result.ts'

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
