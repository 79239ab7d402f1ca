// Powertools' event handler with zod, its logger, and tokens verified by jsonwebtoken, which costs less than jose.
import { Router, UnauthorizedError } from '@aws-lambda-powertools/event-handler/http'
import { Logger } from '@aws-lambda-powertools/logger'
import { otherRoutes } from 'bench:routes'
import { ZodError } from 'zod'
import { body, path, query } from './schemas.mjs'
import { check } from './token-key.mjs'

const logger = new Logger({ serviceName: 'bench' })
const app = new Router()
app.errorHandler(ZodError, async (error) => ({ statusCode: 400, message: error.message }))

async function authenticate({ reqCtx, next }) {
  try {
    reqCtx.user = check(reqCtx.req.headers.get('authorization'))
  } catch (error) {
    throw new UnauthorizedError(error.message)
  }
  await next()
}

for (const [method, route] of otherRoutes) app[method](route, async () => ({}))
app.post('/bench/:tenant/orders/:number', [authenticate], async ({ req, params }) => {
  path.parse(params)
  query.parse(Object.fromEntries(new URL(req.url).searchParams))
  return { total: body.parse(await req.json()).items.length }
})

export async function handler(event, context) {
  logger.addContext(context)
  const started = performance.now()
  const answer = await app.resolve(event, context)
  logger.info('request', { path: event.rawPath, method: event.requestContext.http.method, status: answer.statusCode, duration: performance.now() - started })
  return answer
}
