// Forms: lists, objects in brackets and in JSON, text that the schema turns into what it means.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiDocument, openApi, operation } from './service-fixture.ts'

const schema = {
  type: 'object',
  properties: { tags: { type: 'array', items: { type: 'string' } }, ids: { type: 'array', items: { type: 'integer' } }, lines: { type: 'array', items: { type: 'object', properties: { amount: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } } } }, address: { type: 'object', properties: { city: { type: 'string' }, floor: { type: 'integer' } } }, 'labels[]': { type: 'string' }, file: { type: 'string', format: 'binary' } },
}
const encoding = { ids: { style: 'pipeDelimited', explode: false } }
const content = { 'application/x-www-form-urlencoded': { schema, encoding }, 'multipart/form-data': { schema, encoding } }
const document = apiDocument({ '/forms': { post: operation('form', { requestBody: { content } }) } })
const { send } = await openApi(document, { handlers: { form: ({ body }) => ({ body: body as object }) } })

async function bodyOf(type: string, body: string): Promise<unknown> {
  const { json } = await send('POST /forms', { headers: { 'content-type': type }, body })
  return json['body'] ?? json['errors']
}

const urlencoded = 'application/x-www-form-urlencoded'

test('lists come as repeated names, with delimiters, and in brackets', async () => {
  assert.deepEqual(await bodyOf(urlencoded, 'tags=a&tags=b%2Cc'), { tags: ['a', 'b,c'] })
  assert.deepEqual(await bodyOf(urlencoded, 'tags=a'), { tags: ['a'] })
  assert.deepEqual(await bodyOf(urlencoded, 'ids=1%7C2'), { ids: [1, 2] })
  assert.deepEqual(await bodyOf(urlencoded, 'tags[]=a&tags[]=b'), { tags: ['a', 'b'] })
  assert.deepEqual(await bodyOf(urlencoded, 'lines[0][amount]=5&lines[0][tags][]=x&lines[1][amount]=6'), { lines: [{ amount: 5, tags: ['x'] }, { amount: 6 }] })
})

test('objects come in brackets or as JSON; brackets of other names are part of the name', async () => {
  assert.deepEqual(await bodyOf(urlencoded, 'address[city]=Oslo&address[floor]=3'), { address: { city: 'Oslo', floor: 3 } })
  assert.deepEqual(await bodyOf(urlencoded, `address=${encodeURIComponent('{"city":"Oslo","floor":3}')}`), { address: { city: 'Oslo', floor: 3 } })
  assert.deepEqual(await bodyOf(urlencoded, 'labels[]=x&other[a]=1'), { 'labels[]': 'x', 'other[a]': '1' })
  assert.deepEqual(await bodyOf(urlencoded, 'address[floor]=high'), [{ pointer: '/body/address/floor', message: 'must be integer' }])
  assert.deepEqual(await bodyOf(urlencoded, 'address=text'), [{ pointer: '/body/address', message: 'must be object' }])
})

test('a part that says it is JSON is read as JSON', async () => {
  const part = (head: string, text: string): string => `--x\r\ncontent-disposition: form-data; ${head}\r\n\r\n${text}\r\n`
  const body = `${part('name="lines"\r\ncontent-type: application/json', '{"amount":1}')}${part('name="tags"', 'a')}${part('name="address"', '{"floor":2}')}--x--`
  assert.deepEqual(await bodyOf('multipart/form-data; boundary=x', body), { lines: [{ amount: 1 }], tags: ['a'], address: { floor: 2 } })
})
