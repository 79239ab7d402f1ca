// express with express-openapi-validator, behind serverless-http.
import express from 'express'
import { middleware } from 'express-openapi-validator'
import serverless from 'serverless-http'

const app = express()
app.use(express.json())
app.use(middleware({ apiSpec: process.env.BENCH_DOCUMENT, validateApiSpec: false, validateRequests: true, validateResponses: false, validateSecurity: { handlers: { benchToken: () => true } } }))
app.post('/bench/:tenant/orders/:number', (request, response) => response.json({ total: request.body.items.length }))
// express tells a handler of errors by its four parameters.
// oxlint-disable-next-line max-params
app.use((error, _request, response, _next) => response.status(error.status ?? 500).json({ message: error.message }))

export const handler = serverless(app)
