// Powertools' event handler with zod.
import { Router } from '@aws-lambda-powertools/event-handler/http'
import { otherRoutes } from 'bench:routes'
import { ZodError } from 'zod'
import { body, path, query } from './schemas.mjs'

const app = new Router()
app.errorHandler(ZodError, async (error) => ({ statusCode: 400, message: error.message }))
for (const [method, route] of otherRoutes) app[method](route, async () => ({}))
app.post('/bench/:tenant/orders/:number', async ({ req, params }) => {
  path.parse(params)
  query.parse(Object.fromEntries(new URL(req.url).searchParams))
  return { total: body.parse(await req.json()).items.length }
})

export const handler = (event, context) => app.resolve(event, context)
