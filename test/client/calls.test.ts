// A call from its typed arguments to the bytes that arrive, and back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type Exchange } from '../../src/client/index.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { apiOf, json, operation, parameter, serve, type Thing, things, thrownBy } from './things.ts'

test('a method sends path, query, headers, cookies and body and gives the success body', async () => {
  await using server = await serve((request, response) => json(response, request.method === 'POST' ? 201 : 200, request.method === 'POST' ? { id: 'new' } : [{ id: 'a' }]))
  const client = createClient(things, { url: `${server.url}/base/` })
  const list: Thing[] = await client.listThings({ query: { limit: 2, tags: ['a,b', 'c'], filter: { size: 3 } }, headers: { 'x-trace': 't' }, cookies: { theme: 'dark & light' } })
  assert.deepEqual(list, [{ id: 'a' }])
  const created = await client.createThing({ body: { id: 'new', size: 1 } })
  assert.deepEqual(created, { id: 'new' })
  const [first, second] = server.received
  assert.equal(first!.url, '/base/things?limit=2&tags=a%2Cb,c&filter%5Bsize%5D=3')
  assert.equal(first!.headers['x-trace'], 't')
  assert.equal(first!.headers['cookie'], 'theme=dark%20%26%20light')
  assert.equal(first!.headers['accept'], 'application/json')
  assert.equal(second!.headers['content-type'], 'application/json')
  assert.deepEqual(JSON.parse(second!.body.toString()), { id: 'new', size: 1 })
})

test('arguments are checked by the compiler', () => {
  const client = createClient(things, { url: 'http://127.0.0.1:1' })
  const neverRun = async (): Promise<void> => {
    await client.listThings()
    await client.patchThing({ path: { id: 'a' } })
    // @ts-expect-error the path is required
    await client.getThing()
    // @ts-expect-error its member is required
    await client.getThing({ path: {} })
    // @ts-expect-error the body is required
    await client.createThing({})
    // @ts-expect-error no such query parameter
    await client.listThings({ query: { limt: 2 } })
    // @ts-expect-error no such operation
    await client.getThng()
    const exchange = await client.$send('getThing', { path: { id: 'a' } })
    if (exchange.status === 404) exchange.body.code satisfies string
    else exchange.body.size satisfies number | undefined
  }
  assert.equal(typeof neverRun, 'function')
})

test('x-bind-client adds a name at run time, and unknown names are no methods', async () => {
  await using server = await serve((_, response) => json(response, 200, { id: 'a' }))
  const client = createClient(things, { url: server.url })
  const untyped = client as unknown as Record<string, (input: object) => Promise<unknown>>
  assert.deepEqual(await untyped['fetchThing']!({ path: { id: 'a' } }), { id: 'a' })
  assert.equal(client.getThing, client.getThing)
  assert.equal(untyped['getThng'], undefined)
  assert.equal('getThing' in client, true)
  assert.equal('getThng' in client, false)
  assert.equal(await Promise.resolve(client), client)
  const error = await thrownBy(client.$send('getThng'))
  assert.ok(isUsageError(error))
  assert.match(error.message, /things has no operation "getThng".*did you mean "getThing"\?/)
})

test('text, bytes and empty answers come as they are declared', async () => {
  await using server = await serve((request, response) => {
    if (request.url === '/getText') return void response.writeHead(200, { 'content-type': 'text/plain; charset=latin1' }).end(Buffer.from('caf\u00e9', 'latin1'))
    if (request.url === '/getFile') return void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.from([0, 255]))
    if (request.method === 'HEAD') return void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '10' }).end()
    response.writeHead(204).end()
  })
  const client = createClient(things, { url: server.url })
  assert.equal(await client.getText(), 'caf\u00e9')
  assert.deepEqual([...(await client.getFile())], [0, 255])
  assert.equal(await client.deleteThing({ path: { id: 'a' } }), undefined)
  assert.equal(await client.headThing({ path: { id: 'a' } }), undefined)
})

test('$send gives every status with headers and body', async () => {
  await using server = await serve((_, response) => json(response.setHeader('x-request', '7'), 404, { code: 'gone' }))
  const client = createClient(things, { url: server.url })
  const exchange: Exchange = await client.$send('getThing', { path: { id: 'a/b ?' } })
  assert.equal(exchange.status, 404)
  assert.deepEqual(exchange.body, { code: 'gone' })
  assert.equal(exchange.headers.get('x-request'), '7')
  assert.equal(exchange.media, 'application/json')
  assert.equal(exchange.attempts, 1)
  assert.equal(exchange.url, `${server.url}/things/a%2Fb%20%3F`)
})

