// The step switch of a service: what operators set answers in place of operations, and never in place of the health check.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askSwitches, changeSettings, openFreshSwitches } from '../../src/control/index.ts'
import { defineService } from '../../src/runtime/index.ts'
import { openService } from '../../src/runtime/edge.ts'
import { apiDocument, compileApi, operation, testPlatform, toRequest } from '../runtime/service-fixture.ts'
import { noon, stores } from '../telemetry/store-fixture.ts'

const openStore = stores()

test('preempt and read_only answer in place of operations, and are lifted', async () => {
  let now = noon
  const store = await openStore(() => now)
  const switches = openFreshSwitches({ database: store, now: () => now, monotonic: () => now })
  const called: string[] = []
  const spec = await compileApi(apiDocument({ '/pets': { get: operation('listPets'), post: operation('addPet') } }))
  const service = defineService({ spec, handlers: { listPets: () => (called.push('listPets'), {}), addPet: () => (called.push('addPet'), {}) } })
  const { answer } = openService(service, { ...testPlatform(), control: (request) => askSwitches(switches, { ...request, isCandidate: false }) })
  const send = async (line: string): Promise<unknown[]> => {
    now += 2000
    const { status, headers, body } = await answer(toRequest(line))
    return [status, headers['retry-after'], headers['x-preempt-reason'], status === 200 ? '' : headers['content-type'] === 'application/json' ? (JSON.parse(String(body)) as { error: string }).error : String(body)]
  }
  const set = async (transient: unknown, operations: string[] = ['listPets']): Promise<unknown> => await changeSettings(store, { operations, transient, who: 'ann' })
  assert.deepEqual(await send('GET /pets'), [200, undefined, undefined, ''])
  await set({ preempt: { status: 503, reason: 'Surge', retry_after: 60 } })
  assert.deepEqual(await send('GET /pets'), [503, '60', 'Surge', 'PREEMPTED'])
  assert.deepEqual(await send('POST /pets'), [200, undefined, undefined, ''])
  await set({ 'preempt.text': 'back soon', 'preempt.status': 202 })
  assert.deepEqual(await send('GET /pets'), [202, '60', 'Surge', 'back soon'])
  await set({ preempt: null })
  await set({ read_only: true }, ['*'])
  assert.deepEqual(await send('GET /pets'), [200, undefined, undefined, ''])
  assert.deepEqual(await send('POST /pets'), [503, '30', undefined, 'READ_ONLY'])
  assert.equal((await send('GET /ping'))[0], 200)
  await set({ read_only: null }, ['*'])
  assert.deepEqual(await send('POST /pets'), [200, undefined, undefined, ''])
  assert.deepEqual(called, ['listPets', 'addPet', 'listPets', 'addPet'])
})
