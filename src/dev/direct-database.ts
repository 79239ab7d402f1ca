// A database whose calls reach the embedded DynamoDB of this thread directly: no socket, no signature, no SDK.
import { type Database, toDatabaseError } from '../persist/index.ts'
import type { LocalDynamo } from '../platform/local/index.ts'

/** The same calls, answers and errors as over the network. */
export function directDatabase(dynamo: LocalDynamo, prefix: string): Database {
  return {
    prefix,
    endpoint: dynamo.endpoint,
    now: Date.now,
    async run(name, input, { signal } = {}) {
      signal?.throwIfAborted()
      const { status, text } = await dynamo.call(name, toJson(input))
      const answer = JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>
      if (status !== 200) throw toDatabaseError(refusal(answer), name, input)
      return withBytes(answer) as never
    },
    close: () => undefined,
  }
}

// Bytes travel as base64. Few items hold any, and a look at each value takes longer than all the rest.
function toJson(input: unknown): string {
  const json = JSON.stringify(input)
  return json.includes('"B":{') || json.includes('"BS":[') ? JSON.stringify(input, base64) : json
}

function base64(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key]
  return original instanceof Uint8Array ? Buffer.from(original.buffer, original.byteOffset, original.byteLength).toString('base64') : value
}

// An attribute that holds bytes is the only thing called B that is a text.
function withBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (const inner of value) withBytes(inner)
    return value
  }
  const fields = value as Record<string, unknown>
  for (const key in fields) {
    const inner = fields[key]
    if (key === 'B' && typeof inner === 'string') fields[key] = Buffer.from(inner, 'base64')
    else if (key === 'BS' && Array.isArray(inner)) fields[key] = inner.map((one) => (typeof one === 'string' ? Buffer.from(one, 'base64') : one))
    else withBytes(inner)
  }
  return value
}

// With what else it says, such as the reasons of a transaction that was cancelled.
function refusal({ __type: type, message, Message: other, ...more }: Record<string, unknown>): Error {
  return Object.assign(new Error(String(message ?? other ?? '')), withBytes(more), { name: String(type ?? 'Error').replace(/^.*#/, '') })
}
