// Query parameters without a value, where their document allows that.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generated, openapi } from '../openapi/project.ts'
import { apiDocument, compileApi, type Loose, type LooseHandlers, open, operation, parameter } from './service-fixture.ts'

const empty = { allowEmptyValue: true }
const spec = await compileApi(apiDocument({
  '/flags': { get: operation('flags', { parameters: [
    parameter('query v', { type: 'boolean' }, empty), parameter('query n', { type: 'integer', minimum: 3 }, { ...empty, required: true }), parameter('query s', { type: 'string', minLength: 2, enum: ['aa', 'bb'] }, empty),
    parameter('query list', { type: 'array', items: { type: 'integer' } }, empty), parameter('query d', { type: 'integer', default: 7 }, empty), parameter('query j', {}, { ...empty, content: { 'application/json': { schema: { type: 'object' } } } }),
    parameter('query strict', { type: 'boolean' }),
  ] }) },
}))
const { send } = open({ spec, handlers: { flags: ({ query }: Loose) => query } as unknown as LooseHandlers, routes: {} })

test('a name without a value is true for booleans, and else an empty text', async () => {
  for (const [query, wanted] of [
    ['v&n', { v: true, n: '', d: 7 }], ['v=&n=&s&list&d&j', { v: true, n: '', s: '', list: '', d: '', j: '' }], ['v=false&n=3&s=aa&list=1&list=2&d=1&j={}', { v: false, n: 3, s: 'aa', list: [1, 2], d: 1, j: {} }], ['n=4', { n: 4, d: 7 }],
  ] as const) {
    const answer = await send(`GET /flags?${query}`)
    assert.deepEqual([answer.status, answer.json], [200, wanted], query)
  }
  for (const [query, pointer] of [['v', '/query/n'], ['n=2', '/query/n'], ['n=x', '/query/n'], ['n&s=cc', '/query/s'], ['n&v=maybe', '/query/v'], ['n&strict', '/query/strict'], ['n&list=a', '/query/list/0']] as const) {
    const answer = await send(`GET /flags?${query}`)
    assert.deepEqual([answer.status, (answer.json['errors'] as { pointer: string }[])[0]?.pointer], [400, pointer], query)
  }
})

test('types hold the empty text where it may come', async (t) => {
  const one = (name: string, schema: string): string => `{ name: ${name}, in: query, required: true, allowEmptyValue: true, schema: ${schema} }`
  const { text, table } = await generated(t, openapi(`/a:\n  get:\n    operationId: a\n    parameters: [${[one('v', '{ type: boolean }'), one('n', '{ type: integer }'), one('s', '{ type: string }'), one('e', '{ type: string, enum: [a] }')].join(', ')}, { name: h, in: header, allowEmptyValue: true, schema: { type: integer } }]\n    responses: { 204: { description: done } }`))
  const types = text('test.ts')
  for (const line of ['v: boolean\n', "n: number | ''\n", 's: string\n', "e: 'a' | ''\n", 'h?: number | undefined\n']) assert.ok(types.includes(line), line)
  assert.deepEqual(table.operations[0]!.parameters.map((declared) => declared.empty), [true, '', '', '', undefined])
})
