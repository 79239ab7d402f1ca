// Reports as rows: one each, under a key of its own, so that a report which comes twice counts once. Counts are counts of rows.
import type { Database } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'
import { shardOf, shards } from './request-row.ts'

/** What is told of one crash, slow call or alert. */
export interface Report {
  /** The same, with `time`, for every copy of the lines that it was made from. */
  key: string
  /** 16 hexadecimal digits: reports of one cause share it. */
  fingerprint: string
  fatal: boolean
  /** 0 critical, 1 error, 2 warning, 3 information. */
  severity: 0 | 1 | 2 | 3
  service: string
  stage: string
  /** operationId; empty where there is none. */
  operation: string
  code: string
  /** One line, with its prefix: `FATAL BACKEND ERROR …`. */
  title: string
  /** The title without its prefix. */
  text: string
  /** JSON, keys sorted, indented by 4. */
  body: string
  /** ISO 8601: when it happened. */
  time: string
  /** Ids of the error and of the request, where there are any. */
  errorId?: string
  requestId?: string
  /** ISO 8601: when the request began. */
  started?: string
}

/** What remains of each report. */
export interface CountedReport {
  time: string
  key: string
  errorId?: string
  requestId?: string
}

/** Reports older than this (milliseconds) are no longer taken: their hours may have been counted for good. */
export const oldestReportMs: number = 47 * 3_600_000

const keptSeconds = 14 * 86_400
const sampleSeconds = 90 * 86_400

/** Counts a report; nothing changes where it was counted already. */
export async function putReport(database: Database, report: Report): Promise<void> {
  const ids = { ...(report.errorId === undefined ? {} : { eid: { S: report.errorId } }), ...(report.requestId === undefined ? {} : { rid: { S: report.requestId } }) }
  const key = hash(report.key)
  // First: who finds the report can then find its request.
  if (report.errorId !== undefined) await database.run('PutItem', { TableName: table(database), Item: { ...errorKey(report.errorId), ...ids, fp: { S: report.fingerprint }, ...(report.started === undefined ? {} : { started: { S: report.started } }), expires: endOf(report.time, keptSeconds) } })
  await database.run('PutItem', { TableName: table(database), Item: { pk: partition(report.fingerprint, shardOf(key)), sk: { S: `${isoOf(report.time)}#${key}` }, ...ids, expires: endOf(report.time, keptSeconds) } })
}

/** The request that an error id belongs to; undefined where no report had it. */
export async function findError(database: Database, errorId: string): Promise<{ fingerprint: string; requestId?: string; started?: string } | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: errorKey(errorId), ConsistentRead: true })
  if (Item === undefined) return undefined
  const [requestId, started] = [Item['rid']?.S, Item['started']?.S]
  return { fingerprint: Item['fp']!.S!, ...(requestId === undefined ? {} : { requestId }), ...(started === undefined ? {} : { started }) }
}

/** Keeps a whole report, for the message that tells it. */
export async function putSample(database: Database, report: Report): Promise<void> {
  const { gzipSync } = process.getBuiltinModule('node:zlib')
  await database.run('PutItem', { TableName: table(database), Item: { ...sampleKey(report.fingerprint, report.key), report: { B: gzipSync(JSON.stringify(report)) }, expires: endOf(report.time, sampleSeconds) } })
}

/** Reads a whole report; undefined where it is gone. */
export async function readSample(database: Database, { fingerprint, key }: Pick<Report, 'fingerprint' | 'key'>): Promise<Report | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: sampleKey(fingerprint, key), ConsistentRead: true })
  const packed = Item?.['report']?.B
  return packed === undefined ? undefined : (JSON.parse(process.getBuiltinModule('node:zlib').gunzipSync(packed).toString()) as Report)
}

/** The whole reports that are kept of a fingerprint. */
export async function* samplesOf(database: Database, fingerprint: string): AsyncGenerator<Report> {
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: `sample#${fingerprint}` } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
    for (const item of page.Items ?? []) yield JSON.parse(process.getBuiltinModule('node:zlib').gunzipSync(item['report']!.B!).toString()) as Report
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
}

/** How many reports happened from one time to another (ISO 8601; the end left out, none: all). */
export async function countReports(database: Database, fingerprint: string, { from, to }: { from: string; to?: string }): Promise<number> {
  const counts = await Promise.all(Array.from({ length: shards }, async (_, shard) => {
    let [count, start] = [0, undefined as Record<string, never> | undefined]
    do {
      const page = await database.run('Query', { ...between(database, partition(fingerprint, shard), { from, to }), Select: 'COUNT', ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
      count += page.Count ?? 0
      start = page.LastEvaluatedKey as Record<string, never> | undefined
    } while (start !== undefined)
    return count
  }))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** The newest reports of a fingerprint, newest first. */
export async function newestReports(database: Database, fingerprint: string, limit: number): Promise<CountedReport[]> {
  const found = await Promise.all(Array.from({ length: shards }, async (_, shard) => {
    const { Items = [] } = await database.run('Query', { ...between(database, partition(fingerprint, shard), { from: '0' }), ScanIndexForward: false, Limit: limit })
    return Items.map((item): CountedReport => {
      const [time, key] = item['sk']!.S!.split('#') as [string, string]
      return { time, key, ...(item['eid']?.S === undefined ? {} : { errorId: item['eid'].S }), ...(item['rid']?.S === undefined ? {} : { requestId: item['rid'].S }) }
    })
  }))
  return found.flat().sort((left, right) => (left.time < right.time ? 1 : -1)).slice(0, limit)
}

/** The time of the newest report (ISO 8601); undefined where there is none. */
export async function newestTime(database: Database, fingerprint: string): Promise<string | undefined> {
  return (await newestReports(database, fingerprint, 1))[0]?.time
}

function between(database: Database, pk: { S: string }, { from, to }: { from: string; to?: string | undefined }): { TableName: string; KeyConditionExpression: string; ExpressionAttributeValues: Record<string, { S: string }>; ConsistentRead: true } {
  // '~' comes after every time, so the end of an open span is above all of them.
  return { TableName: table(database), KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to', ExpressionAttributeValues: { ':pk': pk, ':from': { S: from }, ':to': { S: to ?? '~' } }, ConsistentRead: true }
}

function partition(fingerprint: string, shard: number): { S: string } {
  return { S: `report#${fingerprint}#${shard}` }
}

function sampleKey(fingerprint: string, key: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `sample#${fingerprint}` }, sk: { S: hash(key) } }
}

function errorKey(errorId: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `error#${hash(errorId)}` }, sk: { S: 'request' } }
}

// A key may hold anything; a row's may not be long, nor hold what parts it.
function hash(key: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(key).digest('hex').slice(0, 32)
}

// One spelling of a time, so that rows are in the order of time.
function isoOf(time: string): string {
  return new Date(time).toISOString()
}

function endOf(time: string, seconds: number): { N: string } {
  return { N: String(Math.ceil(Date.parse(time) / 1000) + seconds) }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
