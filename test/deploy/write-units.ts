// What a deployed ingest writes for requests, by its own calls of DynamoDB, beside what klue cost says.
import { attributesBytes } from '../../src/persist/attributes.ts'
import { estimateCost, pricesOf } from '../../src/deploy/cost/index.ts'
import type { RecordedCall } from './recorder.ts'

/**
 * Units for each of some requests between two times (epoch milliseconds), whose packs and index entries are among these calls.
 * Index entries count by their bytes: a live stage's minutes hold more of them. Those of whole hours come later, and are a fifteenth of all.
 */
export function writtenPerRequest(calls: readonly RecordedCall[], { requests, from, to }: { requests: number; from: number; to: number }): number {
  let units = 0
  for (const { target, body, status } of calls) {
    if (target !== 'DynamoDB_20120810.PutItem' || status !== 200) continue
    const { Item } = JSON.parse(body) as { Item: Record<string, Record<string, unknown>> }
    const bytes = attributesBytes(Object.fromEntries(Object.entries(Item).map(([name, value]) => [name, 'B' in value ? { B: Buffer.from(String(value['B']), 'base64') } : value])) as never)
    const [key, time] = [String(Item['pk']!['S']), Date.parse(String(Item['sk']!['S']).slice(0, 24))]
    if (!(time >= from && time < to)) continue
    if (key.startsWith('pack#')) units += Math.ceil(bytes / 1024)
    else if (key.startsWith('find#')) units += bytes / 1024
  }
  return units / requests
}

/** What `klue cost` estimates for each request of a stage with the default settings. */
export function estimatedPerRequest(): number {
  const settings = { region: 'us-east-1', functions: [], operations: [], apis: 0, tables: [], tableCapacity: undefined, logRetentionDays: 30, rowDays: 7, alarms: false, dashboard: false, metricOperations: 0, metricNames: 0 }
  const prices = pricesOf(settings.region)
  return estimateCost(settings, undefined, prices).perMillion.find(({ name }) => name === 'rows of requests')!.usd / prices.tableWrite / 1e6
}
