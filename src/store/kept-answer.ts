// Answers as the item of an idempotency key holds them: large texts compressed, because each KB is a write unit.

/** An answer that is given again. */
export interface KeptAnswer {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

type Value = { S?: string; N?: string; B?: Uint8Array }

// Below this compressing saves no write unit that its time is worth.
const packFrom = 2048

/** How the bytes of a body are to be read: `t` compressed text, `b` bytes as they are. */
type Kind = 't' | 'b'

/** The attributes of an answer. */
export function toAnswerItem({ status, headers, body }: KeptAnswer): Record<string, Value> {
  const head = { code: { N: String(status) }, hd: { S: JSON.stringify(headers) } }
  // An empty text is no value of some tables.
  if (body.length === 0) return head
  if (typeof body !== 'string') return { ...head, bb: { B: body }, bk: { S: 'b' satisfies Kind } }
  return body.length < packFrom ? { ...head, bs: { S: body } } : { ...head, bb: { B: process.getBuiltinModule('node:zlib').gzipSync(body) }, bk: { S: 't' satisfies Kind } }
}

/** The answer in attributes. */
export function fromAnswerItem(item: Record<string, Value>): KeptAnswer {
  const bytes = item['bb']?.B
  const body = bytes === undefined ? (item['bs']?.S ?? '') : item['bk']?.S === 't' ? process.getBuiltinModule('node:zlib').gunzipSync(bytes).toString() : bytes
  return { status: Number(item['code']!.N), headers: JSON.parse(item['hd']!.S!) as Record<string, string>, body }
}