test('call id, call path and headers go on every call; a call overrides the client', async () => {
  await using server = await serve((_, response) => json(response, 200, []))
  const client = createClient(things, { url: server.url, callId: 'id-1', callPath: () => 'gold.things', headers: async () => ({ 'X-One': '1', 'x-two': '2' }) })
  await client.listThings({}, { headers: { 'x-two': undefined, 'X-Three': '3' } })
  await client.$with({ callId: 'id-2', headers: {} }).listThings()
  const [first, second] = server.received.map((request) => request.headers)
  assert.deepEqual([first!['kluecallid'], first!['kluecallpath'], first!['x-one'], first!['x-two'], first!['x-three']], ['id-1', 'gold.things', '1', undefined, '3'])
  assert.deepEqual([second!['kluecallid'], second!['kluecallpath'], second!['x-one']], ['id-2', 'gold.things', undefined])
})

test('path arguments that are missing, empty or dots are refused without a request', async () => {
  await using server = await serve((_, response) => json(response, 200, {}))
  const spec = apiOf([operation({ id: 'getPart', path: '/a/{one}/{two}', parameters: [parameter({ name: 'one', in: 'path' }), parameter({ name: 'two', in: 'path' })] })])
  const client = createClient(spec, { url: server.url })
  const missing = await thrownBy(client['getPart']!({ path: { two: '' } }))
  assert.equal(missing['code'], 'INVALID_PARAMETER')
  assert.equal(missing['status'], 400)
  assert.deepEqual(missing['errors'], [{ pointer: '/path/one', message: 'is missing' }, { pointer: '/path/two', message: 'must not be empty' }])
  for (const two of ['..', '.', '%2e%2E']) {
    const sent = await client.$send('getPart', { path: { one: 'x', two } }).then(() => 'sent', (error: { code: string }) => error.code)
    assert.equal(sent, two.startsWith('%') ? 'sent' : 'INVALID_PARAMETER', two)
  }
  assert.equal(server.received.length, 1)
  assert.equal(server.received[0]!.url, '/a/x/%252e%252E')
})

test('headers that cannot be written are refused without showing their value', async () => {
  const client = createClient(things, { url: 'http://127.0.0.1:1' })
  const error = await thrownBy(client.listThings({ headers: { 'x-trace': 'a\r\nb: secret' } }))
  assert.equal(error['code'], 'INVALID_PARAMETER')
  assert.match(error.message, /x-trace/)
  assert.doesNotMatch(error.message, /secret/)
})

test('the address comes from the options or from an absolute server of the document', async () => {
  await using server = await serve((_, response) => json(response, 200, {}))
  const spec = { ...apiOf([operation({ id: 'getA' })]), servers: ['/relative', `${server.url}/v3/`] }
  await createClient(spec)['getA']!()
  assert.equal(server.received[0]!.url, '/v3/getA')
  assert.throws(() => createClient(things), /no address.*pass \{ url \}/)
  assert.throws(() => createClient(things, { url: 'ftp://x' }), /no http or https URL/)
  assert.throws(() => createClient(things, { url: '/v1' }), /no http or https URL/)
  assert.throws(() => createClient(things, { url: 'http://a:b@x' }), /holds a user/)
  assert.throws(() => createClient(things, { url: 'http://x/?a=1' }), /holds a query/)
})

test('x-decorate-request wraps the sending, and its absence is an error', async () => {
  await using server = await serve((_, response) => json(response, 200, {}))
  const spec = apiOf([operation({ id: 'getA', settings: { decorateRequest: 'signed' } })])
  const client = createClient(spec, {
    url: server.url,
    decorators: { signed: (send) => (request) => (request.headers.set('x-signature', 's'), send(request)) },
  })
  await client['getA']!()
  assert.equal(server.received[0]!.headers['x-signature'], 's')
  const error = await thrownBy(createClient(spec, { url: server.url, decorators: { sined: (send) => send } })['getA']!())
  assert.match(error.message, /names the decorator "signed".*did you mean "sined"/)
})

test('a client of many operations is made at once', () => {
  const spec = apiOf(Array.from({ length: 1224 }, (_, index) => operation({ id: `operation${index}` })))
  const client = createClient(spec, { url: 'http://x' })
  assert.equal(typeof client['operation1223'], 'function')
  assert.equal(Object.keys(client).filter((name) => name.startsWith('operation')).length, 1, 'only the method that was asked for is made')
})
