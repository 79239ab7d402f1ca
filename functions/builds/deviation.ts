// The handler that tells how far a metric moved, with the packages that the older backend names.
import { type Context, type Handler, isHttpError } from 'klue/runtime'
import type { Operations } from '../gen/builds.ts'
import { metricsBackendClient } from '../gen/metrics-backend.client.ts'
import { lastMeasurements } from './measurements.ts'

export const getDeviation: Handler<Operations['getDeviation']> = async ({ path, query }, context) => {
  const [current, previous] = await lastMeasurements(context, path, 2)
  if (current === undefined || previous === undefined || previous.value === 0) return { changed: false }
  const change = round((100 * (current.value - previous.value)) / previous.value, 2)
  const delta = Math.abs(change)
  if (delta <= query.threshold) return { changed: false }
  const packages = current.build === undefined ? [] : await changedPackages(context, path.job, current.build)
  return {
    changed: true,
    current: round(current.value, 3),
    previous: round(previous.value, 3),
    delta_pct: delta,
    units: current.unit,
    changecount: packages.length,
    ...(packages.length === 0 ? {} : { changed_packages: packages }),
  }
}

async function changedPackages(context: Context, job: string, build: string): Promise<string[]> {
  const backend = context.client(metricsBackendClient)
  try {
    const text = await backend.getPackages({ query: { job, build } })
    return text.split('\n').filter((line) => line !== '')
  } catch (error) {
    // The backend does not know every build; that is no failure of ours.
    if (isNotFound(error)) return []
    throw error
  }
}

// With klue's error body the status is the error's own; any other body is wrapped, with the status beside it.
function isNotFound(error: unknown): boolean {
  return isHttpError(error) && (error.status === 404 || error.fields['backend_status'] === 404)
}

function round(value: number, digits: number): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}
