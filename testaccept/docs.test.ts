// The published documents and the page that shows them.
import assert from 'node:assert/strict'
import { assertCallReturnHtml, assertCallReturnText, assertGetReturnJson, send, test } from 'klue/testing'

test('the document is published as it is written', async () => {
  assert.match(await assertCallReturnText('get', '/doc/builds.yaml'), /operationId: recordMeasurement/)
})

test('the document is published as JSON', async () => {
  const document = await assertGetReturnJson<{ openapi: string; paths: object }>('/doc/builds.json')
  assert.match(document.openapi, /^3\./)
  assert.ok(Object.keys(document.paths).includes('/jobs/{job}/measurements'))
})

test('the page needs no other host', async () => {
  const html = await assertCallReturnHtml('get', '/doc/builds')
  assert.match(html, /Build metrics/)
  assert.doesNotMatch(html, /(src|href)="https?:/)
})

test('a large answer is compressed for those who ask', async () => {
  const answer = await send('get', '/doc/builds.json', { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(answer.headers.get('content-encoding'), 'gzip')
  assert.match(answer.headers.get('vary') ?? '', /Accept-Encoding/)
})
