// openapi-backend with `quick`, as its documentation has it on Lambda; strict security handlers aside, nothing more.
import { readFileSync } from 'node:fs'
import { OpenAPIBackend } from 'openapi-backend'
import addFormats from 'ajv-formats'

const definition = JSON.parse(readFileSync(process.env.BENCH_DOCUMENT, 'utf8'))
const found = new Set((process.env.BENCH_HANDLERS ?? 'benchTarget').split(','))
const answers = Object.fromEntries([...found].map((id) => [id, (c) => ({ statusCode: 200, body: JSON.stringify({ total: c.request.requestBody?.items?.length ?? 0 }) })]))
const status = (statusCode) => () => ({ statusCode, body: '{}' })

/** A handler whose tokens are checked by `check`. */
export function handlerWith(check) {
  const api = new OpenAPIBackend({
    definition, quick: true, coerceTypes: true, ajvOpts: { strict: false, formats: {} }, customizeAjv: (ajv) => (addFormats(ajv), ajv),
    handlers: { ...answers, notFound: status(404), methodNotAllowed: status(405), validationFail: status(400), unauthorizedHandler: status(401), notImplemented: status(501) },
    securityHandlers: { benchToken: (c) => check(c.request.headers.authorization) },
  })
  const ready = api.init()
  return async (event, context) => {
    await ready
    return api.handleRequest({ method: event.requestContext.http.method, path: event.rawPath, query: event.rawQueryString, body: event.body, headers: event.headers }, event, context)
  }
}
