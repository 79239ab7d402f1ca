// CloudWatch through the SDK, which is loaded with the first call: where metrics go, and where those of functions and tables come from.
import type { CloudWatchClient, MetricDataQuery, MetricDatum as SdkDatum, StandardUnit } from '@aws-sdk/client-cloudwatch'
import { type MetricDatum, type MetricSink, MetricsRefused } from './publish.ts'
import type { AccountMetric, AccountMetrics } from './alert-value.ts'

export interface CloudWatchOptions {
  region?: string
  endpoint?: string
  /** Functions and tables of the stage, whose metrics alerts look at. */
  functions?: readonly string[]
  tables?: readonly string[]
}

/** CloudWatch of the account. */
export interface CloudWatch extends MetricSink, AccountMetrics {
  close(): void
}

// A value stands for at most so many of CloudWatch's.
const mostValues = 150
const mostQueries = 500

/** Opens CloudWatch; touches neither the network nor the SDK. */
export function openCloudWatch(options: CloudWatchOptions = {}): CloudWatch {
  let opened: Promise<{ client: CloudWatchClient; sdk: typeof import('@aws-sdk/client-cloudwatch') }> | undefined
  const open = (): NonNullable<typeof opened> => (opened ??= import('@aws-sdk/client-cloudwatch').then((sdk) => ({ sdk, client: new sdk.CloudWatchClient({ maxAttempts: 1, requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000 }, ...(options.region === undefined ? {} : { region: options.region }), ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }) }) })))
  return {
    async put(namespace, data) {
      const { client, sdk } = await open()
      try {
        await client.send(new sdk.PutMetricDataCommand({ Namespace: namespace, MetricData: data.map(toSdk) }))
      } catch (failure) {
        // An answer of 400 and above, but no 500: nothing was taken. A silence says nothing.
        const status = (failure as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode
        throw status !== undefined && status >= 400 && status < 500 ? new MetricsRefused('CloudWatch refused the metrics', { cause: failure }) : failure
      }
    },
    async value(metric, { from, to }) {
      const queries = queriesOf(metric, options)
      if (queries.length === 0) return undefined
      const { client, sdk } = await open()
      const { MetricDataResults = [] } = await client.send(new sdk.GetMetricDataCommand({ StartTime: new Date(from), EndTime: new Date(to), MetricDataQueries: queries }))
      const values = MetricDataResults.flatMap(({ Values = [] }) => Values)
      return metric === 'concurrency' ? Math.max(0, ...values) : values.reduce((sum, value) => sum + value, 0)
    },
    close() {
      void opened?.then(({ client }) => client.destroy())
      opened = undefined
    },
  }
}

function toSdk({ name, unit, time, dimensions, value, values, statistics }: MetricDatum): SdkDatum {
  return {
    MetricName: name,
    Unit: unit as StandardUnit,
    Timestamp: new Date(time),
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    ...(value === undefined ? {} : { Value: value }),
    ...(values === undefined ? {} : toValues(values)),
    ...(statistics === undefined ? {} : { StatisticValues: { Sum: statistics.sum, SampleCount: statistics.count, Minimum: statistics.min, Maximum: statistics.max } }),
  }
}

// The slowest ones are put together where there are too many: their number must not be lost.
function toValues(values: NonNullable<MetricDatum['values']>): Pick<SdkDatum, 'Values' | 'Counts'> {
  const kept = values.slice(0, mostValues)
  const rest = values.slice(mostValues).reduce((sum, [, count]) => sum + count, 0)
  return { Values: kept.map(([value]) => value), Counts: kept.map(([, count], index) => (index === mostValues - 1 ? count + rest : count)) }
}

const sources: Record<AccountMetric, { namespace: string; names: readonly string[]; dimension: string; stat: string }> = {
  function_throttles: { namespace: 'AWS/Lambda', names: ['Throttles'], dimension: 'FunctionName', stat: 'Sum' },
  concurrency: { namespace: 'AWS/Lambda', names: ['ConcurrentExecutions'], dimension: 'FunctionName', stat: 'Maximum' },
  table_throttles: { namespace: 'AWS/DynamoDB', names: ['ReadThrottleEvents', 'WriteThrottleEvents'], dimension: 'TableName', stat: 'Sum' },
}

function queriesOf(metric: AccountMetric, { functions = [], tables = [] }: CloudWatchOptions): MetricDataQuery[] {
  const { namespace, names, dimension, stat } = sources[metric]
  const owners = dimension === 'TableName' ? tables : functions
  return owners.flatMap((owner) => names.map((name) => ({ name, owner }))).slice(0, mostQueries).map(({ name, owner }, index) => ({
    Id: `m${index}`,
    MetricStat: { Metric: { Namespace: namespace, MetricName: name, Dimensions: [{ Name: dimension, Value: owner }] }, Period: 60, Stat: stat },
  }))
}
