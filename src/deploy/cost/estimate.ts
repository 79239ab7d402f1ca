// What a million requests and a month cost at the settings of a stage: arithmetic alone.
import { archivedShare, assumedLineBytes, assumedMs, assumedOutBytes, compressedShare, daysAMonth, deliveryMs, filesAnHour, findBytes, foreverDays, gatewayBytes, handlerReads, handlerWrites, ingestMemoryMb, keptBytes, keyBytes, linesPerDelivery, lookMs, lookReads, lookWrites, messageRequests, messageWrites, minutesAMonth, packBytes, packedShare, platformBytes, pollsAMinute, seriousBytes, seriousShare, straddlingShare, sweepMs, sweepReads, sweepWrites, taskMessages, taskWrites } from './assumptions.ts'
import type { Prices } from './prices.ts'
import type { CostEstimate, CostPart, CostSettings, Measured } from './types.ts'

const million = 1_000_000
const gb = 2 ** 30

/**
 * Estimates costs in USD. What was not measured is assumed, and said in `assumptions`.
 * Free tiers, taxes, tiers of large volumes, what the service's own tables store, secrets, messages and domains are left out.
 */
export function estimateCost(settings: CostSettings, measured: Measured | undefined, prices: Prices): CostEstimate {
  const mix = mixOf(settings, measured)
  const perMillion = sorted([...requestParts({ settings, prices, mix }), ...logParts({ settings, prices, mix }), ...rowParts({ settings, prices, mix }), ...archiveParts({ settings, prices, mix }), ...tableParts({ settings, prices, mix }), ...keyParts({ settings, prices, mix })])
  const perMonth = sorted([...readyParts({ settings, prices }), ...watchParts({ settings, prices }), ...clockParts({ settings, prices }), ...taskParts({ settings, prices }), ...consumerParts({ settings, prices }), ...archiveFileParts({ settings, prices }), ...capacityParts({ settings, prices })])
  return {
    region: prices.region,
    pricesAsOf: prices.asOf,
    perMillion,
    perMonth,
    millionUsd: sum(perMillion),
    monthUsd: sum(perMonth),
    largest: { perMillion: perMillion[0]?.name ?? '', perMonth: perMonth[0]?.name ?? '' },
    assumptions: assumptionsOf(settings, { measured, prices }),
  }
}

/** What an average request is like. */
interface Mix {
  /** GB-seconds of a million requests, on demand and where instances stand ready. */
  gbSeconds: number
  readyGbSeconds: number
  /** Share of requests that may write. */
  writing: number
  /** Share of requests that bring an idempotency key. */
  keyed: number
  outBytes: number
  lineBytes: number
}

interface Given {
  settings: CostSettings
  prices: Prices
  mix: Mix
}

function mixOf(settings: CostSettings, measured: Measured | undefined): Mix {
  const counted = Object.entries(measured?.operations ?? {}).filter(([, { requests }]) => requests > 0)
  // Without a measurement every operation is called as often as the others.
  const calls = counted.length > 0 ? counted.map(([id, own]) => ({ id, ...own })) : settings.operations.map(({ id }) => ({ id, requests: 1, averageMs: assumedMs }))
  const all = calls.reduce((total, { requests }) => total + requests, 0)
  const mix: Mix = { gbSeconds: 0, readyGbSeconds: 0, writing: 0, keyed: 0, outBytes: counted.length > 0 ? measured!.outBytes : assumedOutBytes, lineBytes: measured?.lineBytes ?? assumedLineBytes }
  for (const { id, requests, averageMs } of calls) {
    const operation = settings.operations.find((candidate) => candidate.id === id)
    const target = settings.functions.find(({ name }) => name === operation?.function) ?? settings.functions[0]
    // Lambda counts whole milliseconds, the last one begun too.
    const gbSeconds = (requests / all) * million * (Math.ceil(averageMs) / 1000) * ((target?.memoryMb ?? 0) / 1024)
    mix[(target?.readyInstances ?? 0) > 0 ? 'readyGbSeconds' : 'gbSeconds'] += gbSeconds
    if (operation !== undefined && !['GET', 'HEAD', 'OPTIONS'].includes(operation.method)) mix.writing += requests / all
    if (operation?.takesKeys === true) mix.keyed += requests / all
  }
  return mix
}

