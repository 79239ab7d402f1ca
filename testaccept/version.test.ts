// Health, version and the routes that every service has.
import assert from 'node:assert/strict'
import { assertCallReturnText, assertHasAuthVersion, assertHasPing, assertHasVersion, liveSafe, send } from 'klue/testing'

liveSafe('/ping answers {}', () => assertHasPing())

liveSafe('/version names the API', () => assertHasVersion())

liveSafe('/auth/version wants a valid token', () => assertHasAuthVersion())

liveSafe('/ is the health check of load balancers', async () => {
  assert.equal(await assertCallReturnText('get', '/'), 'OK')
})

liveSafe('HEAD answers like GET without a body', async () => {
  const answer = await send('head', '/ping')
  assert.equal(answer.status, 200)
  assert.equal(answer.text, '')
})

liveSafe('a raw route answers beside the spec', async () => {
  assert.match(await assertCallReturnText('get', '/robots.txt'), /^User-agent: \*/)
})
