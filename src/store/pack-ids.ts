// Ids as the bytes that they stand for: chance cannot be compressed, only written shorter.

/** Fields of a record that hold ids. */
export const idFields: ReadonlySet<string> = new Set(['request_id', 'call_id', 'gateway_id', 'error_id'])

/** Stands for an id that is the same as the one of the request, or the same as that of its invocation. */
export const asRequest = 3 as const
export const asInvocation = 4 as const

/** 1: a UUID in small letters; 2: what HTTP APIs call a request, eleven bytes in base64. */
export type IdKind = 1 | 2

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const gatewayId = /^[A-Za-z0-9+/]{14}[AEIMQUYcgkosw048]=$/

/** The bytes of an id; undefined where it is neither a UUID nor a gateway's. */
export function idBytes(id: string): { kind: IdKind; bytes: Uint8Array } | undefined {
  if (uuid.test(id)) return { kind: 1, bytes: Buffer.from(id.replaceAll('-', ''), 'hex') }
  return gatewayId.test(id) ? { kind: 2, bytes: Buffer.from(id, 'base64') } : undefined
}

/** The id that bytes from an offset on stand for, and how many they are. */
export function idText(kind: IdKind, bytes: Uint8Array, offset: number): { id: string; length: number } {
  const length = kind === 1 ? 16 : 11
  const own = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length)
  if (kind === 2) return { id: own.toString('base64'), length }
  const hex = own.toString('hex')
  return { id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`, length }
}