function requestParts({ prices, mix }: Given): CostPart[] {
  const units = Math.max(1, Math.ceil(mix.outBytes / (512 * 1024)))
  return [
    part('HTTP API', million * units * prices.apiRequest, `1,000,000 requests${units > 1 ? `, each counted ${units} times for its size` : ''}`),
    part('Lambda requests', million * prices.invocation, '1,000,000 invocations'),
    part('Lambda compute', mix.gbSeconds * prices.gbSecond + mix.readyGbSeconds * prices.readyRunGbSecond, `${amount(mix.gbSeconds + mix.readyGbSeconds)} GB-seconds`),
    part('data out', ((million * mix.outBytes) / gb) * prices.outGb, `${amount((million * mix.outBytes) / gb)} GB`),
  ]
}

function logParts({ settings, prices, mix }: Given): CostPart[] {
  const volume = (million * (mix.lineBytes + platformBytes + gatewayBytes)) / gb
  const days = settings.logRetentionDays === 0 ? foreverDays : settings.logRetentionDays
  return [
    part('log lines', volume * prices.logGb, `${amount(volume)} GB taken in`),
    part('log storage', volume * compressedShare * (days / daysAMonth) * prices.logGbMonth, `${amount(volume * compressedShare)} GB compressed, kept ${days} days`),
  ]
}

function rowParts({ settings, prices, mix }: Given): CostPart[] {
  // The gateway's lines are delivered only of requests that no function answered.
  const deliveries = million / linesPerDelivery
  const ordinary = packBytes + linesPerDelivery * (1 - seriousShare) * mix.lineBytes * packedShare
  const writes = deliveries * Math.ceil(ordinary / 1024) * (1 + straddlingShare) + million * (seriousShare * Math.ceil(seriousBytes / 1024) + findBytes / 1024)
  const volume = (deliveries * (ordinary + straddlingShare * packBytes) + million * (seriousShare * seriousBytes + findBytes)) / gb
  const parts = [part('ingest', deliveries * prices.invocation + deliveries * (deliveryMs / 1000) * (ingestMemoryMb / 1024) * prices.gbSecond, `${amount(deliveries)} invocations`), part('log of ingest', ((deliveries * platformBytes) / gb) * prices.infrequentLogGb, `${amount((deliveries * platformBytes) / gb)} GB of Lambda's lines about these, of the class for infrequent access`)]
  if (settings.tableCapacity === undefined) parts.push(part('rows of requests', writes * prices.tableWrite, `${amount(writes)} write units`))
  return [...parts, part('storage of these rows', volume * (settings.rowDays / daysAMonth) * prices.tableGbMonth, `${amount(volume)} GB, kept ${settings.rowDays} days`)]
}

function archiveParts({ settings, prices, mix }: Given): CostPart[] {
  if (settings.archiveDays === undefined) return []
  const volume = (million * mix.lineBytes * archivedShare) / gb
  const days = settings.archiveDays === 0 ? foreverDays : settings.archiveDays
  // Packs are read once more, a unit for each 4 KiB of them.
  const reads = settings.tableCapacity === undefined ? (million * mix.lineBytes * packedShare) / 4096 : 0
  return [part('archive', volume * (days / daysAMonth) * prices.fileGbMonth + reads * prices.tableRead, `${amount(volume)} GB of files, kept ${days} days`)]
}

