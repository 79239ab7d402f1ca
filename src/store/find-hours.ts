// Where to look for a value in a whole hour: the entries of its minutes once more, in parts by the value's hash, of which a look reads one.
import type { Database } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'
import { eachEntry, type FindPlace, hashOf, minutesOf, placeOf } from './find-rows.ts'
import { untilTaken } from './throttled.ts'

/** Places of an hour from which on a value counts as being everywhere: nobody looks it up place by place. */
export const findMany = 300

// A part is read for each hour of a look back: small, and yet not so many that most of what is written is begun kilobytes.
const [partBytes, mostParts, mostPartBytes] = [8192, 256, 300_000]

// Of the hash, its part left out.
const hashBytes = 3

/** Writes the values of an hour, all of whose minutes are closed, in place of what was there. Undefined where they are too many to be gathered at once: those of its large minutes are found by themselves. */
export async function writeHourFinds(database: Database, hour: number): Promise<number | undefined> {
  const minutes = await minutesOf(database, hour)
  if (minutes.length === 0 || minutes.some(({ bytes }) => bytes === undefined)) return undefined
  const places = new Map<number, Set<number>>()
  for (const { minute, bytes } of minutes) {
    const from = (minute - hour) / 1000
    eachEntry(bytes!, (hash, second, place) => {
      const own = places.get(hash)
      if (own === undefined) places.set(hash, new Set([(from + second) * 16 + place]))
      else if (own.size <= findMany) own.add((from + second) * 16 + place)
    })
  }
  const groups = [...places].sort(([one], [other]) => one - other).map(([hash, own]) => ({ hash, bytes: groupOf(hash, own) }))
  const total = groups.reduce((sum, { bytes }) => sum + bytes.length, 0)
  for (let parts = powerOfTwo(Math.ceil(total / partBytes)); parts <= mostParts; parts *= 2) {
    const written = partsOf(groups, parts)
    if (written.some((bytes) => bytes.length > mostPartBytes)) continue
    const expires = Math.max(...minutes.map((one) => one.expires))
    for (const [index, bytes] of written.entries()) await untilTaken(() => database.run('PutItem', { TableName: table(database), Item: { ...keyOf(hour, parts, index), e: { B: bytes }, expires: { N: String(expires) } } }))
    return parts
  }
  return undefined
}

/** Where requests of an hour with a value lie; `everywhere` where it is in so many places that a look at the whole hour is not slower. */
export type FoundHour = FindPlace[] | 'everywhere'

// What one call takes.
const mostKeys = 100

/** Looks a value up in hours, each with the number of its parts: one item for each, a hundred a call. Leaves out an hour whose item is not there. */
export async function readHourFinds(database: Database, hours: readonly { hour: number; parts: number }[], value: string): Promise<Map<number, FoundHour>> {
  const hash = hashOf(value).readUInt32BE(0)
  const found = new Map<number, FoundHour>()
  const batches = Array.from({ length: Math.ceil(hours.length / mostKeys) }, (_, index) => hours.slice(index * mostKeys, (index + 1) * mostKeys))
  await Promise.all(batches.map(async (batch) => {
    const keys = new Map(batch.map(({ hour, parts }) => {
      const key = keyOf(hour, parts, Math.floor(hash / (2 ** 32 / parts)))
      return [key.pk.S, { hour, key }] as const
    }))
    const { Responses = {}, UnprocessedKeys = {} } = await untilTaken(() => database.run('BatchGetItem', { RequestItems: { [table(database)]: { Keys: [...keys.values()].map(({ key }) => key), ConsistentRead: true } } }))
    const items = Responses[table(database)] ?? []
    // What was not taken together is asked for one by one.
    for (const key of UnprocessedKeys[table(database)]?.Keys ?? []) {
      const { Item } = await untilTaken(() => database.run('GetItem', { TableName: table(database), Key: key, ConsistentRead: true }))
      if (Item !== undefined) items.push(Item)
    }
    for (const item of items) {
      const { hour } = keys.get(item['pk']!.S!)!
      found.set(hour, placesOf(Buffer.from(item['e']!.B!), { hour, hash }))
    }
  }))
  return found
}

// Three bytes of the hash, how many places, and each in two bytes: twelve bits for the second, four for the place. None: everywhere. More than a byte counts go on in another group.
function groupOf(hash: number, own: ReadonlySet<number>): Buffer {
  const places = own.size > findMany ? [] : [...own].sort((one, other) => one - other)
  const groups: number[] = []
  for (let from = 0; from === 0 || from < places.length; from += 255) {
    const some = places.slice(from, from + 255)
    groups.push((hash >>> 16) & 255, (hash >>> 8) & 255, hash & 255, some.length, ...some.flatMap((place) => [place >>> 8, place & 255]))
  }
  return Buffer.from(groups)
}

function partsOf(groups: readonly { hash: number; bytes: Buffer }[], parts: number): Buffer[] {
  const made: Buffer[][] = Array.from({ length: parts }, () => [])
  for (const { hash, bytes } of groups) made[Math.floor(hash / (2 ** 32 / parts))]!.push(bytes)
  // No attribute is empty.
  return made.map((own) => (own.length === 0 ? Buffer.alloc(1) : Buffer.concat(own)))
}

function placesOf(bytes: Buffer, { hour, hash }: { hour: number; hash: number }): FoundHour {
  const found: FindPlace[] = []
  for (let at = 0; at + hashBytes < bytes.length; at += hashBytes + 1 + bytes[at + hashBytes]! * 2) {
    if (bytes.readUIntBE(at, hashBytes) !== (hash & 0xff_ff_ff)) continue
    const count = bytes[at + hashBytes]!
    if (count === 0) return 'everywhere'
    for (let index = 0; index < count; index++) {
      const place = bytes.readUInt16BE(at + hashBytes + 1 + index * 2)
      found.push({ second: hour + (place >>> 4) * 1000, place: placeOf(place & 15) })
    }
  }
  return found
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, least)))
}

// By the number of parts too: those of an earlier writing are not mistaken for these. An hour of a partition of its own, so that no hour is hot.
function keyOf(hour: number, parts: number, index: number): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `found#${new Date(hour).toISOString().slice(0, 13)}` }, sk: { S: `${parts}#${index}` } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
