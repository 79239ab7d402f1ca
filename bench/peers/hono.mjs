// Hono with zod.
import { zValidator } from '@hono/zod-validator'
import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import { otherRoutes } from 'bench:routes'
import { body, path, query } from './schemas.mjs'

const app = new Hono()
for (const [method, route] of otherRoutes) app.on(method.toUpperCase(), route, (c) => c.json({}))
app.post('/bench/:tenant/orders/:number', zValidator('param', path), zValidator('query', query), zValidator('json', body), (c) => c.json({ total: c.req.valid('json').items.length }))

export const handler = handle(app)
