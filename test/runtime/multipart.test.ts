// Forms with files: fields as text, files as bytes, and every way in which such a body can be broken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FormFile } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, type Loose, type LooseHandlers, open, operation } from './service-fixture.ts'

const schema = { type: 'object', required: ['title'], properties: { title: { type: 'string', minLength: 1 }, count: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } }, file: { type: 'string', format: 'binary' }, files: { type: 'array', items: { type: 'string', format: 'binary' } } } }
const spec = await compileApi(apiDocument({ '/upload': { post: operation('upload', { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } }) } }))

let seen: Record<string, unknown> = {}
const upload = ({ body }: Loose): unknown => {
  seen = body as Record<string, unknown>
  return {}
}
const { send } = open({ spec, handlers: { upload } as unknown as LooseHandlers })

interface Part {
  head: string
  data: string | Uint8Array
}

const field = (name: string, data: string): Part => ({ head: `Content-Disposition: form-data; name="${name}"`, data })
const file = (name: string, filename: string, data: string | Uint8Array): Part => ({ head: `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: text/csv`, data })

function encode(parts: Part[], boundary: string = 'XX'): Buffer {
  return Buffer.concat([...parts.flatMap(({ head, data }) => [Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), Buffer.from(data), Buffer.from('\r\n')]), Buffer.from(`--${boundary}--\r\n`)])
}

const post = (body: string | Uint8Array, type: string = 'multipart/form-data; boundary=XX') => send('POST /upload', { headers: { 'content-type': type }, body })

async function read(parts: Part[]): Promise<Record<string, unknown>> {
  const answer = await post(encode(parts))
  assert.equal(answer.status, 200, answer.text)
  return { ...seen }
}

test('fields are text and coerced as their schema says', async () => {
  assert.deepEqual(await read([field('title', 'a ü\r\nb'), field('count', '5'), field('tags', 'x'), field('tags', 'y')]), { title: 'a ü\r\nb', count: 5, tags: ['x', 'y'] })
})

test('files are bytes with their name and type', async () => {
  const bytes = Buffer.from([0, 13, 10, 45, 45, 255])
  const form = await read([field('title', 't'), file('file', 'a b.csv', bytes), file('files', '1', ''), { head: 'Content-Disposition: form-data; name="files"; filename="2"', data: 'two' }])
  const one = form['file'] as FormFile
  assert.deepEqual([one.filename, one.contentType, Buffer.from(one.data)], ['a b.csv', 'text/csv', bytes])
  assert.deepEqual((form['files'] as FormFile[]).map(({ filename, contentType, data }) => [filename, contentType, Buffer.from(data).toString()]), [['1', 'text/csv', ''], ['2', 'application/octet-stream', 'two']])
})

test('one value where a list is declared is a list of one', async () => {
  const form = await read([field('title', 't'), field('tags', 'x'), file('files', 'f', 'z')])
  assert.deepEqual([form['tags'], (form['files'] as FormFile[]).length], [['x'], 1])
})

test('what looks like a boundary inside a file is part of the file', async () => {
  const data = 'a--XX\r\n-XX--\r\n--X X\n--XX--'
  const form = await read([field('title', 't'), file('file', 'f', data)])
  assert.equal(Buffer.from((form['file'] as FormFile).data).toString(), data)
})

test('names in quotes may hold what looks like another attribute', async () => {
  const form = await read([field('title', 't'), { head: 'Content-Disposition: form-data; name="a; filename=x"', data: 'plain' }, { head: 'Content-Disposition: form-data; filename="b; name=evil"; name="file"', data: 'f' }, file('files', 'say \\"hi\\" %22.txt', 'q')])
  assert.equal(form['a; filename=x'], 'plain')
  assert.equal('evil"' in form || 'evil' in form, false)
  assert.equal((form['file'] as FormFile).filename, 'b; name=evil')
  assert.equal((form['files'] as FormFile[])[0]!.filename, 'say "hi" ".txt')
})

