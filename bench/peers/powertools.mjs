// Powertools' event handler with zod.
import { Router } from '@aws-lambda-powertools/event-handler/http'
import { otherRoutes } from './routes.mjs'
import { body, path, query } from './schemas.mjs'

const app = new Router()
for (const [method, route] of otherRoutes()) app[method](route, async () => ({}))
app.post('/bench/:tenant/orders/:number', async ({ req, params }) => {
  path.parse(params)
  query.parse(Object.fromEntries(new URL(req.url).searchParams))
  return { total: body.parse(await req.json()).items.length }
})

export const handler = (event, context) => app.resolve(event, context)
