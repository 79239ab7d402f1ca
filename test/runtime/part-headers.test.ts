// Headers of the parts of a form: checked as header parameters are, and handed over beside the values.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineFormats, type FormFile } from '../../src/runtime/index.ts'
import { apiDocument, openApi, operation } from './service-fixture.ts'

const binary = { type: 'string', format: 'binary' }
const integer = { type: 'integer', minimum: 1 }
const schema = { type: 'object', properties: { avatar: binary, photos: { type: 'array', items: binary }, note: { type: 'string' }, tags: { type: 'array', items: { type: 'integer' } }, meta: { type: 'object', properties: { a: { type: 'integer' } } }, plain: { type: 'string' } } }
const encoding = {
  avatar: { contentType: 'image/*', headers: { 'X-Rate-Limit': { required: true, schema: integer }, 'X-Tags': { schema: { type: 'array', items: integer } }, 'Content-Type': { required: true, schema: { type: 'string', enum: ['never/this'] } } } },
  photos: { headers: { 'X-Place': { required: true, schema: { type: 'string', enum: ['front', 'back'] } } } },
  note: { headers: { 'X-Lang': { $ref: '#/components/headers/Lang' }, 'X-Json': { content: { 'application/json': { schema: { type: 'object', required: ['a'] } } } } } },
  tags: { headers: { 'X-Weight': { schema: { type: 'number' } } } },
  meta: { headers: { 'X-Kind': { schema: { type: 'string', maxLength: 3 } } } },
  unknown: { headers: { 'X-Lost': { required: true, schema: { type: 'string' } } } },
}
const components = { headers: { Lang: { schema: { type: 'string', default: 'en' } } } }
const documentOf = (openapi: string, media: string = 'multipart/form-data'): Record<string, unknown> => apiDocument({ '/a': { post: operation('give', { requestBody: { content: { [media]: { schema, encoding } } } }) } }, { openapi, components })

let seen: Record<string, unknown> = {}
const give = ({ body }: { body: unknown }): unknown => ((seen = body as Record<string, unknown>), {})

interface Part {
  name: string
  data: string
  file?: boolean
  lines?: string[]
}

function encode(parts: Part[]): string {
  return `${parts.map(({ name, data, file, lines = [] }) => `--XX\r\n${[`Content-Disposition: form-data; name="${name}"${file === true ? '; filename="f"' : ''}`, ...lines].join('\r\n')}\r\n\r\n${data}\r\n`).join('')}--XX--`
}

const opened = await openApi(documentOf('3.0.3'), { handlers: { give } })

async function ask(parts: Part[], { send } = opened): Promise<unknown> {
  const { status, json } = await send('POST /a', { headers: { 'content-type': 'multipart/form-data; boundary=XX' }, body: encode(parts) })
  return status === 200 ? seen : [status, json['error'], (json['errors'] as { pointer: string; message: string }[]).map(({ pointer, message }) => `${pointer} ${message}`)]
}

const plainOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const avatar = (...lines: string[]): Part => ({ name: 'avatar', data: 'x', file: true, lines: ['Content-Type: image/png', ...lines] })

test('files carry the declared headers of their part, coerced; other headers are left out', async () => {
  for (const openapi of ['3.0.3', '3.1.0']) {
    const { avatar: file } = (await ask([avatar('x-rate-limit: 5', 'X-TAGS: 1 , 2', 'X-Other: o')], openapi === '3.0.3' ? opened : await openApi(documentOf(openapi), { handlers: { give } }))) as { avatar: FormFile }
    assert.deepEqual([file.filename, file.contentType, Buffer.from(file.data).toString(), { ...file.headers }], ['f', 'image/png', 'x', { 'x-rate-limit': 5, 'x-tags': [1, 2] }], openapi)
  }
})

test('fields with declared headers are a value and its headers, with defaults; others stay as they are', async () => {
  assert.deepEqual(plainOf(await ask([{ name: 'note', data: 'n', lines: ['X-Json: {"a":1}'] }, { name: 'plain', data: 'p', lines: ['X-Lang: no'] }, { name: 'meta', data: '{"a":1}', lines: ['Content-Type: application/json', 'X-Kind: a'] }])), { note: { value: 'n', headers: { 'x-json': { a: 1 }, 'x-lang': 'en' } }, plain: 'p', meta: { value: { a: 1 }, headers: { 'x-kind': 'a' } } })
  assert.deepEqual(plainOf(await ask([{ name: 'meta[a]', data: '1', lines: ['X-Kind: a'] }])), { meta: { value: { a: 1 }, headers: { 'x-kind': 'a' } } })
})

test('each item of a list has the headers of its part', async () => {
  assert.deepEqual(plainOf(await ask([{ name: 'tags', data: '1', lines: ['X-Weight: 1.5'] }, { name: 'tags', data: '2' }])), { tags: [{ value: 1, headers: { 'x-weight': 1.5 } }, { value: 2, headers: {} }] })
  assert.deepEqual(plainOf(await ask([{ name: 'tags', data: '1', lines: ['X-Weight: 1.5'] }])), { tags: [{ value: 1, headers: { 'x-weight': 1.5 } }] })
  assert.deepEqual(plainOf(await ask([{ name: 'tags[]', data: '1', lines: ['X-Weight: 1'] }, { name: 'tags[]', data: '2', lines: ['X-Weight: 2'] }])), { tags: [{ value: 1, headers: { 'x-weight': 1 } }, { value: 2, headers: { 'x-weight': 2 } }] })
  assert.deepEqual(plainOf(await ask([{ name: 'tags', data: '[1,2]', lines: ['Content-Type: application/json', 'X-Weight: 3'] }])), { tags: [{ value: 1, headers: { 'x-weight': 3 } }, { value: 2, headers: { 'x-weight': 3 } }] })
  const photo = (place: string): Part => ({ name: 'photos', data: 'x', file: true, lines: [`X-Place: ${place}`] })
  const { photos } = (await ask([photo('front'), photo('back')])) as { photos: FormFile[] }
  assert.deepEqual(photos.map(({ headers }) => ({ ...headers })), [{ 'x-place': 'front' }, { 'x-place': 'back' }])
})

