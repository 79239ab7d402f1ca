// Handlers that record, list and delete measurements.
import { randomUUID } from 'node:crypto'
import { type Context, defineError, type Handler, reply } from 'klue/runtime'
import { Measurement, Metric, type Operations } from '../gen/builds.ts'
import { postMeasurement, webhookOf } from './webhook.ts'

export const NO_MEASUREMENTS: ReturnType<typeof defineError> = defineError('NO_MEASUREMENTS', 404, 'Nothing was measured yet')

/** How long a measurement is kept. */
const keptSeconds = 400 * 24 * 3600

export const recordMeasurement: Handler<Operations['recordMeasurement']> = async ({ path, body }, context) => {
  const { job, metric } = path
  const measuredAt = body.measured_at === undefined ? new Date() : new Date(body.measured_at)
  const measurement: Measurement = {
    series: seriesOf(path),
    id: newId(measuredAt),
    job,
    metric,
    value: body.value,
    unit: body.unit,
    ...(body.build === undefined ? {} : { build: body.build }),
    measured_at: measuredAt.toISOString(),
    recorded_by: context.user?.id ?? '',
    expires_at: Math.floor(Date.now() / 1000) + keptSeconds,
  }
  // Both or neither: a metric counts what was recorded, however many record at the same time.
  const [saved] = await context.transact([
    context.table(Measurement).action.save(measurement),
    context.table(Metric).action.update({ job, metric }, { add: { recorded: 1 }, set: { unit: body.unit } }),
  ])
  if (webhookOf(context) !== undefined) await context.fire(postMeasurement, { series: saved.series, id: saved.id }, { when: 'answered' })
  const location = `/jobs/${encodeURIComponent(job)}/metrics/${encodeURIComponent(metric)}/measurements/${saved.id}`
  return reply(201, saved, { headers: { location } })
}

export const getMeasurement: Handler<Operations['getMeasurement']> = ({ path }, context) =>
  context.table(Measurement).load({ series: seriesOf(path), id: path.id })

export const deleteMeasurement: Handler<Operations['deleteMeasurement']> = async ({ path }, context) => {
  const table = context.table(Measurement)
  const key = { series: seriesOf(path), id: path.id }
  // Loaded first, so that deleting what is not there is told apart from deleting.
  await table.load(key, { select: ['id'] })
  await table.delete(key)
}

export const listMeasurements: Handler<Operations['listMeasurements']> = async ({ path, query }, context) => {
  const { metric, limit, cursor } = query
  const range = rangeOf(query)
  const paging = { limit, order: 'descending', range, ...(cursor === undefined ? {} : { cursor }) } as const
  const table = context.table(Measurement)
  const page = metric === undefined
    ? await table.query({ index: 'by-job', partition: path.job, ...paging })
    : await table.query({ partition: seriesOf({ job: path.job, metric }), ...paging })
  return { measurements: page.items, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) }
}

export const getLatest: Handler<Operations['getLatest']> = async ({ path }, context) => {
  const [latest] = await lastMeasurements(context, path, 1)
  if (latest === undefined) throw NO_MEASUREMENTS(`Nothing was measured yet of ${seriesOf(path)}`)
  return latest
}

/** The last measurements of a metric, the newest first. */
export async function lastMeasurements(context: Context, path: { job: string; metric: string }, count: number): Promise<Measurement[]> {
  const page = await context.table(Measurement).query({ partition: seriesOf(path), limit: count, order: 'descending' })
  return page.items
}

/** The partition of the measurements of a metric. */
export function seriesOf({ job, metric }: { job: string; metric: string }): string {
  return `${job}/${metric}`
}

/** The range of a query by times; `to` itself is left out. */
export function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }): { from?: string; to?: string } {
  return { ...(from === undefined ? {} : { from: sortable(from) }), ...(to === undefined ? {} : { to: before(to) }) }
}

// Sorts by time; the random part keeps two measurements of one millisecond apart.
function newId(measuredAt: Date): string {
  return `${measuredAt.toISOString()}-${randomUUID().slice(0, 8)}`
}

// Times are compared as text, which works for one notation only.
function sortable(time: string): string {
  return new Date(time).toISOString()
}

// The range of a query includes its end; a millisecond earlier leaves it out, whatever follows the time in an id.
function before(time: string): string {
  return `${new Date(new Date(time).getTime() - 1).toISOString()}~`
}
