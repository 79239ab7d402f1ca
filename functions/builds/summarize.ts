// Goes over all measurements of a job.
import type { Handler } from 'klue/runtime'
import { Measurement, type Operations, type Summary } from '../gen/builds.ts'

export const summarize: Handler<Operations['recomputeSummary']> = async ({ path: { job } }, context) => {
  const table = context.table(Measurement)
  const total = await table.count({ index: 'by-job', partition: job })
  const metrics = new Map<string, Summary['metrics'][number]>()
  let seen = 0
  let cursor: string | undefined
  do {
    const page = await table.query({ index: 'by-job', partition: job, limit: 200, ...(cursor === undefined ? {} : { cursor }) })
    for (const { metric, value } of page.items) metrics.set(metric, withValue(metrics.get(metric), { metric, value }))
    seen += page.items.length
    context.progress(total === 0 ? 1 : Math.min(1, seen / total))
    cursor = page.cursor
  } while (cursor !== undefined)
  return { job, metrics: [...metrics.values()].sort((left, right) => (left.metric < right.metric ? -1 : 1)) }
}

function withValue(before: Summary['metrics'][number] | undefined, { metric, value }: { metric: string; value: number }): Summary['metrics'][number] {
  if (before === undefined) return { metric, count: 1, least: value, most: value, mean: value }
  const count = before.count + 1
  return { metric, count, least: Math.min(before.least, value), most: Math.max(before.most, value), mean: before.mean + (value - before.mean) / count }
}
