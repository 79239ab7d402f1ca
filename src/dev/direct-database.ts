// A database whose calls reach the embedded DynamoDB of this thread directly: no socket, no signature, no SDK.
import { type Database, type DatabaseCalls, toDatabaseError } from '../persist/index.ts'
import type { LocalDynamo } from '../platform/local/index.ts'
import { storeDefinition } from '../store/index.ts'

/** The same calls, answers and errors as over the network. */
export function directDatabase(dynamo: LocalDynamo, prefix: string): Database {
  const put = gatheredPuts((rows) => dynamo.putItems(`${prefix}${storeDefinition.table}`, rows))
  return {
    prefix,
    endpoint: dynamo.endpoint,
    now: Date.now,
    async run(name, input, { signal } = {}) {
      signal?.throwIfAborted()
      const rows = name === 'BatchWriteItem' ? ownRows(input as DatabaseCalls['BatchWriteItem'][0], `${prefix}${storeDefinition.table}`) : undefined
      if (rows !== undefined && (await put(rows))) return { UnprocessedItems: {} } as never
      const { status, text } = await dynamo.call(name, toJson(input))
      const answer = JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>
      if (status !== 200) throw toDatabaseError(refusal(answer), name, input)
      return withBytes(answer) as never
    },
    close: () => undefined,
  }
}

// Batches that are on their way at the same time become one: what costs is the write, not the row.
function gatheredPuts(putItems: (items: object[]) => Promise<boolean>): (rows: object[]) => Promise<boolean> {
  let waiting: object[] = []
  let next: Promise<boolean> | undefined
  return (rows) => {
    waiting.push(...rows)
    next ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      const items = waiting
      waiting = []
      next = undefined
      return putItems(items)
    })
    return next
  }
}

// The kit's own rows are what it makes them: nobody needs to look into them once more.
function ownRows({ RequestItems = {} }: DatabaseCalls['BatchWriteItem'][0], table: string): object[] | undefined {
  const { [table]: requests, ...others } = RequestItems
  if (requests === undefined || Object.keys(others).length > 0 || requests.some(({ PutRequest }) => PutRequest?.Item === undefined)) return undefined
  return requests.map(({ PutRequest }) => Object.fromEntries(Object.entries(PutRequest!.Item!).map(([name, value]) => [name, value.B instanceof Uint8Array ? { B: Buffer.from(value.B).toString('base64') } : value])))
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
