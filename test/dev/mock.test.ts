// Answers without handlers: examples first, values of the schema else, and what a Prefer header picks.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, test } from 'node:test'
import { mockService } from '../../src/dev/index.ts'
import { openService } from '../../src/runtime/edge.ts'
import { defineFormats, defineService, loadSpec, reply } from '../../src/runtime/index.ts'
import { generate, readApis } from '../../src/openapi/index.ts'
import { apiDocument, type LooseOperations, operation, parameter, testPlatform, toRequest } from '../runtime/service-fixture.ts'

const pet = { type: 'object', required: ['name', 'age'], properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer', minimum: 0, maximum: 30 }, secret: { type: 'string', writeOnly: true }, parent: { $ref: '#/components/schemas/Pet' } } }
const error = { type: 'object', required: ['code'], properties: { code: { type: 'string', enum: ['GONE', 'LOST'] } } }
const week = { type: 'string', format: 'week', example: 'W7' }
const json = (schema: unknown, more: object = {}): unknown => ({ description: '', content: { 'application/json': { schema, ...more } } })
const document = apiDocument({
  '/pets/{id}': { get: operation('getPet', { parameters: [parameter('path id', { type: 'integer' })], responses: { 200: json({ $ref: '#/components/schemas/Pet' }), 404: json(error, { examples: { lost: { value: { code: 'LOST' } }, gone: { value: { code: 'GONE' } } } }), '5XX': json(error) } }) },
  '/example': { get: operation('getExample', { responses: { 200: json(pet, { example: { name: 'Rex', age: 3 } }) } }) },
  '/stale': { get: operation('getStale', { responses: { 200: json(error, { example: { code: 'OLD' } }) } }) },
  '/text': { get: operation('getText', { responses: { 200: { description: '', content: { 'text/plain': { schema: { type: 'string', enum: ['hello'] } } } } } }) },
  '/gone': { delete: operation('remove', { responses: { 204: { description: '' } } }) },
  '/own': { get: operation('getOwn') },
  '/week': { get: operation('getWeek', { responses: { 200: { description: '', headers: { 'X-Week': { required: true, schema: week } }, content: { 'text/plain': { schema: week } } } } }) },
  '/weeks': { get: operation('getWeeks', { responses: { 200: { ...(json({ type: 'array', items: week }) as object), headers: { 'X-Week': { schema: week } } } } }) },
  '/upload': { post: operation('upload', { requestBody: { content: { 'multipart/form-data': { schema: { type: 'object', properties: { note: { type: 'string' } } }, encoding: { note: { headers: { 'X-Lang': { required: true, schema: { type: 'string' } } } } } } } }, responses: { 204: { description: '' } } }) },
  '/closed': { get: operation('getClosed', { security: [{ key: [] }], responses: { 204: { description: '' } } }) },
}, { 'x-klue-formats': ['week'], components: { schemas: { Pet: pet }, securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-key' } } } })

const root = mkdtempSync(join(tmpdir(), 'klue-mock-'))
after(() => rmSync(root, { recursive: true, force: true }))
mkdirSync(join(root, 'apis'))
writeFileSync(join(root, 'apis', 'test.yaml'), JSON.stringify(document))
await generate(root)
const documents = new Map((await readApis(root)).map((api) => [api.api, api]))

const formats = defineFormats({ week: { parse: (text: string) => ({ week: text }), print: (value: { week: string }) => value.week.slice(0, 3) } })
const own = { getOwn: () => ({ own: true }), getWeeks: () => reply(200, [{ week: 'W8' }], { headers: { 'x-week': { week: 'W9' } } }) }

async function ask(line: string, headers: Record<string, string> = {}, { seed = 0, body: sent }: { seed?: number; body?: string } = {}): Promise<{ status: number; type: string | undefined; body: string; headers: Record<string, string> }> {
  const spec = loadSpec<LooseOperations>(pathToFileURL(join(root, 'functions/gen/test/')))
  const service = mockService(defineService({ spec, handlers: own as never, formats: formats as never }), { documents, seed })
  const { status, body, headers: answered } = await openService(service, testPlatform()).answer(toRequest(line, { headers, ...(sent === undefined ? {} : { body: sent }) }))
  return { status, type: answered['content-type'], body: String(body), headers: answered }
}

test('a value of the schema, the same for the same seed', async () => {
  const first = await ask('GET /pets/1')
  const value = JSON.parse(first.body) as { name: string; age: number; secret?: string }
  assert.ok(value.name.length >= 2 && value.age >= 0 && value.age <= 30 && !('secret' in value))
  assert.deepEqual(await ask('GET /pets/1'), first)
  assert.notEqual((await ask('GET /pets/1', {}, { seed: 5 })).body, first.body)
})

test('examples come first, unless they do not fit their schema', async () => {
  assert.equal((await ask('GET /example')).body, '{"name":"Rex","age":3}')
  assert.equal((await ask('GET /stale')).body, '{"code":"GONE"}')
  assert.deepEqual(await ask('GET /text').then(({ type, body }) => [type, body]), ['text/plain; charset=utf-8', 'hello'])
  assert.deepEqual(await ask('DELETE /gone').then(({ status, body }) => [status, body]), [204, ''])
})

test('Prefer picks a status and an example', async () => {
  assert.deepEqual(await ask('GET /pets/1', { prefer: 'code=404, example=gone' }).then(({ status, body, headers }) => [status, body, headers['preference-applied']]), [404, '{"code":"GONE"}', 'code=404, example=gone'])
  assert.equal((await ask('GET /pets/1', { prefer: 'code=404' })).body, '{"code":"LOST"}')
  assert.equal((await ask('GET /pets/1', { prefer: 'code=503' })).status, 503)
  assert.equal((await ask('GET /pets/1', { prefer: 'code=409' })).status, 400)
  assert.equal((await ask('GET /pets/1', { prefer: 'example=none' })).status, 400)
})

test('requests are checked, handlers that exist answer, credentials must be shown', async () => {
  assert.equal((await ask('GET /pets/x')).status, 400)
  assert.equal((await ask('GET /own')).body, '{"own":true}')
  assert.equal((await ask('GET /closed')).status, 401)
  assert.equal((await ask('GET /closed', { 'x-key': 'any' })).status, 204)
})

test('samples of custom formats are texts, and what handlers give is printed', async () => {
  const mocked = await ask('GET /week')
  assert.deepEqual([mocked.status, mocked.body, mocked.headers['x-week']], [200, 'W7', 'W7'])
  const own = await ask('GET /weeks')
  assert.deepEqual([own.status, own.body, own.headers['x-week']], [200, '["W8"]', 'W9'])
})

test('headers of the parts of a form are checked', async () => {
  const send = (head: string): ReturnType<typeof ask> => ask('POST /upload', { 'content-type': 'multipart/form-data; boundary=X' }, { body: `--X\r\nContent-Disposition: form-data; name="note"\r\n${head}\r\nn\r\n--X--` })
  assert.equal((await send('X-Lang: en\r\n')).status, 204)
  const refused = await send('')
  assert.deepEqual([refused.status, (JSON.parse(refused.body) as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer)], [400, ['/body/note/headers/x-lang']])
})
