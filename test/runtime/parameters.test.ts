// Parameters: every style, and what coercion, defaults, repetition and strange keys become.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiDocument, compileApi, type Loose, type LooseHandlers, open, operation, parameter } from './service-fixture.ts'

type Schema = Record<string, unknown>
const integers: Schema = { type: 'array', items: { type: 'integer' } }
const point: Schema = { type: 'object', properties: { x: { type: 'integer' }, y: { type: 'integer' } } }
const q = (name: string, schema: Schema, more: Schema = {}): Schema => parameter(`query ${name}`, schema, more)

const query: Schema[] = [
  q('n', { type: 'integer' }), q('num', { type: 'number' }), q('flag', { type: 'boolean' }), q('text', { type: 'string' }), q('day', { type: 'string', format: 'date' }),
  q('level', { type: 'integer', default: 3 }), q('mode', { type: 'string', enum: ['a', 'b'], default: 'a' }),
  q('many', integers), q('csv', integers, { explode: false }), q('names', { type: 'array', items: { type: 'string' } }, { explode: false }),
  q('space', integers, { style: 'spaceDelimited', explode: false }), q('pipe', integers, { style: 'pipeDelimited', explode: false }),
  q('deep', { type: 'object', properties: { x: { type: 'integer' }, in: point, list: integers } }, { style: 'deepObject', explode: true }),
  q('pairs', point, { explode: false }), q('exploded', { type: 'object', properties: { ex: { type: 'integer' }, ey: { type: 'string' } } }),
  q('json', {}, { content: { 'application/json': { schema: point } } }),
  q('a/b', { type: 'integer' }), q('constructor', { type: 'string' }), q('__proto__x', { type: 'string' }),
]
const styled = (style: string, explode: boolean, schema: Schema): Schema => parameter('path v', schema, { style, explode })
const paths: Record<string, Schema> = {
  simplePrimitive: styled('simple', false, { type: 'integer' }), simpleArray: styled('simple', false, integers), simpleObject: styled('simple', false, point), simpleExploded: styled('simple', true, point),
  labelPrimitive: styled('label', false, { type: 'integer' }), labelArray: styled('label', false, integers), labelArrayExploded: styled('label', true, integers), labelObject: styled('label', true, point),
  matrixPrimitive: styled('matrix', false, { type: 'integer' }), matrixArray: styled('matrix', false, integers), matrixArrayExploded: styled('matrix', true, integers), matrixObject: styled('matrix', false, point), matrixObjectExploded: styled('matrix', true, point),
}
const others: Schema[] = [
  parameter('header X-Count', { type: 'integer' }), parameter('header X-List', integers), parameter('header X-Point', point), parameter('header X-Point-Exploded', point, { explode: true }),
  parameter('header X-Json', {}, { content: { 'application/json': { schema: point } } }), parameter('header constructor', { type: 'string' }),
  parameter('cookie session', { type: 'integer' }), parameter('cookie theme', { type: 'string', default: 'light' }), parameter('cookie ids', integers, { explode: false }),
]
const spec = await compileApi(apiDocument({
  '/query': { get: operation('query', { parameters: query }) },
  '/other': { get: operation('other', { parameters: others }) },
  ...Object.fromEntries(Object.entries(paths).map(([name, declared]) => [`/${name}/{v}`, { get: operation(name, { parameters: [declared] }) }])),
}))

// JSON drops prototypes, which are none here, and undefined.
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const echo = ({ path, query: values, headers, cookies }: Loose): unknown => ({ path, query: values, headers, cookies })
const { send } = open({ spec, handlers: Object.fromEntries(spec.table.operations.map(({ id }) => [id, echo])) as unknown as LooseHandlers })

const defaults = { level: 3, mode: 'a' }

const readable: [name: string, text: string, expected: unknown][] = [
  ['nothing but defaults', '', {}],
  ['coerced primitives', 'n=12&num=1.5&flag=true&text=12&day=2026-01-31', { n: 12, num: 1.5, flag: true, text: '12', day: '2026-01-31' }],
  ['false and negative', 'n=-3&flag=false', { n: -3, flag: false }],
  ['defaults replaced', 'level=5&mode=b', { level: 5, mode: 'b' }],
  ['escapes and plus', 'text=a+b%20c%2B%C3%A9', { text: 'a b c+é' }],
  ['escapes in names', 't%65xt=1', { text: '1' }],
  ['an empty text', 'text=', { text: '' }],
  ['a name without value', 'text', { text: '' }],
  ['an equals sign in a value', 'text=a=b', { text: 'a=b' }],
  ['the first of a repeated primitive', 'n=1&n=2', { n: 1 }],
  ['repeated keys', 'many=1&many=2', { many: [1, 2] }],
  ['one of many', 'many=1', { many: [1] }],
  ['a list with commas', 'csv=1,2,3', { csv: [1, 2, 3] }],
  ['a list by repeated keys all the same', 'csv=1&csv=2', { csv: [1, 2] }],
  ['an empty list', 'csv=', { csv: [] }],
  ['an escaped comma is part of its value', 'names=a%2Cb,c', { names: ['a,b', 'c'] }],
  ['spaces as %20 or +', 'space=1%202+3', { space: [1, 2, 3] }],
  ['pipes', 'pipe=1|2%7C3', { pipe: [1, 2, 3] }],
  ['a deep object', 'deep[x]=1&deep[in][y]=2&deep[list]=1&deep[list]=2', { deep: { x: 1, in: { y: 2 }, list: [1, 2] } }],
  ['a deep list of one', 'deep[list]=1', { deep: { list: [1] } }],
  ['a deep object with escaped brackets', 'deep%5Bx%5D=1', { deep: { x: 1 } }],
  ['pairs', 'pairs=x,1,y,2', { pairs: { x: 1, y: 2 } }],
  ['exploded properties', 'ex=1&ey=b', { exploded: { ex: 1, ey: 'b' } }],
  ['content', `json=${encodeURIComponent('{"x":1}')}`, { json: { x: 1 } }],
  ['undeclared keys are left out', 'unknown=1&deepx=2', {}],
  ['names of inherited members', 'constructor=c', { constructor: 'c' }],
  ['empty pairs', '&&n=1&', { n: 1 }],
]
for (const [name, text, expected] of readable) {
  test(`query: ${name}`, async () => {
    const answer = await send(`GET /query?${text}`)
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(answer.json['query'], { ...defaults, ...(expected as object) })
  })
}

