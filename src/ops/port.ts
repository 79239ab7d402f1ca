// What the ops API asks of the stage that it serves; made by an edge, so that its handlers know no table and no thread.
import type { ControlView, OperationStats, Running, SettingsChange } from '../control/index.ts'

/** An operation or raw route of a service. */
export interface OpsOperation {
  /** Decimal, from method and path. */
  id: string
  /** operationId, or `METHOD /path` of a raw route; what settings and counts are kept by. */
  operation: string
  /** Absent for raw routes. */
  api?: string
  service: string
  /** The file of its service and its handler: `functions/builds.ts:getLatest`. */
  handler: string
  method: string
  path: string
  /** The decorators around its handler, the outermost first. */
  decorators: readonly string[]
}

/** Something that brings requests in, or an instance that is alive. */
export interface Transport {
  name: string
  kind: 'http' | 'socket' | 'function' | 'gateway' | 'instance'
  address: string
  /** Services, by name. */
  serves: readonly string[]
  /** Epoch milliseconds. */
  since?: number
}

export interface OpsPort {
  /** In the order of their documents. */
  operations(): readonly OpsOperation[]
  transports(): Promise<readonly Transport[]>
  control(): Promise<ControlView>
  /** Changes all of it or nothing; rejects with ChangeRefused. */
  change(change: SettingsChange): Promise<ControlView>
  /** By operation; those without any request are absent. `asOf`: epoch milliseconds. */
  stats(): Promise<{ operations: ReadonlyMap<string, OperationStats>; asOf: number }>
  /** What runs, the oldest first, and how many requests more do without showing themselves. */
  running(): Promise<{ running: readonly Running[]; more: number }>
  /** Ends the requests of operations that run now; rejects with ChangeRefused. */
  interrupt(order: { operations: readonly string[]; who: string }): Promise<void>
  /** Ends some of what runs; rejects with ChangeRefused. */
  cancel(order: { running: readonly Running[]; who: string }): Promise<void>
  /** The frames of the thread that answers requests, the innermost first, where it is busy; absent where nobody can look. */
  frames?(): Promise<readonly string[]>
  /** Epoch milliseconds. */
  now(): number
}
