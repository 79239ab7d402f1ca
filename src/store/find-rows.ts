// Where to look for a user, a call, an error, an instance or an operation: entries of closed minutes, a few bytes for each value and pack.
import type { Database } from '../persist/index.ts'
import { lengthOf, startOf } from './count-rows.ts'
import { storeDefinition } from './definition.ts'
import { packKinds, packShards } from './pack-rows.ts'
import { shards } from './request-row.ts'
import { untilTaken } from './throttled.ts'

/** Where requests with a value lie: packs of a kind, or single rows, of one shard, whose newest request began in this second. */
export interface FindPlace {
  /** Epoch milliseconds of a whole second. */
  second: number
  place: Place
}

export type Place = { kind: 'i' | 'w'; shard: number } | { kind: 'single'; shard: number }

// Four bytes of the value's hash, one for the second within the minute, one for the place.
const entryBytes = 6

// So many bytes lie beside those of other minutes, and an hour of them in two pages; a larger minute has a partition of its own, in order of hashes.
const mostTogether = 32_768
const chunkBytes = 12_000

/** Entries of a minute while they are gathered: each once. */
export class FindEntries {
  readonly #entries = new Set<string>()

  add(value: string, { second, place }: FindPlace): void {
    const bytes = Buffer.alloc(entryBytes)
    hashOf(value).copy(bytes)
    bytes[4] = Math.floor((second % lengthOf('minute')) / 1000)
    bytes[5] = numberOf(place)
    this.#entries.add(bytes.toString('latin1'))
  }

  /** In order of their hashes. */
  bytes(): Buffer {
    return Buffer.from([...this.#entries].sort().join(''), 'latin1')
  }
}

/** Writes the entries of a minute in place of what was there. */
export async function writeFinds(database: Database, { minute, entries, expires }: { minute: number; entries: FindEntries; expires: number }): Promise<void> {
  const bytes = entries.bytes()
  if (bytes.length === 0) return
  const put = async (pk: string, sk: string, e: Uint8Array): Promise<void> => void (await untilTaken(() => database.run('PutItem', { TableName: table(database), Item: { pk: { S: pk }, sk: { S: sk }, e: { B: e }, expires: { N: String(expires) } } })))
  if (bytes.length <= mostTogether) return await put(hourKey(minute), isoOf(minute), bytes)
  // The chunks first: who reads that there are some finds them.
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const chunk = bytes.subarray(from, from + chunkBytes)
    await put(minuteKey(minute), chunk.subarray(0, entryBytes).toString('hex'), chunk)
  }
  await put(hourKey(minute), isoOf(minute), Buffer.alloc(1))
}

/** Where requests of an hour with a value lie, as far as its minutes are closed. Reads the entries of the hour, and one or two items more for each of its large minutes. */
export async function readFinds(database: Database, { hour, value }: { hour: number; value: string }): Promise<FindPlace[]> {
  const hash = hashOf(value)
  const found: FindPlace[] = []
  const large: number[] = []
  for (const { minute, bytes } of await minutesOf(database, hour)) {
    if (bytes === undefined) large.push(minute)
    else collect(found, { minute, hash, bytes })
  }
  await Promise.all(large.map((minute) => readLarge(database, { minute, hash, found })))
  return found
}

/** Entries of a minute as they lie beside those of others of its hour; without bytes where they lie in a partition of their own. */
export interface MinuteEntries {
  minute: number
  bytes: Buffer | undefined
  /** Epoch seconds from which they may go. */
  expires: number
}

/** The entries of an hour, minute by minute. */
export async function minutesOf(database: Database, hour: number): Promise<MinuteEntries[]> {
  const minutes: MinuteEntries[] = []
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: hourKey(hour) } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
    for (const item of page.Items ?? []) {
      const bytes = item['e']!.B!
      minutes.push({ minute: Date.parse(item['sk']!.S!), bytes: bytes.length < entryBytes ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), expires: Number(item['expires']?.N ?? 0) })
    }
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
  return minutes
}

/** Each entry of a minute: the hash of its value, the second within the minute, and the number of its place. */
export function eachEntry(bytes: Buffer, see: (hash: number, second: number, place: number) => void): void {
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) see(bytes.readUInt32BE(at), bytes[at + 4]!, bytes[at + 5]!)
}

// The chunk in which the hash may begin, and those that begin with it.
async function readLarge(database: Database, { minute, hash, found }: { minute: number; hash: Buffer; found: FindPlace[] }): Promise<void> {
  const own = hash.toString('hex')
  const query = { TableName: table(database), KeyConditionExpression: 'pk = :pk AND sk < :sk', ExpressionAttributeValues: { ':pk': { S: minuteKey(minute) }, ':sk': { S: own } }, ScanIndexForward: false, Limit: 1, ConsistentRead: true }
  const [before, within] = await Promise.all([database.run('Query', query), database.run('Query', { ...query, KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)', Limit: 1000 })])
  for (const item of [...(before.Items ?? []), ...(within.Items ?? [])]) collect(found, { minute, hash, bytes: Buffer.from(item['e']!.B!) })
}

function collect(found: FindPlace[], { minute, hash, bytes }: { minute: number; hash: Buffer; bytes: Buffer }): void {
  for (let at = bytes.indexOf(hash); at >= 0; at = bytes.indexOf(hash, at + 1)) {
    // A hash may also stand where two entries meet.
    if (at % entryBytes === 0) found.push({ second: minute + bytes[at + 4]! * 1000, place: placeOf(bytes[at + 5]!) })
  }
}

/** The first four bytes of a value's hash. */
export function hashOf(value: string): Buffer {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(value).digest().subarray(0, 4)
}

function numberOf({ kind, shard }: Place): number {
  return kind === 'single' ? packKinds.length * packShards + shard : packKinds.indexOf(kind) * packShards + shard
}

/** The place that a number stands for, of 16. */
export function placeOf(number: number): Place {
  const single = number - packKinds.length * packShards
  return single >= 0 ? { kind: 'single', shard: single % shards } : { kind: packKinds[Math.floor(number / packShards)]!, shard: number % packShards }
}

function hourKey(time: number): string {
  return `find#${isoOf(startOf('hour', time)).slice(0, 13)}`
}

function minuteKey(minute: number): string {
  return `find#${isoOf(minute).slice(0, 16)}`
}

function isoOf(time: number): string {
  return new Date(time).toISOString()
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
