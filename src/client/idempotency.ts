// The idempotency key of a call: one for all of its attempts, so that sending it again cannot make it happen twice.
import { catalog } from '../errors/index.ts'
import type { Call } from './call.ts'

/** The same call with its key in place; as it is where the operation takes none and none is given. */
export function withKey(call: Call): Call {
  const { operation, call: own, options, input } = call
  const { idempotency } = operation.settings
  if (idempotency === undefined && own.idempotencyKey === undefined) return call
  const key = own.idempotencyKey ?? newKey()
  const pointer = idempotency?.pointer ?? (options.idempotencyIn === 'body' ? '/idempotency_key' : undefined)
  if (pointer !== undefined) return { ...call, hasKey: true, input: { ...input, body: bodyWith(call, pointer, key) } }
  return { ...call, hasKey: true, call: { ...own, headers: { 'idempotency-key': quoted(key), ...own.headers } } }
}

// As a string of structured fields (RFC 8941), where it is not plain.
function quoted(key: string): string {
  return /^[\w.:~+/=-]+$/.test(key) ? key : `"${key.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

// A key that the caller wrote into the body stays.
function bodyWith({ operation, input, call }: Call, pointer: string, key: string): unknown {
  const steps = pointer.slice(1).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const put = (value: unknown, [step, ...rest]: string[]): unknown => {
    if (step === undefined) return call.idempotencyKey === undefined ? (value ?? key) : key
    const held = value ?? {}
    const isPlain = typeof held === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(held) as object | null)
    if (!isPlain) throw catalog.INVALID_PARAMETER(`The idempotency key of ${operation.id} belongs into its body at ${pointer}, and the body is no object there`, { errors: [{ pointer: `/body${pointer}`, message: 'must lie in an object' }] })
    return { ...held, [step]: put((held as Record<string, unknown>)[step], rest) }
  }
  return put(input.body, steps)
}

// Pages that came over http have no randomUUID.
function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const digits = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
