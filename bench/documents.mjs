// The documents that are measured: one operation that answers, among 3, 1,000 or all of GitHub's.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const text = { type: 'string', minLength: 1, maxLength: 200 }
const item = { type: 'object', required: ['sku', 'quantity'], additionalProperties: false, properties: { sku: { type: 'string', pattern: '^[A-Z0-9-]{3,20}$' }, quantity: { type: 'integer', minimum: 1, maximum: 99 }, note: text } }
const order = {
  type: 'object', required: ['title', 'currency', 'items'], additionalProperties: false,
  properties: { title: text, currency: { enum: ['EUR', 'USD'] }, placed_at: { type: 'string', format: 'date-time' }, urgent: { type: 'boolean' }, address: { type: 'object', required: ['street', 'city'], properties: { street: text, city: text, zip: text } }, items: { type: 'array', minItems: 1, maxItems: 50, items: item } },
}
const parameter = (name, place, schema) => ({ name, in: place, required: place === 'path', schema })

/** The operation that every target binds and answers. */
export const targetId = 'benchTarget'
export const targetPath = '/bench/{tenant}/orders/{number}'
const target = {
  operationId: targetId,
  security: [{ benchToken: [] }],
  parameters: [parameter('tenant', 'path', { type: 'string', pattern: '^[a-z-]{3,20}$' }), parameter('number', 'path', { type: 'integer' }), parameter('dry_run', 'query', { type: 'boolean' }), parameter('limit', 'query', { type: 'integer', minimum: 1, maximum: 100 }), parameter('tags', 'query', { type: 'array', items: { type: 'string' } })],
  requestBody: { required: true, content: { 'application/json': { schema: order } } },
  responses: { 200: { description: 'ok', content: { 'application/json': { schema: { type: 'object', required: ['total'], properties: { total: { type: 'integer' } } } } } } },
}

const plainOperation = (id, method) => ({
  operationId: id,
  parameters: [parameter('id', 'path', { type: 'integer' }), ...(method === 'get' ? [parameter('page', 'query', { type: 'integer' })] : [])],
  ...(method === 'post' ? { requestBody: { content: { 'application/json': { schema: order } } } } : {}),
  responses: { 200: { description: 'ok', content: { 'application/json': { schema: order } } } },
})

function synthetic(count) {
  const paths = {}
  for (let index = 0; index < count; index += 1) paths[`/things-${index >> 1}/{id}`] = { ...paths[`/things-${index >> 1}/{id}`], [index % 2 === 0 ? 'get' : 'post']: plainOperation(`thing${index}`, index % 2 === 0 ? 'get' : 'post') }
  return { openapi: '3.0.3', info: { title: 'Bench', version: '1.0.0' }, paths, components: {} }
}

/** The document of a size: `3`, `1000` or `gh`. */
export function documentOf(size) {
  const document = size === 'gh' ? JSON.parse(gunzipSync(readFileSync(new URL('../test/fixtures/github.json.gz', import.meta.url))).toString('utf8')) : synthetic(Number(size) - 1)
  delete document.servers
  document.paths[targetPath] = { post: target }
  document.components.securitySchemes = { ...document.components.securitySchemes, benchToken: { type: 'http', scheme: 'bearer' } }
  return document
}

/** The same without `nullable` where no `type` stands beside it: Ajv, and with it every peer that validates, refuses that. */
export function documentForPeers(size) {
  return JSON.parse(JSON.stringify(documentOf(size)), (_key, value) => {
    if (value?.nullable !== true || value.type !== undefined) return value
    const { nullable: _nullable, ...rest } = value
    return rest
  })
}

/** A body of about a kilobyte. */
export const goodBody = JSON.stringify({
  title: 'An order as shops send it', currency: 'EUR', placed_at: '2026-11-20T10:00:00Z', urgent: false,
  address: { street: 'Long Street 12, back yard, third floor', city: 'Freiburg', zip: '79098' },
  items: Array.from({ length: 12 }, (_, index) => ({ sku: `SKU-${1000 + index}`, quantity: index + 1, note: 'handle with care' })),
})
