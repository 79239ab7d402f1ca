// The service behind apis/builds.yaml, with the login API beside it; the entry of its Lambda function.
import { toLambda } from 'klue/lambda'
import { defineService, type Service } from 'klue/runtime'
import { getDeviation } from './builds/deviation.ts'
import { makeDigest } from './builds/digest.ts'
import { deleteMeasurement, getLatest, getMeasurement, listMeasurements, recordMeasurement } from './builds/measurements.ts'
import { countMeasurements, listMetrics } from './builds/metrics.ts'
import { recomputeSummary } from './builds/summary.ts'
import { postMeasurement } from './builds/webhook.ts'
import { builds } from './gen/builds.ts'
import { login } from './login.ts'

export const service: Service = defineService({
  spec: builds,
  handlers: { recordMeasurement, listMeasurements, countMeasurements, getMeasurement, deleteMeasurement, listMetrics, recomputeSummary, getLatest, getDeviation },
  tasks: [postMeasurement, makeDigest],
  include: [login],
  routes: {
    'GET /robots.txt': () => 'User-agent: *\nDisallow: /\n',
  },
})

export const handler: ReturnType<typeof toLambda> = toLambda(service)
