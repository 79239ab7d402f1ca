// What x-klue-idempotency means for callers, written into a document that is published.
import { arrayOf, followRefs, isObject, type JsonObject, objectOf } from '../read/pointers.ts'
import type { IdempotencySettings } from '../table.ts'
import { idempotencyOf } from './idempotency.ts'

const methods = ['put', 'post', 'delete', 'patch']

/** Adds the header and the answers to each operation that asks for idempotency, in place; what it declares itself stays. */
export function showIdempotency(document: JsonObject): void {
  for (const entry of Object.values(objectOf(document['paths']))) {
    const item = objectOf(followRefs(document, entry))
    for (const method of methods) {
      const operation = item[method]
      const settings = isObject(operation) ? idempotencyOf(operation) : undefined
      if (!isObject(operation) || settings === undefined) continue
      if (settings.pointer === undefined) showHeader(document, { item, operation }, settings)
      showAnswers(document, operation)
    }
  }
}

function showHeader(document: JsonObject, { item, operation }: { item: JsonObject; operation: JsonObject }, { required, ttlSeconds }: IdempotencySettings): void {
  const declared = [...arrayOf(item['parameters']), ...arrayOf(operation['parameters'])].map((parameter) => objectOf(followRefs(document, parameter)))
  if (declared.some((parameter) => parameter['in'] === 'header' && String(parameter['name']).toLowerCase() === 'idempotency-key')) return
  const description = `Requests with the same key have one effect and one answer, for ${ttlSeconds} seconds. Quoted or bare, visible characters.`
  operation['parameters'] = [...arrayOf(operation['parameters']), { name: 'Idempotency-Key', in: 'header', required, description, schema: { type: 'string', minLength: 1, maxLength: 512 } }]
}

const replayed: JsonObject = { description: 'true where this is the answer of an earlier request with the same key', schema: { type: 'string', enum: ['true'] } }

const refusals: Readonly<Record<string, { description: string; headers?: JsonObject }>> = {
  '400': { description: 'The request does not match this document, or its idempotency key is missing or malformed' },
  '409': { description: 'A request with the same idempotency key is running (Retry-After says when to ask again), or its outcome or answer is not known', headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'string' } } } },
  '422': { description: 'The idempotency key was sent with another request' },
}

function showAnswers(document: JsonObject, operation: JsonObject): void {
  const responses = objectOf(operation['responses'])
  const shown: JsonObject = {}
  for (const [status, value] of Object.entries(responses)) {
    const response = objectOf(followRefs(document, value))
    const mayBeKept = /^[234]/.test(status) || (status === 'default' && !Object.keys(responses).some((other) => other.startsWith('2')))
    shown[status] = mayBeKept ? { ...response, headers: { ...objectOf(response['headers']), 'Idempotent-Replayed': replayed } } : value
  }
  // Errors of the service have one shape, which its default response shows where it has one.
  const content = objectOf(followRefs(document, responses['default']))['content'] ?? { 'application/json': { schema: errorSchema } }
  for (const [status, refusal] of Object.entries(refusals)) {
    const own = shown[status] === undefined ? undefined : objectOf(shown[status])
    shown[status] = own === undefined ? { ...refusal, content } : { ...own, ...(refusal.headers === undefined ? {} : { headers: { ...refusal.headers, ...objectOf(own['headers']) } }) }
  }
  operation['responses'] = shown
}

const errorSchema: JsonObject = {
  type: 'object',
  required: ['status', 'error', 'error_description'],
  properties: { status: { type: 'integer' }, error: { type: 'string' }, error_description: { type: 'string' }, error_id: { type: 'string' } },
}
