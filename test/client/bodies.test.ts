// Request bodies in every media type, and answers that are not what was declared.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../src/client/index.ts'
import type { CompiledParameter } from '../../src/openapi/table.ts'
import { apiOf, json, operation, parameter, serve, things, thrownBy } from './things.ts'

function posting(media: string[]): ReturnType<typeof apiOf> {
  return apiOf([operation({ id: 'postIt', method: 'POST', body: { required: true, media } })])
}

async function bodySent(media: string[], body: unknown, headers: Record<string, string> = {}): Promise<{ type: string | undefined; text: string }> {
  await using server = await serve((_, response) => json(response, 200, {}))
  await createClient(posting(media), { url: server.url })['postIt']!({ body }, { headers })
  return { type: server.received[0]!.headers['content-type'], text: server.received[0]!.body.toString() }
}

test('a body is written in the first declared media type that can hold it', async () => {
  assert.deepEqual(await bodySent(['application/json'], 'text'), { type: 'application/json', text: '"text"' })
  assert.deepEqual(await bodySent(['application/vnd.a+json'], { a: 1 }), { type: 'application/vnd.a+json', text: '{"a":1}' })
  assert.deepEqual(await bodySent([], { a: 1 }), { type: 'application/json', text: '{"a":1}' })
  assert.deepEqual(await bodySent(['text/plain'], 'a\nb'), { type: 'text/plain', text: 'a\nb' })
  assert.deepEqual(await bodySent(['text/plain'], 7), { type: 'text/plain', text: '7' })
  assert.deepEqual(await bodySent(['application/xml', 'application/json'], { a: 1 }), { type: 'application/json', text: '{"a":1}' })
  assert.deepEqual(await bodySent(['application/x-www-form-urlencoded'], { a: 'b c', d: [1, 2], e: undefined }), { type: 'application/x-www-form-urlencoded', text: 'a=b+c&d=1&d=2' })
  assert.deepEqual(await bodySent(['application/json', 'text/plain'], 'as told', { 'content-type': 'text/plain' }), { type: 'text/plain', text: 'as told' })
  assert.deepEqual(await bodySent(['image/png'], new Uint8Array([65])), { type: 'image/png', text: 'A' })
  assert.deepEqual(await bodySent(['*/*'], new Blob(['x'], { type: 'image/gif' })), { type: 'image/gif', text: 'x' })
  assert.deepEqual(await bodySent(['application/json'], new TextEncoder().encode('{broken')), { type: 'application/json', text: '{broken' })
})

test('multipart bodies carry fields and files', async () => {
  const { type, text } = await bodySent(['multipart/form-data'], { name: 'n', tags: ['a', 'b'], meta: { x: 1 }, file: new Blob(['data'], { type: 'text/csv' }), sent: { filename: 'f.bin', contentType: 'image/png', data: new Uint8Array([66]) } })
  assert.match(type!, /^multipart\/form-data; boundary=/)
  assert.match(text, /name="name"\r\n\r\nn\r\n/)
  assert.equal(text.match(/name="tags"/g)?.length, 2)
  assert.match(text, /name="meta"\r\n\r\n\{"x":1\}/)
  assert.match(text, /name="file"; filename="blob"\r\nContent-Type: text\/csv\r\n\r\ndata/)
  assert.match(text, /filename="f\.bin"\r\nContent-Type: image\/png\r\n\r\nB/)
})

const declaredHeader = (name: string, more: Partial<CompiledParameter> = {}): CompiledParameter => parameter({ name, in: 'header', ...more })

