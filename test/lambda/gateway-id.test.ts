// The line of a request and the gateway's own say the same name and time, so that a request which both tell of counts once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpApiEvent } from '../../src/lambda/http-event.ts'
import { toLambda } from '../../src/lambda/handler.ts'
import { defineService } from '../../src/runtime/index.ts'
import { defaultKeepRules, ingest, type LogLine, readStats } from '../../src/telemetry/index.ts'
import { apiDocument, compileApi, type LooseHandlers, operation, testPlatform } from '../runtime/service-fixture.ts'
import { noon, stores } from '../telemetry/store-fixture.ts'

const freshStore = stores()
const handlers: LooseHandlers = { now: () => ({}) }

test('what a function answered is not counted again by the gateway that gave up on it', async () => {
  const platform = testPlatform({ now: () => noon + 40 })
  const handler = toLambda(defineService({ spec: await compileApi(apiDocument({ '/now': { get: operation('now') } })), handlers }), { platform: () => platform })
  const event: HttpApiEvent = { version: '2.0', rawPath: '/now', requestContext: { requestId: 'g1', timeEpoch: noon + 5, http: { method: 'GET' } } }
  await handler(event, { awsRequestId: 'of-lambda' })
  const [line] = platform.lines
  assert.deepEqual([line!['request_id'], line!['gateway_id'], line!['gateway_time']], ['of-lambda', 'g1', new Date(noon + 5).toISOString()])
  const own: LogLine = { id: '1', timestamp: noon + 40, message: JSON.stringify(line) }
  // In seconds or in milliseconds.
  for (const time of [String(noon + 5), String(Math.floor(noon / 1000))]) {
    const access: LogLine = { id: '2', timestamp: noon + 90, message: JSON.stringify({ kind: 'access', request_id: 'g1', time, status: '503', integration_error: 'too slow' }) }
    for (const batches of [[[own], [access]], [[access], [own]], [[access, own, access]]]) {
      const database = await freshStore()
      for (const batch of batches) await ingest({ database, rules: defaultKeepRules }, batch)
      const stats = await readStats(database, { from: noon, to: noon + 60_000 })
      assert.deepEqual([...stats].map(([name, { statuses }]) => [name, statuses]), [['now', { 200: 1 }]])
    }
  }
})