test('header names and the word form-data are read in any case, values without quotes too', async () => {
  assert.deepEqual(await read([{ head: 'content-DISPOSITION: Form-Data; NAME=title', data: 'x' }]), { title: 'x' })
})

test('a quoted boundary and other parameters are understood', async () => {
  for (const type of ['multipart/form-data; boundary="X X"', 'Multipart/Form-Data; charset=utf-8; boundary="X X"']) assert.equal((await post(encode([field('title', 't')], 'X X'), type)).status, 200, type)
})

test('keys such as __proto__ are keys like any other', async () => {
  await read([field('title', 't'), field('__proto__', 'x'), field('constructor', 'y'), file('toString', 'f', 'z')])
  assert.equal(({} as Record<string, unknown>)['x'], undefined)
  assert.equal(Object.hasOwn(seen, '__proto__'), true)
})

const whole = encode([field('title', 't')]).toString()
const broken: [name: string, body: string, type?: string][] = [
  ['no boundary', whole, 'multipart/form-data'],
  ['another boundary', whole, 'multipart/form-data; boundary=YY'],
  ['nothing but the boundary', '--XX'],
  ['an end at once, without the fields that are required', '--XX--\r\n'],
  ['text before it', `hello ${whole}`],
  ['no end', whole.slice(0, -6)],
  ['a part without a name', encode([{ head: 'Content-Disposition: form-data', data: 'x' }]).toString()],
  ['a part without a disposition', encode([{ head: 'Content-Type: text/plain', data: 'x' }]).toString()],
  ['a part without a blank line', '--XX\r\nContent-Disposition: form-data; name="title"\r\n--XX--\r\n'],
  ['bare line feeds', whole.replaceAll('\r\n', '\n')],
  ['JSON', '{"title":"t"}'],
  ['a field that does not fit', encode([field('title', 't'), field('count', 'x')]).toString()],
  ['an empty field where text is wanted', encode([field('title', '')]).toString()],
  ['more parts than anybody fills in', encode([field('title', 't'), ...Array.from({ length: 1001 }, () => field('tags', 'x'))]).toString()],
]
for (const [name, body, type] of broken) {
  test(`${name} is 400`, async () => {
    const answer = await post(body, type)
    assert.deepEqual([answer.status, answer.json['error']], [400, 'INVALID_PARAMETER'])
  })
}

test('a part of another media type than its encoding says is refused', async () => {
  const encoding = { file: { contentType: 'text/csv, image/*' }, data: { contentType: 'application/json; charset=utf-8' } }
  const content = { 'multipart/form-data': { schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' }, data: { type: 'object' } } }, encoding } }
  const typed = open({ spec: await compileApi(apiDocument({ '/upload': { post: operation('upload', { requestBody: { content } }) } })), handlers: { upload } as unknown as LooseHandlers })
  const typedPart = (name: string, type: string, data: string): Part => ({ head: `Content-Disposition: form-data; name="${name}"${name === 'file' ? '; filename="f"' : ''}\r\nContent-Type: ${type}`, data })
  const ask = async (...parts: Part[]): Promise<unknown> => {
    const { status, json } = await typed.send('POST /upload', { headers: { 'content-type': 'multipart/form-data; boundary=XX' }, body: encode(parts) })
    return status === 200 ? 200 : json['errors']
  }
  assert.equal(await ask(typedPart('file', 'text/csv', 'a'), typedPart('data', 'application/json', '{}')), 200)
  assert.equal(await ask(typedPart('file', 'IMAGE/png; q=1', 'a'), field('data', '{}')), 200)
  assert.deepEqual(await ask(typedPart('file', 'text/html', 'a')), [{ pointer: '/body/file', message: 'must be of the media type text/csv or image/*, not text/html' }])
  assert.deepEqual(await ask(typedPart('data', 'application/xml', '{}')), [{ pointer: '/body/data', message: 'must be of the media type application/json, not application/xml' }])
  assert.deepEqual(await ask({ head: 'Content-Disposition: form-data; name="file"; filename="f"', data: 'a' }), [{ pointer: '/body/file', message: 'must be of the media type text/csv or image/*, not application/octet-stream' }])
})
