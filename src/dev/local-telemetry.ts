// What a local service does with its lines: logs and counts in its own tables, reports in files, on the terminal and through channels for this machine, and through its own reporter.
import { join } from 'node:path'
import type { Config } from '../config/index.ts'
import { messageOf } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import type { Outgoing } from '../reports/index.ts'
import type { LogRecord } from '../runtime/edge.ts'
import { localArchive } from './local-archive.ts'
import { localReporter } from './local-reporter.ts'
import { type LogDelivery, startLogDelivery } from './log-delivery.ts'

export interface LocalTelemetryOptions {
  root: string
  database(): Database
  config(): Config
  /** Whether messages are kept as files under `.klue/reports`. */
  keepsFiles: boolean
  /** Milliseconds between two looks at what is due; a minute by default. */
  everyMs?: number
  /** Told after lines have been stored. */
  stored?(lines: number): void
  /** Shows a line to who runs the service. */
  print(record: LogRecord): void
}

/** Starts what takes the lines of a local service. */
export function startLocalTelemetry(options: LocalTelemetryOptions): LogDelivery {
  const { database, config } = options
  const reporter = localReporter(options.root)
  const source = (): { service: string; stage: string } => ({ service: config().name, stage: config().stage })
  const say = (level: LogRecord['level'], message: string): void => options.print({ kind: 'log', level, time: new Date().toISOString(), message })
  const tell = async (outgoing: readonly Outgoing[]): Promise<void> => {
    if (outgoing.length > 0) await deliver(outgoing, { ...options, reporter, say })
  }
  return startLogDelivery({
    database,
    config,
    archive: localArchive(options.root),
    ...(options.everyMs === undefined ? {} : { everyMs: options.everyMs }),
    ...(options.stored === undefined ? {} : { stored: options.stored }),
    async observe(observations) {
      const { recordReports, reportsOf } = await import('../reports/index.ts')
      await tell(await recordReports(database(), reportsOf(observations, source())))
    },
    async everyMinute() {
      const [{ defaultReportRules, plainReport, recordReports, sweepIncidents }, { evaluateAlerts }] = await Promise.all([import('../reports/index.ts'), import('../telemetry/index.ts')])
      await evaluateAlerts({ database: database(), config: config(), tell: async (notices) => tell(await recordReports(database(), notices.map((notice) => plainReport(notice, source())))) })
      await tell(await sweepIncidents(database(), { ...defaultReportRules, minInterval: config().reportMinInterval, compressWindow: config().reportCompressWindow }))
    },
    fault: (sentence) => say('warn', sentence),
  })
}

async function deliver(outgoing: readonly Outgoing[], { root, config, database, keepsFiles, reporter, say }: LocalTelemetryOptions & { reporter: ReturnType<typeof localReporter>; say(level: LogRecord['level'], message: string): void }): Promise<void> {
  const { deliverOutgoing, fileChannel, lineChannel, openChannels } = await import('../reports/index.ts')
  const channels = [...(keepsFiles ? [fileChannel(join(root, '.klue', 'reports'))] : []), lineChannel((title) => say('warn', title)), ...openChannels(config())]
  const hook = await reporter().catch((error: unknown) => say('warn', `functions/reporter.ts cannot be used: ${messageOf(error)}`))
  for (const message of outgoing) {
    // Who cannot be told now is told by a later sweep; the log is stored all the same.
    await deliverOutgoing(message, { channels, ...(hook === undefined ? {} : { hook }), database: database(), note: ({ receiver, reason }) => say('warn', `A report did not reach ${receiver}: ${reason}`) }).catch((error: unknown) => say('warn', `A report could not be delivered: ${messageOf(error)}`))
  }
}