test('a header that is missing or wrong is 400 at its part', async () => {
  const refused = (...faults: string[]): unknown => [400, 'INVALID_PARAMETER', faults]
  assert.deepEqual(await ask([avatar()]), refused('/body/avatar/headers/x-rate-limit is required'))
  assert.deepEqual(await ask([avatar('X-Rate-Limit: 0')]), refused('/body/avatar/headers/x-rate-limit must be >= 1'))
  assert.deepEqual(await ask([avatar('X-Rate-Limit: 1', 'X-Tags: 1,x')]), refused('/body/avatar/headers/x-tags/1 must be integer'))
  assert.deepEqual(await ask([{ name: 'photos', data: '', file: true, lines: ['X-Place: front'] }, { name: 'photos', data: '', file: true }]), refused('/body/photos/1/headers/x-place is required'))
  assert.deepEqual(await ask([{ name: 'note', data: 'n', lines: ['X-Json: {'] }]), refused('/body/note/headers/x-json must be readable as application/json'))
  assert.deepEqual(await ask([{ name: 'meta[a]', data: 'x', lines: ['X-Kind: long'] }]), refused('/body/meta/headers/x-kind must NOT have more than 3 characters', '/body/meta/a must be integer'))
  assert.deepEqual(plainOf(await ask([])), {})
})

test('headers that come twice are one list, and a line may go on in the next', async () => {
  const { avatar: file } = (await ask([avatar('X-Rate-Limit: 1', 'X-Tags: 1', 'X-Tags:', '\t2')])) as { avatar: FormFile }
  assert.deepEqual(file.headers!['x-tags'], [1, 2])
})

test('urlencoded forms have no parts: their encoding declares no headers', async () => {
  const { send } = await openApi(documentOf('3.0.3', 'application/x-www-form-urlencoded'), { handlers: { give } })
  assert.equal((await send('POST /a', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'note=n' })).status, 200)
  assert.deepEqual({ ...seen }, { note: 'n' })
})

test('the headers of a part are bounded, and hostile ones are read at once', async () => {
  const long = (text: string): Part => ({ name: 'note', data: 'n', lines: [text] })
  assert.deepEqual(await ask([long(`X-Lang: ${'x'.repeat(16_384)}`)]), [400, 'INVALID_PARAMETER', ['/body must have at most 16384 bytes of headers in each part']])
  assert.equal(((await ask([long(`X-Lang: ${'x'.repeat(16_000)}`)])) as { note: { headers: { 'x-lang': string } } }).note.headers['x-lang'].length, 16_000)
  for (const text of [`X-Lang: a${' '.repeat(16_000)}b`, `Content-Type: a${' '.repeat(16_000)}b`, 'a'.repeat(16_000), 'a:\r\n'.repeat(4000).trimEnd(), '__proto__: 1\r\nconstructor: 2']) {
    assert.equal(typeof ((await ask(Array.from({ length: 100 }, () => ({ name: 'plain', data: 'n', lines: [text] })))) as unknown[])[0], 'number', text.slice(0, 20))
    assert.deepEqual(plainOf((await ask([long(text)]) as { note: { value: string } }).note.value), 'n', text.slice(0, 20))
  }
  assert.equal(({} as Record<string, unknown>)['1'], undefined)
})

test('custom formats of part headers arrive parsed', async () => {
  const week = { type: 'string', format: 'iso-week' }
  const document = apiDocument({ '/a': { post: operation('give', { requestBody: { content: { 'multipart/form-data': { schema: { type: 'object', properties: { file: binary, week } }, encoding: { file: { headers: { 'X-Week': { schema: week } } }, week: { headers: { 'X-Weeks': { schema: { type: 'array', items: week } } } } } } } } }) } }, { 'x-klue-formats': ['iso-week'] })
  const formats = defineFormats({ 'iso-week': { parse: (text: string) => {
    if (!/^\d+$/.test(text)) throw new Error('must be a number of weeks')
    return { week: Number(text) }
  }, print: ({ week: count }: { week: number }) => String(count) } })
  const service = await openApi(document, { handlers: { give }, formats: formats as never })
  const body = (await ask([{ name: 'file', data: '', file: true, lines: ['X-Week: 3'] }, { name: 'week', data: '4', lines: ['X-Weeks: 5,6'] }], service)) as { file: FormFile; week: { value: unknown; headers: object } }
  assert.deepEqual([{ ...body.file.headers }, body.week.value, { ...body.week.headers }], [{ 'x-week': { week: 3 } }, { week: 4 }, { 'x-weeks': [{ week: 5 }, { week: 6 }] }])
  assert.deepEqual(await ask([{ name: 'week', data: '4', lines: ['X-Weeks: 5,x'] }], service), [400, 'INVALID_PARAMETER', ['/body/week/headers/x-weeks/1 must be a number of weeks']])
})