function tableParts({ settings, prices, mix }: Given): CostPart[] {
  if (settings.tables.length === 0 || settings.tableCapacity !== undefined) return []
  const indexes = settings.tables.reduce((total, table) => total + table.indexes, 0) / settings.tables.length
  const reads = million * handlerReads
  // Every index takes a write of its own.
  const writes = million * mix.writing * handlerWrites * (1 + indexes)
  return [part('tables of the service', reads * prices.tableRead + writes * prices.tableWrite, `${amount(reads)} read and ${amount(writes)} write units`)]
}

// A claim, and an answer that is written into it.
function keyParts({ settings, prices, mix }: Given): CostPart[] {
  if (mix.keyed === 0 || settings.tableCapacity !== undefined) return []
  const writes = million * mix.keyed * (1 + Math.ceil((keyBytes + (mix.outBytes > keptBytes ? 0 : mix.outBytes)) / 1024))
  return [part('idempotency keys', writes * prices.tableWrite, `${amount(writes)} write units: a claim and an answer for each request with a key`)]
}

type Fixed = Omit<Given, 'mix'>

function readyParts({ settings, prices }: Fixed): CostPart[] {
  const gbs = settings.functions.reduce((total, { memoryMb, readyInstances }) => total + (memoryMb / 1024) * readyInstances, 0)
  if (gbs === 0) return []
  const instances = settings.functions.reduce((total, { readyInstances }) => total + readyInstances, 0)
  return [part('instances that stand ready', gbs * minutesAMonth * 60 * prices.readyGbSecond, `${instances} of ${amount(gbs)} GB together, all month`)]
}

function watchParts({ settings, prices }: Fixed): CostPart[] {
  const metrics = 6 + 6 * settings.metricOperations + settings.metricNames
  // Nothing is put of a minute without requests, and CloudWatch counts the hours in which there was something.
  const parts = [part('metrics', 0, `${metrics} metrics of minutes with requests: up to ${(metrics * prices.metricMonth + minutesAMonth * prices.metricCall).toFixed(2)} USD where every minute has some`)]
  if (!settings.alarms) return parts
  // Of each API: errors look at two metrics, latency at one; throttles look at each function, or at the account; two look after telemetry, two after tasks, and one after the dead letters of each consumer.
  const watched = settings.apis * 3 + (settings.functions.length > 10 ? 1 : settings.functions.length) + 2 + (settings.worker === undefined ? 0 : 2) + (settings.consumers === undefined ? 0 : settings.consumers.queues + settings.consumers.streams)
  return [...parts, part('alarms', watched * prices.alarmMonth, `alarms on ${watched} metrics`), ...(settings.dashboard ? [part('dashboard', prices.dashboardMonth, '1 dashboard')] : [])]
}

function clockParts({ settings, prices }: Fixed): CostPart[] {
  const compute = minutesAMonth * (prices.invocation + (lookMs / 1000) * (ingestMemoryMb / 1024) * prices.gbSecond)
  const units = settings.tableCapacity === undefined ? minutesAMonth * (lookReads * prices.tableRead + lookWrites * prices.tableWrite) : 0
  const lines = ((minutesAMonth * platformBytes) / gb) * prices.infrequentLogGb
  return [part("ingest's look each minute", compute + units + lines, `${amount(minutesAMonth)} invocations`)]
}

// What tasks cost that are there, whether some are fired or not; how many will be nobody knows.
function taskParts({ settings, prices }: Fixed): CostPart[] {
  if (settings.worker === undefined) return []
  const isPaid = settings.tableCapacity === undefined
  const compute = minutesAMonth * (prices.invocation + (sweepMs / 1000) * (settings.worker.memoryMb / 1024) * prices.gbSecond)
  const units = isPaid ? minutesAMonth * (sweepReads * prices.tableRead + sweepWrites * prices.tableWrite) : 0
  const lines = ((minutesAMonth * platformBytes) / gb) * prices.logGb
  const polls = minutesAMonth * pollsAMinute
  const each = taskMessages * prices.queueRequest + prices.invocation + (isPaid ? taskWrites * prices.tableWrite : 0)
  return [part('tasks', compute + units + lines + polls * prices.queueRequest, `${amount(minutesAMonth)} sweeps and ${amount(polls)} looks into an idle queue; a million tasks take ${(million * each).toFixed(2)} USD more for rows, messages and invocations, and the time of their runs`)]
}

