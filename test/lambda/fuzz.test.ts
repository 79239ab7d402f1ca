// Whatever invokes the function is answered in the form of its sender, or refused in one sentence where it is no request.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { isError, isUsageError } from '../../src/errors/index.ts'
import { toLambda } from '../../src/lambda/index.ts'
import { defineService, reply } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, jsonBody, type LooseHandlers, operation, parameter, testPlatform } from '../runtime/service-fixture.ts'

type Json = Record<string, unknown>

const strings = { type: 'array', items: { type: 'string' } }
const spec = await compileApi(apiDocument({
  '/things/{id}/{name}': { post: operation('thing', { parameters: [parameter('path id', { type: 'string' }), parameter('path name', { type: 'string' }), parameter('query tag', strings), parameter('header x-list', strings), parameter('cookie session', { type: 'string' })], requestBody: jsonBody({ type: 'object' }) }) },
  '/files/{name}': { post: operation('upload', { parameters: [parameter('path name', { type: 'string' })], requestBody: { content: { 'multipart/form-data': { schema: { type: 'object' } } } } }) },
  '/bytes': { get: operation('bytes', { responses: { 200: { description: '', content: { 'application/octet-stream': {} } } } }) },
}))
const platform = testPlatform()
const handlers = { thing: ({ path, query, headers, cookies }: Json) => reply(200, { path, query, headers, cookies }, { cookies: ['a=1'] }), upload: () => ({}), bytes: () => new Uint8Array([0, 255]) }
const handler = toLambda(defineService({ spec, handlers: handlers as unknown as LooseHandlers }), { platform: () => platform }) as unknown as (event: unknown, context: object) => Promise<Json>

const folder = fileURLToPath(new URL('events/', import.meta.url))
const events = readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Json)

// What no sender does: refused in one sentence, never as an answer that a caller would see.
async function resultOf(event: unknown): Promise<Json | undefined> {
  try {
    return await handler(event, {})
  } catch (error) {
    assert.ok(isUsageError(error) && error.faults.length === 1 && error.faults[0]!.code === 'event-unknown', String((error as Error).stack))
    return undefined
  }
}

function assertResult(result: Json): void {
  const { statusCode, headers = {}, multiValueHeaders = {}, cookies = [], body, isBase64Encoded } = result as { statusCode: number; headers?: Json; multiValueHeaders?: Record<string, string[]>; cookies?: string[]; body: string; isBase64Encoded: boolean }
  assert.ok(Number.isInteger(statusCode) && statusCode >= 200 && statusCode < 600, `status ${statusCode}`)
  assert.equal(typeof body, 'string')
  for (const value of [...Object.values(headers), ...Object.values(multiValueHeaders).flat(), ...cookies]) assert.match(String(value), /^[\t\x20-\x7e]*$/)
  JSON.stringify(result)
  platform.lines.length = 0
  if (statusCode < 400 || isBase64Encoded || body === '') return
  const error = JSON.parse(body) as Json
  assert.ok(isError(error) && error.status === statusCode, body)
  assert.doesNotMatch(String(error.error_description), /\n\s+at /)
}

const odd = fc.oneof(fc.constantFrom<unknown>(null, undefined, '', 0, 1, true, [], {}, '\ud800', '__proto__', '%E0%A4%A', '/things/%/x', '$default', '2.0', '1.0', '3.0', 'x'.repeat(100_000), ['a', 1, null], { a: null, __proto__x: [null, 'x'] }, { elb: {} }, '\r\nset-cookie: a=1', '=', 'GET'), fc.anything({ withNullPrototype: true }), fc.string({ unit: 'binary' }))

interface Change {
  steps: number[]
  value: unknown
  kind: 'set' | 'delete' | 'add'
}

const change: fc.Arbitrary<Change> = fc.record({ steps: fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }), value: odd, kind: fc.constantFrom('set', 'delete', 'add') })

// Walks to some place of the event and changes what is there.
function changed(event: Json, { steps, value, kind }: Change): Json {
  const copy = structuredClone(event)
  let node = copy as Json
  for (const [position, step] of steps.entries()) {
    const keys = Object.keys(node)
    const key = keys[step % Math.max(1, keys.length)]
    const child = key === undefined ? undefined : node[key]
    if (position < steps.length - 1 && typeof child === 'object' && child !== null) {
      node = child as Json
      continue
    }
    if (kind === 'add') Object.defineProperty(node, typeof value === 'string' ? value : 'extra', { value, enumerable: true, configurable: true, writable: true })
    else if (kind === 'delete' && key !== undefined) delete node[key]
    else if (key !== undefined) node[key] = value
    break
  }
  return copy
}

test('every recorded shape with some parts missing, added or of another type', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...events), fc.array(change, { minLength: 1, maxLength: 4 }), async (event, changes) => {
    const result = await resultOf(changes.reduce(changed, event))
    if (result !== undefined) assertResult(result)
  }), { numRuns: 6000 })
  assert.deepEqual(Object.keys(Object.prototype), [])
})

test('one part of the wrong type, each in turn', async () => {
  for (const event of events) {
    const walk = async (node: unknown, path: (string | number)[]): Promise<void> => {
      if (typeof node !== 'object' || node === null) return
      for (const key of Object.keys(node)) {
        for (const value of [undefined, null, 5, '', 'x', [], {}, ['\ud800'], { a: 1 }]) {
          const copy = structuredClone(event)
          const parent = path.reduce<Json>((at, step) => at[step] as Json, copy)
          parent[key] = value
          const result = await resultOf(copy)
          if (result !== undefined) assertResult(result)
        }
        await walk((node as Json)[key], [...path, key])
      }
    }
    await walk(event, [])
  }
})

test('what is no request is refused in one sentence', async () => {
  for (const event of [undefined, null, 5, 'text', [], {}, { Records: [{ eventSource: 'aws:sqs' }] }, { source: 'aws.events', detail: {} }, { key1: 'value1' }, { rawPath: '/x' }, { rawPath: '/x', requestContext: {} }, { httpMethod: 'GET', path: '/x' }]) assert.equal(await resultOf(event), undefined)
  await fc.assert(fc.asyncProperty(fc.anything({ withNullPrototype: true }), async (event) => {
    const result = await resultOf(event)
    if (result !== undefined) assertResult(result)
  }), { numRuns: 2000 })
})

test('bad base64, and bodies and headers of megabytes', async () => {
  const long = 'x'.repeat(10_000_000)
  for (const event of events) {
    for (const part of [{ body: '\u0000!!!', isBase64Encoded: true }, { body: '=', isBase64Encoded: true }, { body: long, isBase64Encoded: true }, { body: long, isBase64Encoded: false }, { body: '\ud800', isBase64Encoded: false }, 'rawPath' in event ? { rawQueryString: `tag=${long}` } : { queryStringParameters: { tag: long }, multiValueQueryStringParameters: { tag: [long] } }, 'rawPath' in event ? { headers: { cookie: long, authorization: long } } : { headers: { cookie: long }, multiValueHeaders: { cookie: [long], 'x-list': Array.from({ length: 10_000 }, () => 'x') } }]) {
      const result = await resultOf({ ...event, ...part })
      assert.ok(result !== undefined)
      assertResult(result)
    }
  }
})
