// Ids as the bytes that they stand for: chance cannot be compressed, only written shorter.

/** Fields of a record that hold ids. */
export const idFields: ReadonlySet<string> = new Set(['request_id', 'call_id', 'gateway_id', 'error_id'])

/** Stands for an id that is the same as the one of the request, or the same as that of its invocation. */
export const asRequest = 3 as const
export const asInvocation = 4 as const

/** 1: a UUID in small letters; 2: what HTTP APIs call a request, eleven bytes in base64. */
export type IdKind = 1 | 2

const gatewayId = /^[A-Za-z0-9+/]{14}[AEIMQUYcgkosw048]=$/

/** The bytes of an id; undefined where it is neither a UUID nor a gateway's. */
export function idBytes(id: string): { kind: IdKind; bytes: Uint8Array } | undefined {
  if (id.length === 36) {
    const bytes = uuidBytes(id)
    return bytes === undefined ? undefined : { kind: 1, bytes }
  }
  return gatewayId.test(id) ? { kind: 2, bytes: Buffer.from(id, 'base64') } : undefined
}

// Digit by digit: a pattern, a text without the dashes and its bytes took thrice as long, and each request has two or three ids.
function uuidBytes(id: string): Uint8Array | undefined {
  const bytes = Buffer.allocUnsafe(16)
  let at = 0
  for (let index = 0; index < 36; index += 2) {
    if (index === 8 || index === 13 || index === 18 || index === 23) {
      if (id.charCodeAt(index) !== 0x2d) return undefined
      index += 1
    }
    const [high, low] = [digitOf(id.charCodeAt(index)), digitOf(id.charCodeAt(index + 1))]
    if (high < 0 || low < 0) return undefined
    bytes[at++] = high * 16 + low
  }
  return bytes
}

// -1 for what is no hexadecimal digit in small letters.
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1
}

/** The id that bytes from an offset on stand for, and how many they are. */
export function idText(kind: IdKind, bytes: Uint8Array, offset: number): { id: string; length: number } {
  const length = kind === 1 ? 16 : 11
  const own = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length)
  if (kind === 2) return { id: own.toString('base64'), length }
  const hex = own.toString('hex')
  return { id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`, length }
}