// Lambda asks a stream for nothing; an idle queue is asked all month.
function consumerParts({ settings, prices }: Fixed): CostPart[] {
  const { queues, streams } = settings.consumers ?? { queues: 0, streams: 0 }
  if (queues + streams === 0) return []
  const polls = minutesAMonth * pollsAMinute * queues
  const each = messageRequests * prices.queueRequest + prices.invocation + (settings.tableCapacity === undefined ? messageWrites * prices.tableWrite : 0)
  return [part('consumers', polls * prices.queueRequest, `${amount(polls)} looks into ${queues} idle queues, none into ${streams} streams; a million messages take ${(million * each).toFixed(2)} USD more for requests, invocations and rows, and the time of their runs`)]
}

function archiveFileParts({ settings, prices }: Fixed): CostPart[] {
  if (settings.archiveDays === undefined) return []
  const hours = daysAMonth * 24
  return [part('files of the archive', 0, `${hours * filesAnHour} files where every hour has requests: ${(hours * filesAnHour * prices.filePut).toFixed(2)} USD`)]
}

function capacityParts({ settings, prices }: Fixed): CostPart[] {
  if (settings.tableCapacity === undefined) return []
  const { readMin, writeMin } = settings.tableCapacity
  // The kit's own table is one more, without an index.
  const places = settings.tables.reduce((total, { indexes }) => total + 1 + indexes, 1)
  const hours = daysAMonth * 24
  return [part('capacity of tables', places * hours * (readMin * prices.readUnitHour + writeMin * prices.writeUnitHour), `${places} tables and indexes at ${readMin} read and ${writeMin} write units`)]
}

function assumptionsOf(settings: CostSettings, { measured, prices }: { measured: Measured | undefined; prices: Prices }): string[] {
  const requests = Object.values(measured?.operations ?? {}).reduce((total, own) => total + own.requests, 0)
  const said = requests === 0 ? [`no request was measured: ${assumedMs} ms and ${assumedOutBytes} bytes an answer, every operation as often`] : []
  if (measured?.lineBytes === undefined) said.push(`no line was measured: ${assumedLineBytes} bytes each`)
  said.push(`${linesPerDelivery} requests in a delivery of lines, ${deliveryMs} ms of ingest each, ${seriousShare * 100} % of them failed or warned; log lines compressed to ${compressedShare * 100} %. Where less comes, deliveries hold fewer: a single one takes a write unit`)
  if (settings.tables.length > 0 && settings.tableCapacity === undefined) said.push(`a request takes ${handlerReads} read unit of the service's tables, one that is no GET ${handlerWrites} write unit more, and as many for each index`)
  if (settings.tableCapacity === undefined && settings.operations.some(({ takesKeys }) => takesKeys)) said.push('each request of an operation with x-klue-idempotency brings a key')
  if (settings.tableCapacity !== undefined) said.push('tables stay at their lowest capacity')
  if (settings.region !== prices.region) said.push(settings.region === undefined ? `no region is set: prices of ${prices.region}` : `the prices of ${settings.region} are not in the table: those of ${prices.region}, its dearest`)
  return said
}

function part(name: string, usd: number, of: string): CostPart {
  return { name, usd, of }
}

function sorted(parts: readonly CostPart[]): CostPart[] {
  return [...parts].sort((one, other) => other.usd - one.usd || (one.name < other.name ? -1 : 1))
}

function sum(parts: readonly CostPart[]): number {
  return parts.reduce((total, { usd }) => total + usd, 0)
}

function amount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value >= 100 ? 0 : 2 })
}
