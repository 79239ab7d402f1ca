// Notes of minutes that hold requests: counting looks nowhere else, and finds again what an older version has counted without its packs.
import type { Database } from '../persist/index.ts'
import { lengthOf, startOf } from './count-rows.ts'
import { storeDefinition } from './definition.ts'
import { untilTaken } from './throttled.ts'

// As long as counts are made anew from rows.
const keptSeconds = 3 * 86_400

// Notes stay: once a process has written one it need not do so again.
const written = new WeakMap<Database, Set<number>>()
const mostKnown = 5000

/** Notes that requests of these times (epoch milliseconds) are being stored. To be called before they are. */
export async function noteMinutes(database: Database, times: readonly number[]): Promise<void> {
  const known = written.get(database) ?? new Set()
  written.set(database, known)
  if (known.size > mostKnown) known.clear()
  const minutes = [...new Set(times.map((time) => startOf('minute', time)))].filter((minute) => !known.has(minute))
  await Promise.all(minutes.map(async (minute) => {
    await untilTaken(() => database.run('PutItem', { TableName: table(database), Item: { pk: { S: partition }, sk: { S: new Date(minute).toISOString() }, expires: { N: String(Math.ceil(minute / 1000) + keptSeconds) } } }))
    known.add(minute)
  }))
}

/** The minutes between two times (the end left out) that are noted. */
export async function notedMinutes(database: Database, { from, to }: { from: number; to: number }): Promise<number[]> {
  const minutes: number[] = []
  if (to <= from) return minutes
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', {
      TableName: table(database),
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': { S: partition }, ':from': { S: new Date(from).toISOString() }, ':to': { S: new Date(to - 1).toISOString() } },
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    for (const item of page.Items ?? []) minutes.push(Date.parse(item['sk']!.S!))
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
  return minutes
}

/** How long a note can be relied on, in milliseconds. */
export const notedMs: number = keptSeconds * 1000 - lengthOf('day')

const partition = 'noted'

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
