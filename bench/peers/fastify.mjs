// fastify with fastify-openapi-glue.
import { readFileSync } from 'node:fs'
import fastify from 'fastify'
import glue from 'fastify-openapi-glue'

const specification = JSON.parse(readFileSync(process.env.BENCH_DOCUMENT, 'utf8'))
const app = fastify({ ajv: { customOptions: { strict: false, removeAdditional: false } } })
const answer = async (request) => ({ total: request.body?.items?.length ?? 0 })
app.register(glue, { specification, serviceHandlers: { benchTarget: answer }, securityHandlers: { benchToken: async () => undefined } })
const ready = app.ready()

export async function handler(event) {
  await ready
  const { statusCode, body } = await app.inject({ method: event.requestContext.http.method, url: `${event.rawPath}?${event.rawQueryString}`, headers: event.headers, payload: event.body })
  return { statusCode, body }
}
