// The run of the task postMeasurement: reads a measurement and posts it to the webhook.
import { type Context, defineError, isHttpError, type TaskContext } from 'klue/runtime'
import { Measurement, type MeasurementKey } from '../gen/builds.ts'
import { webhookOf } from './webhook.ts'

const WEBHOOK_GONE = defineError('WEBHOOK_GONE', 502, 'The webhook of measurements is there no more', { retry: false })
const WEBHOOK_FAILED = defineError('WEBHOOK_FAILED', 502, 'The webhook of measurements did not take one')

/** Posts the measurement, where it is still there. A receiver that has to tell repetitions apart reads `idempotency-key`. */
export async function postMeasurementNow(key: MeasurementKey, context: TaskContext): Promise<void> {
  const url = webhookOf(context)
  const measurement = await loadIfThere(key, context)
  if (url === undefined || measurement === undefined) return
  const { status } = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': context.task.stepKey('post') },
    body: JSON.stringify(measurement),
    redirect: 'error',
    signal: context.signal,
  })
  if (status === 410) throw WEBHOOK_GONE()
  if (status >= 300) throw WEBHOOK_FAILED(`The webhook of measurements answered ${status}`)
}

// Who deletes a measurement wants nobody to be told of it.
async function loadIfThere(key: MeasurementKey, context: Context): Promise<Measurement | undefined> {
  try {
    return await context.table(Measurement).load(key)
  } catch (error) {
    if (isHttpError(error) && error.code === 'ITEM_NOT_FOUND') return undefined
    throw error
  }
}
