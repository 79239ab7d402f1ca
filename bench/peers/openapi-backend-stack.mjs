// The same with what a service puts around it: jsonwebtoken, Powertools' logger and metrics.
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { handler as inner } from './openapi-backend.mjs'

const logger = new Logger({ serviceName: 'bench' })
const metrics = new Metrics({ namespace: 'bench', serviceName: 'bench' })

export async function handler(event, context) {
  logger.addContext(context)
  const started = performance.now()
  const answer = await inner(event, context)
  const duration = performance.now() - started
  logger.info('request', { path: event.rawPath, method: event.requestContext.http.method, status: answer.statusCode, duration })
  metrics.addDimension('operation', 'benchTarget')
  metrics.addMetric('duration', 'Milliseconds', duration)
  metrics.publishStoredMetrics()
  return answer
}
