// Which answers are kept under an idempotency key, and what of them.
import type { KeptAnswer } from '../../store/index.ts'
import type { ApiResponse } from '../exchange/message.ts'

// Another attempt may end otherwise: it waited too long, met others, or came too often.
const passing = new Set([408, 409, 423, 425, 429])

/** Whether an answer with this status is the last word on its request. */
export function isFinal(status: number): boolean {
  return status >= 200 && status < 500 && !passing.has(status)
}

const mostBytes = 300_000

/** What is kept of an answer: never its cookies; only its status where it is too large or holds tokens. */
export function toKept({ status, headers, body }: ApiResponse): KeptAnswer | { status: number } {
  const shown = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'set-cookie'))
  const head = JSON.stringify(shown)
  if (Buffer.byteLength(body) + Buffer.byteLength(head) > mostBytes || holdsTokens(`${head}\n${typeof body === 'string' ? body : ''}`)) return { status }
  return { status, headers: shown, body }
}

// A token that is kept could be given to whoever comes to know the key, long after it was meant to be used.
const tokens = /\beyJ[\w-]{8,}\.[\w-]{8,}\.|"(?:(?:[\w-]*[_-])?(?:token|password|secret)|[a-z]*(?:Token|Password|Secret)|(?:[\w-]*[_-])?api_?-?key|apiKey)"\s*:\s*"|\b(?:bearer|basic) [\w+/=.~-]{8,}/i

function holdsTokens(text: string): boolean {
  return tokens.test(text)
}
