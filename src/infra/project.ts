// A project made ready for its stack.
import type { DeploymentConfig, LoadedConfig } from '../config/build.ts'
import type { ApiTable, PersistDefinition } from '../openapi/index.ts'
import type { TaskTime } from '../runtime/edge.ts'
import type { Consumer } from '../runtime/index.ts'
import type { PreparedTelemetry } from './bundle-telemetry.ts'
import type { TableCall } from './table-calls.ts'

export type { TaskTime } from '../runtime/edge.ts'

/** An entry file as its function will hold it. */
export interface PreparedFunction {
  /** Name of the entry file without extension, for example `builds`. */
  name: string
  /** Folder with the module, the compiled APIs and `klue-config.json`. */
  folder: string
  /** Exported name of the handler, for example `index.handler`. */
  handler: string
  /** The APIs that it answers for. */
  apis: readonly ApiTable[]
  /** Names of the APIs whose clients it holds. */
  calls: readonly string[]
  /** Calls of tables that its code names. @default all of them */
  tableCalls?: readonly TableCall[]
  /** Tables that it uses: the kit's own and those of `x-persist`. */
  tables: readonly PersistDefinition[]
  /** Names of the secrets that it reads. */
  secrets: readonly string[]
  /** Tasks that its service lists, and its operations that are tasks, with the seconds of a run. @default none */
  tasks?: readonly TaskTime[]
  /** What handles messages in its service. @default nothing */
  consumers?: readonly PreparedConsumer[]
  /** Whether its code fires tasks. @default it does not */
  fires?: boolean
}

/** The function that runs the tasks of a project, as it will be deployed. */
export interface PreparedWorker extends Pick<PreparedFunction, 'folder' | 'calls' | 'tableCalls' | 'tables' | 'secrets'> {
  /** Seconds of the longest run. */
  timeoutSeconds: number
  /** Names of the tasks that it runs. @default they are not told */
  tasks?: readonly string[]
  /** What it runs by the clock. */
  schedules: readonly PreparedSchedule[]
  /** What it runs by messages. @default nothing */
  consumers?: readonly PreparedConsumer[]
}

/** A consumer as the stack makes it. */
export interface PreparedConsumer {
  /** Of its definition. */
  name: string
  /** Where its messages come from. */
  source: Consumer['source']
  /** How it works. */
  options: Consumer['options']
}

/** A schedule as EventBridge Scheduler has it. */
export interface PreparedSchedule {
  /** Of its definition. */
  name: string
  /** `cron(…)` or `rate(…)`. */
  expression: string
  /** A name of the IANA database. */
  timezone: string
}

/** A project, generated, checked and bundled for one stage. */
export interface Project {
  /** Folder of the project. */
  root: string
  /** Name of the service. */
  name: string
  /** Name of the stage. */
  stage: string
  /** Whether real users depend on the stage. */
  live: boolean
  /** Public host, where the configuration names one. */
  liveHost: string | undefined
  /** `<name>-<stage>` */
  stackName: string
  /** What the names of the tables begin with. */
  tablePrefix: string
  /** What the names of the secrets begin with. */
  secretPrefix: string
  /** Seconds that a handler has. */
  timeoutSeconds: number
  /** What `/version` shows; undefined without a repository. */
  version: string | undefined
  /** The entry files; the first is the main one. */
  functions: readonly PreparedFunction[]
  /** Runs their tasks. @default there are none */
  worker?: PreparedWorker | undefined
  /** Folder of the function that serves documents. */
  documents: string
  /** The functions that take lines in and tell people. */
  telemetry: PreparedTelemetry
  /** Addresses of called APIs that the configuration sets. */
  apiUrls: Readonly<Record<string, string>>
  /** The settings of the deployment. */
  deployment: DeploymentConfig
  /** The configuration with its files. */
  loaded: LoadedConfig
}
