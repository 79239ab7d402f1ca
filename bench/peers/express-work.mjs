// express with express-openapi-validator, tokens verified by jsonwebtoken, one line a request by pino-http.
import express from 'express'
import { middleware } from 'express-openapi-validator'
import { pinoHttp } from 'pino-http'
import serverless from 'serverless-http'
import { check } from './token-key.mjs'

// What the validator is told of: the reason of a refusal stands in its error.
function isGood(request) {
  try {
    request.user = check(request.headers.authorization)
    return true
  } catch {
    return false
  }
}

const app = express()
app.use(pinoHttp())
app.use(express.json())
app.use(middleware({ apiSpec: process.env.BENCH_DOCUMENT, validateApiSpec: false, validateRequests: true, validateResponses: false, validateSecurity: { handlers: { benchToken: isGood } } }))
app.post('/bench/:tenant/orders/:number', (request, response) => response.json({ total: request.body.items.length }))
// express tells a handler of errors by its four parameters.
// oxlint-disable-next-line max-params
app.use((error, _request, response, _next) => response.status(error.status ?? 500).json({ message: error.message }))

export const handler = serverless(app)
