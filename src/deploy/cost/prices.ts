// The list prices of AWS that the estimate is made with: the one place to change when AWS changes them.

/** Prices of a region in USD, first tier, without free tiers and taxes. A GB is 2^30 bytes, as AWS counts it. */
export interface Prices {
  region: string
  /** The day as of which the oldest of these is taken to hold. Not all were compared with AWS's own lists: look at the sources before you rely on a cent. */
  asOf: string
  /** A request to an HTTP API, for each 512 KiB begun. */
  apiRequest: number
  /** An invocation of a function. */
  invocation: number
  /** A GB-second of a function on arm64: on demand, standing ready, and running where one stood ready. */
  gbSecond: number
  readyGbSecond: number
  readyRunGbSecond: number
  /** A GB of log lines taken in, and a GB (compressed) kept for a month. */
  logGb: number
  /** The same of a log of the class for infrequent access, which costs as much to keep. */
  infrequentLogGb: number
  logGbMonth: number
  /** A write of 1 KiB and a strongly consistent read of 4 KiB, on demand. */
  tableWrite: number
  tableRead: number
  /** A unit of provisioned capacity for an hour. */
  writeUnitHour: number
  readUnitHour: number
  /** A GB in a table for a month. */
  tableGbMonth: number
  /** A file written to a bucket or listed, and a GB in one for a month. */
  filePut: number
  fileGbMonth: number
  /** A metric of the kit's own, an alarm on one metric, and a dashboard, each for a month. */
  metricMonth: number
  alarmMonth: number
  dashboardMonth: number
  /** A call that puts metrics. */
  metricCall: number
  /** A request to a queue. */
  queueRequest: number
  /** A GB that leaves AWS. */
  outGb: number
}

/** Where AWS publishes them, part by part. */
export const priceSources: readonly string[] = [
  'https://aws.amazon.com/api-gateway/pricing/',
  'https://aws.amazon.com/lambda/pricing/',
  'https://aws.amazon.com/cloudwatch/pricing/',
  'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  'https://aws.amazon.com/dynamodb/pricing/provisioned/',
  'https://aws.amazon.com/s3/pricing/',
  'https://aws.amazon.com/sqs/pricing/',
]

// The same in every region of the table.
const everywhere = { invocation: 0.2e-6, gbSecond: 0.0000133334, readyGbSecond: 0.0000033334, readyRunGbSecond: 0.0000077778, metricMonth: 0.3, alarmMonth: 0.1, dashboardMonth: 3, metricCall: 0.01e-3, queueRequest: 0.4e-6, outGb: 0.09 } as const

const virginia = { asOf: '2025-07-21', ...everywhere, apiRequest: 1e-6, logGb: 0.5, infrequentLogGb: 0.25, logGbMonth: 0.03, tableWrite: 0.625e-6, tableRead: 0.125e-6, writeUnitHour: 0.00065, readUnitHour: 0.00013, tableGbMonth: 0.25, filePut: 0.005e-3, fileGbMonth: 0.023 } as const

/** By region. */
export const priceTable: Readonly<Record<string, Prices>> = {
  'us-east-1': { region: 'us-east-1', ...virginia },
  'us-east-2': { region: 'us-east-2', ...virginia },
  'us-west-2': { region: 'us-west-2', ...virginia },
  'eu-west-1': { region: 'eu-west-1', asOf: '2024-12-01', ...everywhere, apiRequest: 1.11e-6, logGb: 0.57, infrequentLogGb: 0.285, logGbMonth: 0.03, tableWrite: 0.705e-6, tableRead: 0.141e-6, writeUnitHour: 0.000735, readUnitHour: 0.000147, tableGbMonth: 0.283, filePut: 0.005e-3, fileGbMonth: 0.023 },
  // Functions, logs and tables on demand were seen again on 2026-09-11.
  'eu-central-1': { region: 'eu-central-1', asOf: '2024-12-01', ...everywhere, apiRequest: 1.2e-6, logGb: 0.63, infrequentLogGb: 0.315, logGbMonth: 0.0324, tableWrite: 0.7625e-6, tableRead: 0.1525e-6, writeUnitHour: 0.000793, readUnitHour: 0.0001586, tableGbMonth: 0.306, filePut: 0.0054e-3, fileGbMonth: 0.0245 },
}

// The dearest of the table: an estimate should rather be too high.
const fallback = 'eu-central-1'

/** The prices of a region; those of eu-central-1 for one that the table does not have. */
export function pricesOf(region: string | undefined): Prices {
  return (region !== undefined && Object.hasOwn(priceTable, region) ? priceTable[region] : undefined) ?? priceTable[fallback]!
}
