// A database whose calls go out as JSON, by whoever signs and sends them; the rare ones about whole tables are left to the SDK.
import type { Database } from './database.ts'
import { toDatabaseError } from './database-error.ts'

/** The calls that need no SDK: whatever is done with items. */
const ownCalls = new Set(['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'TransactGetItems', 'TransactWriteItems', 'UpdateItem'])

export interface JsonDatabaseOptions {
  /** Sends the JSON of a call and resolves to that of its answer. Rejects with an error that is named, and says what else DynamoDB said, as those of the SDK. */
  send(name: string, body: string, signal?: AbortSignal): Promise<Record<string, unknown>>
  /** Ends the connections. */
  close(): void
  /** Makes what is not done with items, and tells prefix, endpoint and time. */
  others: Database
}

/** Opens a database without touching the network. */
export function openJsonDatabase({ send, close, others }: JsonDatabaseOptions): Database {
  return {
    ...others,
    async run(name, input, { signal } = {}) {
      if (!ownCalls.has(name)) return await others.run(name, input, signal === undefined ? {} : { signal })
      try {
        return withBytes(await send(name, JSON.stringify(toWire(name === 'TransactWriteItems' ? withToken(input) : input)), signal)) as never
      } catch (failure) {
        if (failure instanceof Error) withBytes(failure as never)
        throw toDatabaseError(failure, name, input)
      }
    },
    close() {
      close()
      others.close()
    },
  }
}

// So that one whose answer was lost is not done again: the SDK gives it one too.
function withToken(input: object): object {
  return 'ClientRequestToken' in input && input.ClientRequestToken !== undefined ? input : { ...input, ClientRequestToken: process.getBuiltinModule('node:crypto').randomUUID() }
}

// Bytes are base64 in JSON; all else stays as it is.
function toWire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return (Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)).toString('base64')
  if (Array.isArray(value)) return value.map(toWire)
  const written: Record<string, unknown> = {}
  for (const name of Object.keys(value)) setOwn(written, name, toWire((value as Record<string, unknown>)[name]))
  return written
}

// An attribute may be called anything.
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
  else target[name] = value
}

type WireValue = { B?: string | Uint8Array; BS?: (string | Uint8Array)[]; L?: WireValue[]; M?: WireItem }
type WireItem = Record<string, WireValue>

interface Answer {
  Item?: WireItem
  Attributes?: WireItem
  LastEvaluatedKey?: WireItem
  Items?: WireItem[]
  Responses?: Record<string, WireItem[]> | { Item?: WireItem }[]
  UnprocessedKeys?: Record<string, { Keys?: WireItem[] }>
  UnprocessedItems?: Record<string, { PutRequest?: { Item?: WireItem }; DeleteRequest?: { Key?: WireItem } }[]>
  CancellationReasons?: { Item?: WireItem }[]
}

// Where an answer, or a refusal, has attributes, their base64 becomes bytes again.
function withBytes(answer: Answer): Answer {
  for (const item of itemsOf(answer)) if (item !== undefined && item !== null) for (const name of Object.keys(item)) readBytes(item[name]!)
  return answer
}

function itemsOf({ Item, Attributes, LastEvaluatedKey, Items, Responses, UnprocessedKeys, UnprocessedItems, CancellationReasons }: Answer): (WireItem | undefined)[] {
  const items = [Item, Attributes, LastEvaluatedKey]
  if (Items !== undefined) items.push(...Items)
  if (Array.isArray(Responses)) items.push(...Responses.map((one) => one.Item))
  else if (Responses !== undefined) items.push(...Object.values(Responses).flat())
  if (UnprocessedKeys !== undefined) items.push(...Object.values(UnprocessedKeys).flatMap(({ Keys = [] }) => Keys))
  if (UnprocessedItems !== undefined) items.push(...Object.values(UnprocessedItems).flat().flatMap(({ PutRequest, DeleteRequest }) => [PutRequest?.Item, DeleteRequest?.Key]))
  if (CancellationReasons !== undefined) items.push(...CancellationReasons.map((reason) => reason.Item))
  return items
}

function readBytes(value: WireValue): void {
  if (typeof value.B === 'string') value.B = Buffer.from(value.B, 'base64')
  else if (value.BS !== undefined) value.BS = value.BS.map((one) => Buffer.from(one as string, 'base64'))
  else if (value.L !== undefined) value.L.forEach(readBytes)
  else if (value.M !== undefined) for (const name of Object.keys(value.M)) readBytes(value.M[name]!)
}
