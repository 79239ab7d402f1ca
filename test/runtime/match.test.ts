// Routes: which operation a path means, what a path parameter holds, and what 404 and 405 say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiDocument, compileApi, type Loose, type LooseHandlers, open, operation, parameter } from './service-fixture.ts'

const route = (id: string, ...names: string[]): Record<string, unknown> => operation(id, { parameters: names.map((name) => parameter(`path ${name}`, { type: 'string' })) })
const spec = await compileApi(apiDocument({
  '/': { get: route('root') },
  '/things': { get: route('list'), post: route('add') },
  '/things/latest': { get: route('latest') },
  '/things/{id}': { get: route('one', 'id'), delete: route('drop', 'id') },
  '/things/{id}/parts': { get: route('parts', 'id') },
  '/things/latest/parts/{part}': { get: route('latestPart', 'part') },
  '/compare/{base}...{head}': { get: route('compare', 'base', 'head') },
  '/compare/{basehead}': { get: route('compareOne', 'basehead') },
  '/files/{name}.json': { get: route('json', 'name') },
  '/files/{name}.min.json': { get: route('minJson', 'name') },
  '/files/{name}': { get: route('file', 'name') },
  '/a b/ü': { get: route('odd') },
  '/slash/': { get: route('withSlash') },
  '/head': { head: route('ownHead'), get: route('getHead') },
  '/writeonly': { post: route('post'), put: route('put') },
  '/options': { options: route('ownOptions'), get: route('getOptions') },
  '/constructor/{id}': { get: route('inherited', 'id') },
}))
const echo = ({ path }: Loose, context: { operationId: string }): unknown => ({ id: context.operationId, path })
const { send } = open({ spec, handlers: Object.fromEntries(spec.table.operations.map(({ id }) => [id, echo])) as unknown as LooseHandlers })

const found: [path: string, id: string, values: Record<string, string>][] = [
  ['/', 'root', {}],
  ['/things', 'list', {}],
  ['/things/latest', 'latest', {}],
  ['/things/7', 'one', { id: '7' }],
  ['/things/latest/parts', 'parts', { id: 'latest' }],
  ['/things/latest/parts/2', 'latestPart', { part: '2' }],
  ['/things/a%20b', 'one', { id: 'a b' }],
  ['/things/a+b', 'one', { id: 'a+b' }],
  ['/things/a%2Fb', 'one', { id: 'a/b' }],
  ['/things/%2e%2e', 'one', { id: '..' }],
  ['/things/..', 'one', { id: '..' }],
  ['/things/%C3%BC%F0%9F%98%80', 'one', { id: 'ü😀' }],
  ['/things/a%0Ab', 'one', { id: 'a\nb' }],
  ['/things/%6catest', 'latest', {}],
  ['/things/constructor', 'one', { id: 'constructor' }],
  ['/things/__proto__', 'one', { id: '__proto__' }],
  ['/compare/main...topic', 'compare', { base: 'main', head: 'topic' }],
  ['/compare/a...b...c', 'compare', { base: 'a...b', head: 'c' }],
  ['/compare/main', 'compareOne', { basehead: 'main' }],
  ['/compare/...x', 'compareOne', { basehead: '...x' }],
  ['/files/a.json', 'json', { name: 'a' }],
  ['/files/a.min.json', 'minJson', { name: 'a' }],
  ['/files/a.txt', 'file', { name: 'a.txt' }],
  ['/files/.json', 'file', { name: '.json' }],
  ['/files/ajson', 'file', { name: 'ajson' }],
  ['/a%20b/%C3%BC', 'odd', {}],
  ['/slash/', 'withSlash', {}],
  ['/constructor/1', 'inherited', { id: '1' }],
]
for (const [path, id, values] of found) {
  test(`GET ${path} is ${id}`, async () => {
    const answer = await send(`GET ${path}`)
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(answer.json, { id, path: values })
  })
}

for (const path of ['/nowhere', '/things/', '/things//parts', '//things', '/things/7/', '/slash', '/toString', '/__proto__', '/constructor', '/compare/', '/files/', '/THINGS', '', 'things', '*']) {
  test(`GET ${JSON.stringify(path)} is 404`, async () => {
    const answer = await send('GET /', { more: { path } })
    assert.deepEqual([answer.status, answer.json['error']], [404, 'NOT_FOUND'])
  })
}

for (const path of ['/things/%', '/things/%E0%A4%A', '/things/%zz', '/things/%ff', '/%C3%28']) {
  test(`GET ${path} is 400 MALFORMED_PATH`, async () => {
    const answer = await send(`GET ${path}`)
    assert.deepEqual([answer.status, answer.json['error']], [400, 'MALFORMED_PATH'])
  })
}

test('a path that the event source has decoded is not decoded again', async () => {
  const decoded = async (path: string): Promise<unknown> => (await send('GET /', { more: { path, pathIsDecoded: true } })).json['path']
  assert.deepEqual(await decoded('/things/100%'), { id: '100%' })
  assert.deepEqual(await decoded('/things/a%20b'), { id: 'a%20b' })
  assert.deepEqual(await decoded('/a b/ü'), {})
})

test('405 names the methods of the path, HEAD with GET, OPTIONS always', async () => {
  const cases: [string, string, string][] = [
    ['PUT', '/things', 'GET, HEAD, OPTIONS, POST'], ['POST', '/things/latest', 'DELETE, GET, HEAD, OPTIONS'], ['GET', '/writeonly', 'OPTIONS, POST, PUT'], ['HEAD', '/writeonly', 'OPTIONS, POST, PUT'], ['DELETE', '/', 'GET, HEAD, OPTIONS'], ['PROPFIND', '/things', 'GET, HEAD, OPTIONS, POST'], ['constructor', '/things', 'GET, HEAD, OPTIONS, POST'], ['__proto__', '/things', 'GET, HEAD, OPTIONS, POST'],
  ]
  for (const [method, path, allow] of cases) {
    const answer = await send(`${method} ${path}`)
    assert.deepEqual([answer.status, method === 'HEAD' ? 'METHOD_NOT_ALLOWED' : answer.json['error'], answer.headers['allow']], [405, 'METHOD_NOT_ALLOWED', allow], `${method} ${path}`)
  }
})

test('a less literal path answers where the more literal one lacks the method', async () => {
  assert.deepEqual((await send('DELETE /things/latest')).json, { id: 'drop', path: { id: 'latest' } })
})

test('HEAD falls back to GET and keeps its own operation', async () => {
  const body = JSON.stringify({ id: 'list', path: {} })
  const fallback = await send('HEAD /things')
  assert.deepEqual([fallback.status, fallback.text, fallback.headers['content-length']], [200, '', String(body.length)])
  assert.equal((await send('HEAD /head')).headers['content-length'], String(JSON.stringify({ id: 'ownHead', path: {} }).length))
})

test('OPTIONS is answered with the methods, unless the API declares it', async () => {
  const plain = await send('OPTIONS /things')
  assert.deepEqual([plain.status, plain.headers['allow'], plain.text], [200, 'GET, HEAD, OPTIONS, POST', ''])
  assert.equal((await send('OPTIONS /options')).json['id'], 'ownOptions')
  assert.equal((await send('OPTIONS /nowhere')).status, 404)
  const preflight = await send('OPTIONS /options', { headers: { origin: 'https://a.test', 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-a, x-b' } })
  assert.deepEqual([preflight.status, preflight.headers['access-control-allow-methods'], preflight.headers['access-control-allow-headers'], preflight.headers['access-control-allow-origin']], [200, 'GET, HEAD, OPTIONS', 'x-a, x-b', 'https://a.test'])
})
