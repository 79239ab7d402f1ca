// Handlers that list the metrics of a job, and count their measurements.
import type { Handler } from 'klue/runtime'
import { Measurement, Metric, type Operations } from '../gen/builds.ts'
import { rangeOf, seriesOf } from './measurements.ts'

/** Counting reads what it counts. */
const mostCounted = 10_000

export const countMeasurements: Handler<Operations['countMeasurements']> = async ({ path, query }, context) =>
  ({ count: await context.table(Measurement).count({ partition: seriesOf(path), range: rangeOf(query), limit: mostCounted }) })

export const listMetrics: Handler<Operations['listMetrics']> = async ({ path, query }, context) => {
  const { limit, cursor } = query
  const page = await context.table(Metric).query({ partition: path.job, limit, ...(cursor === undefined ? {} : { cursor }) })
  return { metrics: page.items, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) }
}
