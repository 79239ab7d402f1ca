// What an estimate of costs is made from, and what it says.

/** What of a stage's settings costs money. */
export interface CostSettings {
  region: string | undefined
  /** By name; instances that always stand ready cost by the second. */
  functions: readonly { name: string; memoryMb: number; readyInstances: number }[]
  operations: readonly { id: string; method: string; function: string; takesKeys?: boolean | undefined }[]
  /** HTTP APIs: each has alarms of its own. */
  apis: number
  /** Tables of the service with the number of their indexes; the kit's own is not among them. */
  tables: readonly { name: string; indexes: number }[]
  /** Undefined where tables are paid by request. */
  tableCapacity: { readMin: number; writeMin: number } | undefined
  /** Days that CloudWatch keeps lines; 0: for ever. */
  logRetentionDays: number
  /** Days for which unremarkable requests are kept in the kit's table. */
  rowDays: number
  /** Days for which requests are archived, 0: for ever; undefined where they are not. */
  archiveDays?: number | undefined
  /** The function that runs tasks; undefined where there are none. */
  worker?: { memoryMb: number } | undefined
  /** What handles messages on this stage: by a queue, and by the stream of a table. */
  consumers?: { queues: number; streams: number }
  alarms: boolean
  dashboard: boolean
  /** Operations and own metrics that are published. */
  metricOperations: number
  metricNames: number
}

/** What requests were like. */
export interface Measured {
  /** Days that were looked at. */
  days: number
  /** By operationId; averages are milliseconds. */
  operations: Readonly<Record<string, { requests: number; averageMs: number }>>
  /** Average bytes of an answer. */
  outBytes: number
  /** Average bytes of the line of a request as it is written; undefined where no line was kept. */
  lineBytes: number | undefined
}

/** One part of the costs, in USD. */
export interface CostPart {
  name: string
  usd: number
  /** How it comes about. */
  of: string
}

export interface CostEstimate {
  /** Of the prices; another one than the stage's where the table does not have it. */
  region: string
  pricesAsOf: string
  /** What a million requests cost, part by part, the largest first. */
  perMillion: readonly CostPart[]
  /** What a month costs whatever comes, part by part, the largest first. */
  perMonth: readonly CostPart[]
  millionUsd: number
  monthUsd: number
  /** The largest part of either. */
  largest: { perMillion: string; perMonth: string }
  /** What was not measured, and stands for it. */
  assumptions: readonly string[]
}

/** An estimate before and after a change. */
export interface CostChange {
  millionUsd: { before: number; after: number }
  monthUsd: { before: number; after: number }
  /** Parts that are not the same, the largest difference first. */
  parts: readonly { name: string; per: 'million' | 'month'; before: number; after: number }[]
}
