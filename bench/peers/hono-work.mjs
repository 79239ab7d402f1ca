// Hono with zod, and with its own middleware for tokens and for lines.
import { zValidator } from '@hono/zod-validator'
import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import { jwt } from 'hono/jwt'
import { logger } from 'hono/logger'
import { otherRoutes } from 'bench:routes'
import { body, path, query } from './schemas.mjs'

const app = new Hono()
app.use(logger())
app.use('/bench/*', jwt({ secret: 'a-secret-of-the-bench-only', alg: 'HS256' }))
for (const [method, route] of otherRoutes) app.on(method.toUpperCase(), route, (c) => c.json({}))
app.post('/bench/:tenant/orders/:number', zValidator('param', path), zValidator('query', query), zValidator('json', body), (c) => c.json({ total: c.req.valid('json').items.length }))

export const handler = handle(app)
