// The key of a request and whose it is: from the header or the body, and from who calls.
import * as idempotencyCodes from '../../errors/idempotency-codes.ts'
import type { IdempotencySettings } from '../../openapi/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { headerOf, readCookies } from '../input/parameters.ts'
import { sentJson } from './sent-json.ts'

const mostCharacters = 255

/** The key that a request brings; undefined where it brings none and needs none. Throws IDEMPOTENCY_KEY_MISSING or IDEMPOTENCY_KEY_INVALID. */
export function readKey({ headers, input, context, request, operation }: Exchange, { required, pointer, anonymous }: IdempotencySettings): string | undefined {
  const place = pointer === undefined ? 'the header Idempotency-Key' : `${pointer} of the body`
  const sent = pointer === undefined ? headerOf(headers, 'idempotency-key') : valueAt(operation?.formats === undefined ? input?.body : sentJson(request), pointer)
  if (sent === undefined || sent === null) {
    if (!required) return undefined
    throw idempotencyCodes.IDEMPOTENCY_KEY_MISSING(`${context.operationId} wants an idempotency key in ${place}: a UUID, the same one each time that the same request is sent`)
  }
  const key = typeof sent === 'string' ? (pointer === undefined ? unquoted(sent.trim()) : sent) : undefined
  if (key === undefined || !/^[\x21-\x7e]+$/.test(key) || key.length > mostCharacters) throw idempotencyCodes.IDEMPOTENCY_KEY_INVALID(`The idempotency key in ${place} must be 1 to ${mostCharacters} visible characters of ASCII${pointer === undefined ? ', bare or in quotes' : ''}`)
  if (context.user === undefined && (anonymous !== true || !hasEnoughBits(key))) throw idempotencyCodes.IDEMPOTENCY_KEY_INVALID(`The idempotency key in ${place} must have 128 bits, such as a UUID, where nobody is logged in`)
  return key
}

/** What tells the callers of a service apart; nobody's key is ever another's. */
export function principalOf({ context: { user }, request: { headers, query }, operation, api }: Exchange): string[] {
  if (user === undefined) return ['anonymous']
  if (user.id !== '') return ['user', user.issuer, user.id]
  // A check that let the caller in without a name: what was shown stands for it.
  const schemes = Object.entries(api!.spec.table.securitySchemes).filter(([name]) => operation!.security.some((alternative) => Object.hasOwn(alternative, name)))
  const shown = schemes.map(([, scheme]) => {
    if (scheme.kind !== 'apiKey') return headers['authorization'] ?? user.token
    return scheme.in === 'header' ? (headerOf(headers, scheme.name.toLowerCase()) ?? '') : scheme.in === 'cookie' ? (readCookies(headers['cookie'])[scheme.name] ?? '') : (new URLSearchParams(query).get(scheme.name) ?? '')
  })
  return ['shown', JSON.stringify(user.claims), ...shown]
}

function valueAt(value: unknown, pointer: string): unknown {
  return pointer.slice(1).split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')).reduce((node, key) => (typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? (node as Record<string, unknown>)[key] : undefined), value)
}

// A string of structured fields (RFC 8941): quotes and backslashes in it are escaped. Anything else in quotes is two keys, or none.
function unquoted(text: string): string | undefined {
  if (!text.startsWith('"')) return text
  return /^"(?:[^"\\]|\\["\\])*"$/.test(text) && text.length > 1 ? text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : undefined
}

const fewestDistinct = 8

// As long as 128 bits are in the smallest alphabet that the key fits into, and not one character again and again.
function hasEnoughBits(key: string): boolean {
  const bare = key.replaceAll('-', '')
  const least = /^\d*$/.test(bare) ? 39 : /^[\da-f]*$/i.test(bare) ? 32 : /^[\da-z]*$/i.test(bare) ? (/^[\da-z]*$|^[\dA-Z]*$/.test(bare) ? 25 : 22) : 20
  return bare.length >= least && new Set(bare).size >= fewestDistinct
}