test('headers of parts go out beside their values, as their declaration writes them', async () => {
  await using server = await serve((_, response) => json(response, 200, {}))
  const partHeaders = { 'multipart/form-data': { note: { headers: [declaredHeader('x-lang'), declaredHeader('x-json', { content: 'application/json' })] }, tags: { isList: true, headers: [declaredHeader('x-weight', { shape: 'array' })] }, file: { headers: [declaredHeader('x-limit')] } } }
  const client = createClient(apiOf([operation({ id: 'postIt', method: 'POST', body: { required: true, media: ['multipart/form-data'], partHeaders } })]), { url: server.url })
  const file = { filename: 'a".csv', contentType: 'text/csv', data: new Uint8Array([66]), headers: { 'X-Limit': 5 } }
  await client['postIt']!({ body: { note: { value: 'n', headers: { 'x-lang': 'en', 'x-json': { a: 1 }, 'x-none': undefined } }, tags: [{ value: 1, headers: { 'x-weight': [1, 2] } }, { value: 2 }], file, plain: { x: 1 } } }, { headers: { 'content-type': 'multipart/form-data' } })
  const { headers, body } = server.received[0]!
  const boundary = /^multipart\/form-data; boundary=(klue-[0-9a-f]{32})$/.exec(headers['content-type']!)![1]!
  const parts = body.toString().split(`--${boundary}`)
  assert.deepEqual(parts.slice(1, -1), [
    '\r\nContent-Disposition: form-data; name="note"\r\nx-lang: en\r\nx-json: {"a":1}\r\n\r\nn\r\n',
    '\r\nContent-Disposition: form-data; name="tags"\r\nx-weight: 1,2\r\n\r\n1\r\n',
    '\r\nContent-Disposition: form-data; name="tags"\r\n\r\n2\r\n',
    '\r\nContent-Disposition: form-data; name="file"; filename="a%22.csv"\r\nContent-Type: text/csv\r\nx-limit: 5\r\n\r\nB\r\n',
    '\r\nContent-Disposition: form-data; name="plain"\r\n\r\n{"x":1}\r\n',
  ])
  assert.deepEqual([parts[0], parts.at(-1)], ['', '--\r\n'])
  const refused = await thrownBy(client['postIt']!({ body: { note: { value: 'n', headers: { 'x-lang': 'a\r\nX-Other: b' } } } }))
  assert.deepEqual([refused.code, refused.errors], ['INVALID_PARAMETER', [{ pointer: '/body/note/headers/x-lang', message: 'must hold only characters that a header may hold' }]])
})

test('a stream is sent once', async () => {
  await using server = await serve((_, response) => json(response, 200, {}))
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('streamed'))
      controller.close()
    },
  })
  await createClient(posting(['application/octet-stream']), { url: server.url })['postIt']!({ body: stream })
  assert.equal(server.received[0]!.body.toString(), 'streamed')
})

test('a body that no declared media type can hold is refused', async () => {
  const refused = await thrownBy(createClient(posting(['application/xml']), { url: 'http://127.0.0.1:1' })['postIt']!({ body: { a: 1 } }))
  assert.equal(refused['code'], 'INVALID_PARAMETER')
  assert.match(refused.message, /an object cannot be written as application\/xml/)
  const onGet = await thrownBy(createClient(apiOf([operation({ id: 'getA' })]), { url: 'http://127.0.0.1:1' })['getA']!({ body: {} }))
  assert.match(onGet.message, /a GET request takes no body/)
})

test("the API's own error is thrown with status, code and error_id", async () => {
  await using server = await serve((_, response) => json(response, 409, { status: 409, error: 'VERSION_CONFLICT', error_description: 'changed', error_id: 'e-1', user_message: 'try again', extra: 1 }))
  const error = await thrownBy(createClient(things, { url: server.url }).getThing({ path: { id: 'a' } }))
  assert.deepEqual([error['status'], error['code'], error.message, error['errorId'], error['userMessage'], error['fields']], [409, 'VERSION_CONFLICT', 'changed', 'e-1', 'try again', { extra: 1 }])
})

test('an error that comes with status 200 is thrown with its own status', async () => {
  await using server = await serve((_, response) => json(response, 200, { status: 404, error: 'NO_THING', error_description: 'none' }))
  const error = await thrownBy(createClient(things, { url: server.url }).getThing({ path: { id: 'a' } }))
  assert.deepEqual([error['status'], error['code']], [404, 'NO_THING'])
})

