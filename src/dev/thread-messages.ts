// What the threads of a local service say to each other.
import type { Config } from '../config/index.ts'
import type { Fault } from '../errors/index.ts'
import type { DatabaseOptions } from '../persist/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import type { LogLevel } from '../runtime/index.ts'

/** What it takes to open a database that another thread holds. */
export type DataAccess = Pick<DatabaseOptions, 'endpoint' | 'credentials'>

/** What the thread of data and log starts with. */
export interface ThreadStart {
  root: string
  /** The project's `.klue` folder; without it everything stays in memory. */
  folder: string | undefined
  config: Config
  /** Whether messages are kept as files under `.klue/reports`. */
  keepsFiles: boolean
  /** Part of the ids of its lines, so that they are known again at the next start. */
  origin: string | undefined
}

/** A wish that is answered, with the id of its answer. */
export type Wish =
  /** Opens the data and makes tables. */
  | { kind: 'ensure'; definitions: readonly PersistSpec[] }
  /** Stores what is left of the log. */
  | { kind: 'drain'; drain: boolean }
  /** Closes the data; the thread then ends. */
  | { kind: 'close' }

export type ToThread =
  | { kind: 'wish'; id: number; wish: Wish }
  /** Lines of the log, one behind the other with line breaks between them, the number of the first, and how many more found no room. */
  | { kind: 'lines'; text: string; first: number; lost: number }
  | { kind: 'config'; config: Config }

export type FromThread =
  /** `access`: where the data answers, and with which credentials. */
  | { kind: 'done'; id: number; access: DataAccess | undefined }
  | { kind: 'failed'; id: number; message: string; faults: Fault[] | undefined }
  /** So many lines of the log were stored, or given up. */
  | { kind: 'stored'; lines: number }
  /** Something for who runs the service. */
  | { kind: 'say'; level: LogLevel; message: string; stack?: string }
