// Counts what was measured in some days, by job.
import type { TaskContext } from 'klue/runtime'
import { type Digest, Measurement } from '../gen/builds.ts'

const dayMs = 86_400_000

export async function countDays({ days }: { days: number }, context: TaskContext): Promise<Digest> {
  const to = context.task.scheduled ?? new Date()
  const from = new Date(to.getTime() - days * dayMs)
  const jobs = new Map<string, number>()
  let cursor: string | undefined
  do {
    const page = await context.table(Measurement).scan(cursor === undefined ? {} : { cursor })
    for (const { job, measured_at: at } of page.items) if (at >= from.toISOString() && at < to.toISOString()) jobs.set(job, (jobs.get(job) ?? 0) + 1)
    cursor = page.cursor
  } while (cursor !== undefined)
  const digest = { from: from.toISOString(), to: to.toISOString(), jobs: [...jobs].sort(([left], [right]) => (left < right ? -1 : 1)).map(([job, measurements]) => ({ job, measurements })) }
  context.log.info('weekly digest', { jobs: digest.jobs.length })
  return digest
}
