// What a service puts around openapi-backend: Powertools' logger and metrics.
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'

const logger = new Logger({ serviceName: 'bench' })
const metrics = new Metrics({ namespace: 'bench', serviceName: 'bench' })

/** The handler with a line and a metric for each request. */
export function withLine(inner) {
  return async (event, context) => {
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
}
