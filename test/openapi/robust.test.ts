// Whatever a document looks like, it passes or gets faults: nothing else is thrown, and nothing is printed.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isUsageError } from '../../src/errors/index.ts'
import { checkApis, generate, readApis } from '../../src/openapi/index.ts'
import { fixture, openapi, project, write } from './project.ts'

const swagger = {
  swagger: '2.0', info: { title: 'Old', version: '1' }, basePath: '/v1', schemes: ['https'],
  securityDefinitions: { key: { type: 'apiKey', in: 'header', name: 'X-Key' }, login: { type: 'oauth2', flow: 'implicit', authorizationUrl: 'x', scopes: { a: 'b' } } },
  parameters: { limit: { name: 'limit', in: 'query', type: 'integer' } },
  paths: { '/a/{id}': { parameters: [{ name: 'id', in: 'path', required: true, type: 'string' }], get: { operationId: 'a', security: [{ key: [] }], parameters: [{ $ref: '#/parameters/limit' }, { name: 'list', in: 'query', type: 'array', items: { type: 'string', enum: ['a', 'b'] } }], responses: { 200: { description: 'ok', schema: { $ref: '#/definitions/Thing' } } } }, put: { operationId: 'b', parameters: [{ name: 'b', in: 'body', schema: { $ref: '#/definitions/Thing' } }], responses: { 200: { description: 'ok' } } } } },
  definitions: { Thing: { 'type': 'object', 'x-persist': { key: 'name', indexes: { 'by-a': ['a'] } }, 'required': ['name'], 'properties': { name: { type: 'string' }, a: { type: 'string' }, t: { $ref: '#/definitions/Thing' } } } },
}
const junk: unknown[] = [null, 1, 'x', true, [], {}, [null], { a: null }, { $ref: '#/nope' }, { $ref: 3 }, '', -1, [[1]], { type: 5 }, '__proto__', 'constructor']

// A fixed sequence: the same documents on every run.
function sequence(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * below)
  }
}

function mutate(document: unknown, next: (below: number) => number): unknown {
  const copy = structuredClone(document)
  const places: [Record<string, unknown>, string][] = []
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key])
      collect(child)
    }
  }
  collect(copy)
  const [owner, key] = places[next(places.length)] ?? [{}, '']
  if (next(3) === 0) delete owner[key]
  else owner[key] = structuredClone(junk[next(junk.length)])
  return copy
}

for (const [name, document] of [['Swagger 2.0', () => Promise.resolve(swagger)], ['OpenAPI 3.1', async (root: string) => (await readApis(root, { folder: 'base' }))[0]?.document]] as const) {
  test(`${name} with anything anywhere`, async (t) => {
    const root = project(t, { 'base/galaxy.yaml': fixture('galaxy.yaml') })
    const base = await document(root)
    const next = sequence(7)
    const printed = t.mock.method(globalThis['console'], 'warn', () => undefined)
    for (let round = 0; round < 80; round += 1) {
      const text = JSON.stringify(mutate(base, next))
      write(root, 'apis/test.json', text)
      rmSync(join(root, 'functions'), { recursive: true, force: true })
      await generate(root).catch((error: unknown) => assert.ok(isUsageError(error) && error.faults.every(({ code, file, message }) => code !== '' && file !== '' && message !== ''), `${String((error as Error).stack)}\n${text}`))
    }
    assert.equal(printed.mock.callCount(), 0)
  })
}

test('JSON faults have their place in every version of Node', async (t) => {
  for (const [text, line, column, words] of [
    ['{\n "openapi": x }', 2, 13, /"x \}" where a value/],
    ['{ "openapi": "3.0.0" "a": 1 }', 1, 22, /a comma or the closing bracket/],
    ['{ "openapi": "3.0.0", }', 1, 23, /a key/],
    ['{ "openapi": [1,] }', 1, 17, /a value/],
    ['{ "openapi": "3.0.0"', 1, 21, /the file ends/],
    ['{ "openapi": 01 }', 1, 15, /comma/],
    ['{ "openapi" "3" }', 1, 13, /a colon/],
    ['{ "openapi": "a\tb" }', 1, 14, /a value/],
    ['{ "openapi": {} } }', 1, 19, /the end of the file/],
  ] as const) {
    const [fault] = checkApis(await readApis(project(t, { 'apis/a.json': text })))
    assert.deepEqual([fault?.code, fault?.line, fault?.column], ['syntax-error', line, column], text)
    assert.match(fault?.message ?? '', words)
  }
})

test('odd spellings keep their meaning', async (t) => {
  const root = project(t, { 'apis/a.yaml': openapi('/a:\n  get: { operationId: a, responses: { 200: { description: ok } } }', 'schemas:\n  A: { type: [string, null] }\n  B: { type: array, items: [{ type: string }] }', '3.1.0'), 'apis/b.yaml': openapi('/a:\n  get: { operationId: a, responses: { 200: { description: ok } } }', 'schemas:\n  C: { type: null }') })
  assert.deepEqual(checkApis(await readApis(root)).map(({ file, hint }) => [file, hint]), [['apis/b.yaml', "name a type, or quote it: 'null'"]])
})
