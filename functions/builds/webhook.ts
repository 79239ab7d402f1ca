// Tells another system of each measurement: a task, so that whoever records one does not wait for it.
import { type Context, defineTask, type Task } from 'klue/runtime'
import { MeasurementKey } from '../gen/builds.ts'

/** Posts a measurement to `measurement_webhook`. What it needs is loaded with its first run. */
export const postMeasurement: Task<MeasurementKey> = defineTask('postMeasurement', { input: MeasurementKey, attempts: 8, timeoutSeconds: 30 }, async (key, context) => (await import('./post-measurement.ts')).postMeasurementNow(key, context))

/** The address that is told of measurements; undefined where nobody is. */
export function webhookOf({ config }: Pick<Context, 'config'>): string | undefined {
  const url: unknown = config['measurement_webhook']
  return typeof url === 'string' && url !== '' ? url : undefined
}
