// Hands the lines of a local service to ingest, as CloudWatch Logs does in AWS: in batches, beside the requests, and to the end.
import type { Config } from '../config/index.ts'
import type { Database } from '../persist/index.ts'
import { type LogRecord, toLine } from '../runtime/edge.ts'
import type { Observation } from '../store/index.ts'
import type { ArchiveFiles, LogLine } from '../telemetry/index.ts'

export interface LogDeliveryOptions {
  /** Opened with the first batch. */
  database(): Database
  config(): Config
  /** Where requests are archived, if they are. */
  archive?: ArchiveFiles
  /** Takes what may become reports. */
  observe(observations: Observation[]): Promise<void>
  /** What else is done every minute. */
  everyMinute(): Promise<void>
  /** Told after lines have been stored. */
  stored?(lines: number): void
  /** Told in a sentence of what could not be delivered. */
  fault(sentence: string): void
  /** Milliseconds after a line until it is delivered; 200 by default. */
  delayMs?: number
  /** Milliseconds between two looks at what is due; a minute by default. */
  everyMs?: number
  /** Lines that wait at most; 20,000 by default. What comes beyond is lost, and told. */
  limit?: number
}

export interface LogDelivery {
  /** Takes one record, or its line, under an id of its own or a given one; returns at once and never throws. */
  take(record: LogRecord | string, id?: string): void
  /** Counts lines that were given up before they came here, to be told with the next that are stored. */
  lose(lines: number): void
  /** Delivers what is left and ends. `drain: false` gives it up, for a service that never came up. */
  stop(options?: { drain: boolean }): Promise<void>
}

// As many as ingest holds at once.
const batchLines = 1000
const minuteMs = 60_000
const retryMs = 1000

/** Starts delivery. Nothing is loaded, and no database opened, until there is a line. */
export function startLogDelivery(options: LogDeliveryOptions): LogDelivery {
  return new Delivery(options)
}

class Delivery implements LogDelivery {
  readonly #options: LogDeliveryOptions
  #queue: { record: LogRecord | string; id: string | undefined }[] = []
  // Of this process alone, so that its lines have ids of their own.
  readonly #origin = process.getBuiltinModule('node:crypto').randomUUID()
  readonly #clock: NodeJS.Timeout
  #taken = 0
  #lost = 0
  #isTold = false
  #timer: NodeJS.Timeout | undefined
  #waiting: LogLine[] = []
  #work: Promise<void> = Promise.resolve()

  constructor(options: LogDeliveryOptions) {
    this.#options = options
    this.#clock = setInterval(() => this.#then(() => this.#look()), options.everyMs ?? minuteMs)
    this.#clock.unref()
  }

  take(record: LogRecord | string, id?: string): void {
    if (this.#queue.length >= (this.#options.limit ?? 20_000)) this.#lost += 1
    else this.#queue.push({ record, id })
    this.#later(this.#options.delayMs ?? 200)
  }

  lose(lines: number): void {
    if (lines === 0) return
    this.#lost += lines
    this.#later(this.#options.delayMs ?? 200)
  }

  async stop({ drain }: { drain: boolean } = { drain: true }): Promise<void> {
    clearInterval(this.#clock)
    clearTimeout(this.#timer)
    // Set for good: nothing that comes now starts a timer again.
    this.#timer = this.#clock
    if (!drain) return
    this.#then(() => this.#deliver())
    await this.#work
    const left = this.#queue.length + this.#waiting.length
    if (left > 0) this.#options.fault(`${left} lines of the log were not stored`)
  }

  #later(ms: number): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#then(() => this.#deliver())
    }, ms)
    this.#timer.unref()
  }

  // One thing after the other, and none of them fails the next.
  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#fail(error))
  }

  async #deliver(): Promise<void> {
    const { database, config, observe, fault } = this.#options
    const { ingest, keepRulesOf } = await import('../telemetry/index.ts')
    while (this.#waiting.length + this.#queue.length > 0) {
      this.#waiting.push(...this.#queue.splice(0, batchLines - this.#waiting.length).map((entry) => this.#toLogLine(entry)))
      await ingest({ database: database(), rules: keepRulesOf(config()), observe }, this.#waiting)
      this.#options.stored?.(this.#waiting.length)
      this.#waiting = []
    }
    this.#isTold = false
    if (this.#lost > 0) fault(`${this.#lost} lines of the log came faster than they could be stored, and are lost`)
    this.#lost = 0
  }

  #toLogLine({ record, id }: { record: LogRecord | string; id: string | undefined }): LogLine {
    this.#taken += 1
    const message = typeof record === 'string' ? record : toLine(record)
    // Its first fields are not the writer's own.
    const time = Date.parse(typeof record === 'string' ? (/"time":"([^"]*)"/.exec(record)?.[1] ?? '') : record.time)
    return { id: id ?? `${this.#origin}-${this.#taken}`, timestamp: Number.isNaN(time) ? Date.now() : time, message }
  }

  async #look(): Promise<void> {
    const { database, config, observe, everyMinute } = this.#options
    const { archiveRequests, compact, keepRulesOf, sweepEnded, sweepForgotten } = await import('../telemetry/index.ts')
    const [rules, files] = [keepRulesOf(config()), this.#options.archive]
    const isArchived = files !== undefined && config().logArchive
    await compact(database(), { isArchived })
    await sweepEnded({ database: database(), rules, observe })
    // Also where it is not written into any more: what is in it is to be forgotten all the same.
    await sweepForgotten(database(), files === undefined ? undefined : { files, rules })
    if (isArchived) await archiveRequests({ database: database(), files, rules })
    await everyMinute()
  }

  // Told once, not every second; what waits is tried again.
  #fail(error: unknown): void {
    if (!this.#isTold) this.#options.fault(`The log could not be stored: ${error instanceof Error ? error.message : String(error)}`)
    this.#isTold = true
    this.#later(retryMs)
  }
}
