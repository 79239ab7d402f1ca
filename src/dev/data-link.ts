// The requests' side of the thread of data and log: a line costs one push here, and what fails there takes no answer down.
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { kitFolder } from '../bundle/index.ts'
import { type Config, plainConfig } from '../config/index.ts'
import { messageOf, UsageError } from '../errors/index.ts'
import { openDatabase, type Database } from '../persist/index.ts'
import { abandonLocalDynamo } from '../platform/local/index.ts'
import { type LogRecord, toLine } from '../runtime/edge.ts'
import { type LineJournal, openLineJournal } from './line-journal.ts'
import { type DataSource, tablePrefix } from './local-data.ts'
import type { DataAccess, FromThread, ThreadStart, ToThread, Wish } from './thread-messages.ts'

export interface DataLinkOptions {
  root: string
  /** The project's `.klue` folder; without it everything stays in memory. */
  folder: string | undefined
  config(): Config
  /** Shows a line to who runs the service. */
  print(record: LogRecord): void
  /** Lines on their way to the tables at most; 20,000 by default. What comes beyond is lost, and told. */
  limit?: number
}

/** Data and log of a service in a thread of their own, which starts with the first call of `ensure`. */
export interface DataLink extends DataSource {
  /** Takes one record; returns at once and never throws. */
  take(record: LogRecord): void
  /** Stores what is left of the log, unless `drain` is false. */
  stop(options?: { drain: boolean }): Promise<void>
}

// Records are handed over together: one message costs as much as a hundred lines.
const handOverMs = 20

export function linkData(options: DataLinkOptions): DataLink {
  return new Link(options)
}

interface Waiting {
  resolve(access: DataAccess | undefined): void
  reject(error: Error): void
}

class Link implements DataLink {
  readonly #options: DataLinkOptions
  readonly #waiting = new Map<number, Waiting>()
  readonly #journal: LineJournal | undefined
  #lines: string[] = []
  /** How many lines were handed over. */
  #handedOver = 0
  /** Lines that are with the thread, not stored yet. */
  #underWay = 0
  #lost = 0
  #wishes = 0
  #worker: Worker | undefined
  #database: Database | undefined
  #access: DataAccess | undefined
  #knownConfig = ''
  #failure: Error | undefined
  #isClosing = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: DataLinkOptions) {
    this.#options = options
    if (options.folder !== undefined) this.#journal = openLineJournal(join(options.folder, 'lines'), (sentence) => this.#say('warn', sentence))
  }

  take(record: LogRecord): void {
    if (this.#failure !== undefined) return
    if (this.#underWay + this.#lines.length >= (this.#options.limit ?? 20_000)) this.#lost += 1
    else {
      const line = toLine(record)
      this.#lines.push(line)
      this.#journal?.keep(line)
    }
    this.#timer ??= setTimeout(() => this.#handOver(), handOverMs).unref()
  }

  async ensure(definitions: Parameters<DataSource['ensure']>[0]): Promise<Database> {
    const access = await this.#wish({ kind: 'ensure', definitions })
    this.#access = access
    this.#handOver()
    return (this.#database ??= openDatabase({ prefix: tablePrefix(this.#options.config()), ...access }))
  }

  access(): Promise<DataAccess | undefined> {
    return Promise.resolve(this.#access)
  }

  async stop({ drain }: { drain: boolean } = { drain: true }): Promise<void> {
    if (this.#worker === undefined || this.#failure !== undefined) return
    this.#handOver()
    // A failure is told where it happens.
    await this.#wish({ kind: 'drain', drain }).catch(() => undefined)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    const worker = this.#worker
    // What a thread that ended did not store is stored at the next start.
    if (this.#failure !== undefined) return
    if (this.#underWay + this.#lines.length === 0 || worker === undefined) this.#journal?.close()
    if (worker === undefined) return
    this.#isClosing = true
    await this.#wish({ kind: 'close' }).finally(() => {
      this.#failure = new Error('The local data is closed')
      return worker.terminate()
    })
  }

  #handOver(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // Without a thread they wait for it.
    if (this.#worker === undefined || this.#failure !== undefined) return
    const [lines, lost] = [this.#lines, this.#lost]
    this.#lines = []
    if (lines.length + lost === 0) return
    this.#lost = 0
    this.#underWay += lines.length
    this.#tellConfig()
    this.#post({ kind: 'lines', text: lines.join('\n'), first: this.#handedOver + 1, lost })
    this.#handedOver += lines.length
  }

  // It may be loaded anew, and handlers may change it.
  #tellConfig(): void {
    const config = this.#options.config()
    const text = textOf(config)
    if (text === undefined || text === this.#knownConfig) return
    this.#knownConfig = text
    this.#post({ kind: 'config', config: JSON.parse(text) as Config })
  }

  #post(message: ToThread): void {
    this.#worker?.postMessage(message)
  }

  #wish(wish: Wish): Promise<DataAccess | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#worker ??= this.#start()
    const id = (this.#wishes += 1)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#post({ kind: 'wish', id, wish })
    })
  }

  #start(): Worker {
    const { root, folder, config } = this.#options
    this.#knownConfig = textOf(config()) ?? ''
    const workerData: ThreadStart = { root, folder, config: JSON.parse(this.#knownConfig || '{}') as Config, keepsFiles: folder !== undefined, origin: this.#journal?.origin }
    const worker = openThread(workerData)
    worker.on('message', (message: FromThread) => this.#hear(message))
    worker.on('error', (error: unknown) => this.#fail(messageOf(error)))
    worker.on('exit', (code) => {
      // Its last message and its end may arrive together, before anybody who waits for the message goes on.
      if (!this.#isClosing || this.#waiting.size > 0) this.#fail(`it ended with code ${code}`)
    })
    return worker
  }

  #hear(message: FromThread): void {
    if (message.kind === 'stored') {
      this.#underWay -= message.lines
      if (this.#underWay + this.#lines.length === 0) this.#journal?.allStored()
    } else if (message.kind === 'say') this.#say(message.level, message.message, message.stack)
    else {
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (message.kind === 'done') waiting?.resolve(message.access)
      else waiting?.reject(message.faults === undefined ? new Error(message.message) : new UsageError(message.faults))
    }
  }

  // Answers go on; only what needs tables fails.
  #fail(reason: string): void {
    if (this.#failure !== undefined) return
    const sentence = `The thread of the local data and log ended (${reason}); requests are still answered, but no table can be used and no log is kept until klue dev is started again`
    this.#failure = new Error(sentence)
    this.#lines = []
    this.#say('error', sentence)
    const { folder } = this.#options
    if (folder !== undefined) abandonLocalDynamo(join(folder, 'dynamodb'))
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }

  #say(level: LogRecord['level'], message: string, stack?: string): void {
    this.#options.print({ kind: 'log', level, time: new Date().toISOString(), message, ...(stack === undefined ? {} : { stack }) })
  }
}

function openThread(workerData: ThreadStart): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('data-thread.js', kitFolder() ?? new URL('./', import.meta.url)), { workerData })
  // From sources: what loads TypeScript has to be told in each thread.
  const [loader, file] = [import.meta.resolve('tsx/esm/api'), new URL('./data-thread.ts', import.meta.url).href]
  return new Worker(`import(${JSON.stringify(loader)}).then(({ register }) => (register(), import(${JSON.stringify(file)})))`, { eval: true, workerData })
}

// What handlers put into it may be no plain value, and is theirs alone then.
function textOf(config: Config): string | undefined {
  try {
    return JSON.stringify(plainConfig(config))
  } catch {
    return undefined
  }
}