test('answers that cannot be understood are BACKEND_RESPONSE_INVALID with what came', async () => {
  const cases: { status: number; type: string | undefined; body: string; says: RegExp }[] = [
    { status: 503, type: 'text/html', body: '<h1>down</h1>', says: /getThing of things answered 503: an error that is none of klue/ },
    { status: 404, type: 'application/json', body: '{"message":"Not Found"}', says: /answered 404/ },
    { status: 200, type: 'application/json', body: '{broken', says: /answered 200: its body is not valid JSON/ },
    { status: 200, type: 'text/html', body: '<html>sign in</html>', says: /it is text\/html, not application\/json/ },
    { status: 200, type: 'application/json', body: '', says: /its body is empty/ },
    { status: 302, type: undefined, body: '', says: /a redirect, which is not followed/ },
  ]
  for (const { status, type, body, says } of cases) {
    await using server = await serve((_, response) => void response.writeHead(status, { ...(type === undefined ? {} : { 'content-type': type }), location: 'http://other.invalid/' }).end(body))
    const client = createClient(things, { url: server.url })
    const error = await thrownBy(client.getThing({ path: { id: 'a' } }))
    assert.equal(error['code'], 'BACKEND_RESPONSE_INVALID')
    assert.equal(error['status'], 502)
    assert.deepEqual(error['fields'], { backend_status: status, content: body })
    assert.match(error.message, says)
    const exchange = await client.$send('getThing', { path: { id: 'a' } })
    assert.equal(exchange.status as number, status)
  }
})

test('only the first 2,000 characters of an unknown error are kept', async () => {
  await using server = await serve((_, response) => void response.writeHead(500).end('x'.repeat(5000)))
  const error = await thrownBy(createClient(things, { url: server.url }).getThing({ path: { id: 'a' } }))
  assert.equal((error['fields'] as { content: string }).content.length, 2000)
})

test('an answer without a media type is read as declared', async () => {
  await using server = await serve((_, response) => void response.writeHead(200).end('{"id":"a"}'))
  assert.deepEqual(await createClient(things, { url: server.url }).getThing({ path: { id: 'a' } }), { id: 'a' })
})

test('a body beyond the limit is not read to its end', async () => {
  await using server = await serve((_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify('x'.repeat(200_000))))
  const error = await thrownBy(createClient(things, { url: server.url, maxBodyBytes: 1000 }).getThing({ path: { id: 'a' } }))
  assert.equal(error['code'], 'BACKEND_RESPONSE_INVALID')
  assert.match(error.message, /more than 1000 bytes/)
})

test('the default reply says nothing of a success where another success is declared', async () => {
  await using server = await serve((_, response) => void response.writeHead(202, { 'content-type': 'text/plain' }).end('later'))
  const replies = [{ status: 'default', media: ['application/json'] }]
  const client = createClient(apiOf([operation({ id: 'getA', replies }), operation({ id: 'getB', replies: [{ status: '200', media: ['application/json'] }, ...replies] })]), { url: server.url })
  assert.equal((await thrownBy(client['getA']!()))['code'], 'BACKEND_RESPONSE_INVALID')
  assert.equal(await client['getB']!(), 'later')
})

test('bodies and answers are JSON in a media type that the document shows to be JSON', async () => {
  const media = ['application/vnd.acme.build']
  await using server = await serve((_, response) => response.writeHead(200, { 'content-type': 'application/vnd.acme.build; v=1' }).end('{"a":[1]}'))
  const client = createClient(apiOf([operation({ id: 'postIt', method: 'POST', body: { required: true, media, json: media }, replies: [{ status: '200', media, json: media }] })]), { url: server.url })
  assert.deepEqual(await client['postIt']!({ body: { b: 1 } }), { a: [1] })
  assert.deepEqual([server.received[0]!.headers['content-type'], server.received[0]!.body.toString()], ['application/vnd.acme.build', '{"b":1}'])
})
