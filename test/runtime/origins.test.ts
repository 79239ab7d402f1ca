// Which pages may read answers: CORS headers for whole origins, in any spelling of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiDocument, type LooseHandlers, openApi, operation } from './service-fixture.ts'

test('a listed origin is allowed by scheme, host and port, and no other', async () => {
  const { send } = await openApi(apiDocument({ '/a': { get: operation('readA') } }), { handlers: { readA: () => ({}) } as unknown as LooseHandlers }, { config: { cors_origins: ['https://Other.test:443', 'http://plain.test:8080'], cookie_origins: ['https://APP.test'] } })
  const allowed = async (origin: string): Promise<[string | undefined, string | undefined]> => {
    const { headers } = await send('GET /a', { headers: { origin } })
    return [headers['access-control-allow-origin'], headers['access-control-allow-credentials']]
  }
  assert.deepEqual(await allowed('https://other.test'), ['https://other.test', undefined])
  assert.deepEqual(await allowed('http://plain.test:8080'), ['http://plain.test:8080', undefined])
  assert.deepEqual(await allowed('https://app.test'), ['https://app.test', 'true'])
  for (const origin of ['http://other.test', 'https://other.test:444', 'http://plain.test', 'http://app.test', 'null', 'https://app.test/', 'https://ann@app.test', '']) assert.deepEqual(await allowed(origin), [undefined, undefined], origin)
})