const refused: [text: string, pointer: string, message: RegExp][] = [
  ['n=x', '/query/n', /must be integer/], ['n=', '/query/n', /must be integer/], ['n=1.5', '/query/n', /must be integer/], ['n=1e999', '/query/n', /must be a finite number/], ['num=-Infinity', '/query/num', /must be a finite number/], ['flag=maybe', '/query/flag', /must be boolean/], ['flag=1', '/query/flag', /must be boolean/],
  ['day=2026-02-30', '/query/day', /format "date"/], ['mode=c', '/query/mode', /must be one of "a", "b"/], ['many=1&many=x', '/query/many/1', /must be integer/], ['csv=1,,2', '/query/csv/1', /must be integer/],
  ['deep[x]=a', '/query/deep/x', /must be integer/], ['json=%7B', '/query/json', /readable as application\/json/], ['text=%E0%A4%A', '/query/text', /percent-encoded UTF-8/], ['text=%ff', '/query/text', /percent-encoded UTF-8/], ['a%2Fb=x', '/query/a~1b', /must be integer/],
]
for (const [text, pointer, message] of refused) {
  test(`query ${text} is refused at ${pointer}`, async () => {
    const answer = await send(`GET /query?${text}`)
    assert.equal(answer.status, 400)
    const [fault, ...rest] = answer.json['errors'] as { pointer: string; message: string }[]
    assert.deepEqual([fault!.pointer, rest.length], [pointer, 0])
    assert.match(fault!.message, message)
  })
}

test('keys such as __proto__ and constructor are keys like any other', async () => {
  for (const text of ['__proto__[x]=1', 'deep[__proto__][polluted]=1', 'deep[constructor][prototype][polluted]=1', 'pairs=__proto__,1', '__proto__=1&constructor[prototype][x]=1']) {
    assert.ok([200, 400].includes((await send(`GET /query?${text}`)).status), text)
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  }
  assert.deepEqual((await send('GET /query')).json['query'], defaults)
})

const styledPaths: [path: string, expected: unknown][] = [
  ['simplePrimitive/7', 7], ['simpleArray/1,2', [1, 2]], ['simpleObject/x,1,y,2', { x: 1, y: 2 }], ['simpleExploded/x=1,y=2', { x: 1, y: 2 }],
  ['labelPrimitive/.7', 7], ['labelArray/.1,2', [1, 2]], ['labelArrayExploded/.1.2', [1, 2]], ['labelObject/.x=1.y=2', { x: 1, y: 2 }],
  ['matrixPrimitive/;v=7', 7], ['matrixArray/;v=1,2', [1, 2]], ['matrixArrayExploded/;v=1;v=2', [1, 2]], ['matrixObject/;v=x,1,y,2', { x: 1, y: 2 }], ['matrixObjectExploded/;x=1;y=2', { x: 1, y: 2 }],
]
for (const [path, expected] of styledPaths) {
  test(`path: ${path}`, async () => {
    const answer = await send(`GET /${path}`)
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(answer.json['path'], { v: expected })
  })
}

test('a path parameter of the wrong type is 400', async () => {
  assert.deepEqual((await send('GET /simplePrimitive/abc')).json['errors'], [{ pointer: '/path/v', message: 'must be integer' }])
})

test('headers and cookies are read, coerced and completed', async () => {
  const headers = { 'x-count': '5', 'x-list': '1, 2 ,3', 'x-point': 'x,1,y,2', 'x-point-exploded': 'x=1, y=2', 'x-json': '{"x":1}', cookie: 'session=12; ids=1,2; other=x; session=13' }
  const { json } = await send('GET /other', { headers })
  assert.deepEqual(json['headers'], { 'x-count': 5, 'x-list': [1, 2, 3], 'x-point': { x: 1, y: 2 }, 'x-point-exploded': { x: 1, y: 2 }, 'x-json': { x: 1 } })
  assert.deepEqual(json['cookies'], { session: 12, theme: 'light', ids: [1, 2] })
  assert.deepEqual(plain((await send('GET /other')).json['headers']), {}, 'a header called constructor is absent unless it was sent')
  const faults = (await send('GET /other', { headers: { 'x-count': 'x', 'x-json': '{', cookie: 'session=a' } })).json['errors'] as { pointer: string }[]
  assert.deepEqual(faults.map(({ pointer }) => pointer).sort(), ['/cookies/session', '/headers/x-count', '/headers/x-json'])
})
