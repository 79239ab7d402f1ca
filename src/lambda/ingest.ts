// The function that takes lines in: those that CloudWatch Logs hands it, and every minute what is due.
import { env, liveUrl } from '../config/index.ts'
import { messageOf } from '../errors/index.ts'
import { defaultReportRules, type Outgoing, plainReport, recordReports, type ReportRules, reportsOf, type ReportSource, sweepIncidents } from '../reports/index.ts'
import type { CustomResourceEvent } from '../platform/aws/index.ts'
import type { Platform } from '../runtime/edge.ts'
import { maskerOf } from '../runtime/line/mask.ts'
import { noteArchivePlace } from '../store/index.ts'
import { archiveRequests, type CloudWatch, compact, evaluateAlerts, ingest, type Ingest, keepRulesOf, linesOfEvent, type LogLine, type LogsEvent, openCloudWatch, publishMetrics, sweepEnded, sweepForgotten } from '../telemetry/index.ts'
import { answerForFiles, openArchive } from './archive.ts'
import { lambdaPlatform } from './platform.ts'
import { messageQueue, type SendMessages } from './queue.ts'
import { openSlimDatabase } from './slim-database.ts'

/** What the clock hands over. */
export interface ClockEvent {
  klue: 'look'
}

export interface IngestOptions {
  platform?: () => Platform
  send?: SendMessages
  cloudWatch?: CloudWatch
  archive?: ReturnType<typeof openArchive>
}

/**
 * Makes the handler of the function that takes lines in. It rejects where lines could not be stored, so that they come again;
 * a message that could not be queued comes from the next look.
 */
export function toIngest(options: IngestOptions = {}): (event: LogsEvent | ClockEvent | CustomResourceEvent) => Promise<void> {
  let opened: Opened | undefined
  return async (event) => {
    // Of the archive alone: the configuration may be one that is being taken away.
    if ('RequestType' in event) return await answerForFiles(event, (options.archive ?? openArchive())?.files)
    opened ??= open(options)
    if ('awslogs' in event) await takeIn(opened, linesOfEvent(event))
    else if (event.klue === 'look') await look(opened)
    else throw new Error('This function takes events of CloudWatch Logs and of its clock, and no others')
  }
}

export const handler: ReturnType<typeof toIngest> = toIngest()

interface Opened {
  platform: Platform
  ingest: Ingest
  rules: ReportRules
  source: ReportSource
  cloudWatch: CloudWatch
  send: SendMessages
  archive: ReturnType<typeof openArchive>
}

function open(options: IngestOptions): Opened {
  const platform = (options.platform ?? (() => lambdaPlatform(openSlimDatabase)))()
  const { config } = platform
  const database = platform.database()
  const send = options.send ?? messageQueue(env('KLUE_MESSAGE_QUEUE') ?? '')
  const url = liveUrl(config)
  const source: ReportSource = { service: config.name, stage: config.stage, ...(url === undefined ? {} : { host: url }) }
  return {
    platform,
    send,
    source,
    archive: options.archive ?? openArchive(),
    cloudWatch: options.cloudWatch ?? openAccountMetrics(),
    rules: { ...defaultReportRules, minInterval: config.reportMinInterval, compressWindow: config.reportCompressWindow },
    ingest: { database, rules: keepRulesOf(config), mask: (text) => maskerOf(config.secretNames).text(text, 16_384), observe: async (observations) => tell({ platform, send }, await recordReports(database, reportsOf(observations, source))) },
  }
}

// What AWS said stands in the cause.
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`
}

function openAccountMetrics(): CloudWatch {
  const [region, endpoint] = [env('AWS_REGION'), env('AWS_ENDPOINT_URL')]
  const listed = (name: 'KLUE_WATCHED_FUNCTIONS' | 'KLUE_WATCHED_TABLES'): string[] => env(name)?.split(',') ?? []
  return openCloudWatch({ ...(region === undefined ? {} : { region }), ...(endpoint === undefined ? {} : { endpoint }), functions: listed('KLUE_WATCHED_FUNCTIONS'), tables: listed('KLUE_WATCHED_TABLES') })
}

async function takeIn({ platform, ingest: options }: Opened, lines: LogLine[]): Promise<void> {
  const { bad } = await ingest(options, lines)
  for (const { id, reason } of bad.slice(0, 20)) warn(platform, `A line was lost: ${reason} (${id})`)
}

// One thing that fails must not keep the others from being done; the next look tries it again.
async function look({ platform, ingest: options, rules, send, source, cloudWatch, archive }: Opened): Promise<void> {
  const { database } = options
  const { config } = platform
  const steps: Record<string, () => Promise<unknown>> = {
    'count requests': () => compact(database, { isArchived: archive !== undefined }),
    'publish metrics': () => publishMetrics({ database, sink: cloudWatch, service: config.name, stage: config.stage, operations: config.metricOperations, names: config.metricNames }),
    'look for requests that were ended': () => sweepEnded(options),
    'look for what is to be forgotten': () => sweepForgotten(database, archive === undefined ? undefined : { files: archive.files, rules: options.rules }),
    'look at alerts': () => evaluateAlerts({ database, config, account: cloudWatch, tell: async (notices) => tell({ platform, send }, await recordReports(database, notices.map((notice) => plainReport(notice, source)))) }),
    'look at incidents': async () => tell({ platform, send }, await sweepIncidents(database, rules)),
    ...(archive === undefined ? {} : { 'archive requests': () => archiveIn({ database, archive, rules: options.rules }) }),
  }
  const failures: Error[] = []
  for (const [what, step] of Object.entries(steps)) await step().catch((error: unknown) => failures.push(new Error(`It was not possible to ${what}: ${reasonOf(error)}`, { cause: error })))
  if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join('; '))
}

// After everything that somebody waits for. Where it lies is noted for the commands that read it.
async function archiveIn({ database, archive: { files, place }, rules }: Pick<Ingest, 'database' | 'rules'> & { archive: NonNullable<Opened['archive']> }): Promise<void> {
  await noteArchivePlace(database, place)
  await archiveRequests({ database, files, rules })
}

// What is not queued stays due: the next look brings it again.
async function tell({ platform, send }: Pick<Opened, 'platform' | 'send'>, outgoing: readonly Outgoing[]): Promise<void> {
  if (outgoing.length === 0) return
  await send(outgoing.map((message) => JSON.stringify(message))).catch((error: unknown) => warn(platform, `${outgoing.length} messages could not be queued yet: ${String(error)}`))
}

function warn(platform: Platform, message: string): void {
  platform.log({ kind: 'log', level: 'warn', time: new Date(platform.now()).toISOString(), message })
}
