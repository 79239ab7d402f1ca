// The ops API in this process, over a real store: tables, settings, interrupts, what runs, and refusals in the seed's form.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { readControl, routeId } from '../../src/control/index.ts'
import type { Database } from '../../src/persist/index.ts'
import { compileOps, type OpsOperation, opsService, stagePort } from '../../src/ops/index.ts'
import { openService } from '../../src/runtime/edge.ts'
import { noteLiveMoved, putRunning } from '../../src/store/index.ts'
import { type Sent, testPlatform, toRequest } from '../runtime/service-fixture.ts'
import { noon, stores } from '../telemetry/store-fixture.ts'

const openStore = stores()
before(compileOps)

const operations: OpsOperation[] = [['getPet', 'GET', '/pets/{id}'], ['listPets', 'GET', '/pets'], ['addPet', 'POST', '/pets']].map(([operation = '', method = '', path = '']) => ({ id: routeId(method, path), operation, api: 'pets', service: 'pets', handler: `functions/pets.ts:${operation}`, method, path, decorators: operation === 'addPet' ? ['audited'] : [] }))
const [getPet, listPets] = operations as [OpsOperation, OpsOperation]

async function openOps(given: readonly OpsOperation[] = operations): Promise<{ database: Database; send: (line: string, sent?: Sent) => Promise<{ status: number; text: string; json: () => unknown; type: string | undefined }> }> {
  const database = await openStore()
  // Totals count from here; without it they go over a month of minutes.
  await noteLiveMoved(database, { version: '1', who: 'ann' })
  const port = stagePort({ database: () => database, operations: () => given, transports: () => Promise.resolve([{ name: 'pets', kind: 'http', address: 'http://127.0.0.1:1', serves: ['pets'] }]) })
  const { answer } = openService(opsService(port, () => 'ann'), testPlatform({ config: { response_check: 'fail' } }))
  return { database, send: async (line, sent) => {
    const { status, headers, body } = await answer(toRequest(line, sent))
    const text = Buffer.from(body).toString()
    return { status, text, json: () => JSON.parse(text) as unknown, type: headers['content-type'] }
  } }
}

async function run(database: Database, id: string, operation: string): Promise<void> {
  await putRunning(database, { id, operation, method: 'GET', path: '/pets/7', instance: 'node-a', version: '', callId: 'call-1', started: noon - 1500, until: noon + 10_000, crumbs: ['+0.100s table pets: load'] })
}

test('_cat tells its tables, and the routes sorted, filtered and in each form', async () => {
  const { send } = await openOps()
  assert.match((await send('GET /_cat')).text, /^=\^\.\^=\n\/routes\n/)
  const rows = (await send('GET /_cat/routes?v&s=path,method:desc&h=method,path,stats.req.*')).text.trim().split('\n').map((line) => line.split(/\s+/))
  assert.deepEqual(rows, [['method', 'path', 'stats.req.active', 'stats.req.total'], ['POST', '/pets', '0', '0'], ['GET', '/pets', '0', '0'], ['GET', '/pets/{id}', '0', '0']])
  const json = await send(`GET /_cat/routes/getPet,${listPets.id}?h=*`, { headers: { accept: 'application/json' } })
  assert.deepEqual((json.json() as { id: number; name: string }[]).map(({ id, name }) => [id, name]), [[Number(getPet.id), 'getPet'], [Number(listPets.id), 'listPets']])
  assert.match(json.text, /"stats\.resp\.time_avg_1m":null/)
  assert.equal((await send('GET /_cat/routes?format=yaml&h=path')).type, 'application/x-yaml')
  for (const table of ['routes', 'tasks', 'middlewares', 'transports']) assert.match((await send(`GET /_cat/${table}?help`)).text, /^-+ {2}-+\n/)
  assert.match((await send('GET /_cat/middlewares?h=name,kind,operation')).text, /^call +step +-\naudited +decorator +addPet\n/m)
  assert.match((await send('GET /_cat/transports')).text, /^pets +http +http:\/\/127\.0\.0\.1:1 +pets\n$/)
})

test('settings are merged by key, shown flat and with defaults, and reset by null and star', async () => {
  const { send, database } = await openOps()
  const put = (body: string): ReturnType<typeof send> => send(`PUT /_routes/${getPet.id},listPets/settings`, { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  assert.equal((await put('{"transient": {"preempt": {"status": "503", "reason": "Down"}}, "expires_in": "10m", "reason": "surge"}')).status, 200)
  const merged = await put('{"transient.preempt.text": "x"}')
  assert.deepEqual(merged.json(), Object.fromEntries([getPet, listPets].map(({ id }) => [id, { persistent: {}, transient: { preempt: { status: 503, reason: 'Down', text: 'x' } } }])))
  assert.deepEqual((await readControl(database)).operations.get('getPet')!.notes.transient.preempt!.who, 'ann')
  assert.deepEqual((await send(`GET /_routes/getPet/settings?flat_settings&filter_path=*.transient.preempt.status`)).json(), { [getPet.id]: { transient: { 'preempt.status': 503 } } })
  assert.match((await send('GET /_routes/getPet/settings?include_defaults&flat_settings')).text, /"preempt\.retry_after":null/)
  assert.deepEqual(Object.values((await put('{"transient": {"preempt.*": null}}')).json() as object)[0], { persistent: {}, transient: {} })
  assert.equal((await send('PUT /_routes/*/settings', { body: '{"persistent": {"read_only": true}}' })).status, 200)
  assert.deepEqual(((await send('GET /_routes/settings')).json() as Record<string, unknown>)['*'], { persistent: { read_only: true }, transient: {} })
})

test('what is wrong is said in the form of the seed, and nothing is changed then', async () => {
  const { send, database } = await openOps()
  const unknown = await send(`PUT /_routes/${getPet.id},12,nope/settings`, { body: '{"transient": {"preempt": {"status": 503}}}' })
  assert.equal(unknown.status, 404)
  assert.deepEqual((unknown.json() as { unknown: unknown }).unknown, ['12', 'nope'])
  for (const [line, body, status, said] of [
    ['PUT /_routes/getPet/settings', '{', 400, { json: ['Invalid JSON body.'] }],
    ['PUT /_routes/getPet/settings', '[]', 422, { json: { _schema: ['Invalid input type.'] } }],
    ['PUT /_routes/getPet/settings', '{"bogus": 1}', 422, { json: { bogus: ['Unknown field.'] } }],
    ['PUT /_routes/getPet/settings', '{"transient": {"preempt": {"reason": "a\\r\\nb"}}}', 422, { json: { transient: { preempt: { reason: ['Must be at most 200 visible ASCII characters without line breaks.'] } } } }],
    ['PUT /_routes/getPet/settings', '{"transient": {"__proto__": {"a": 1}}}', 422, { json: { transient: JSON.parse('{"__proto__": ["Unknown field."]}') as unknown } }],
    ['GET /_cat/routes?v=maybe', undefined, 422, { querystring: { v: ['Not a valid boolean.'] } }],
    ['GET /_routes?format=xml', undefined, 422, { querystring: { format: ['Must be one of: text, json, yaml.'] } }],
  ] as const) {
    const answer = await send(line, body === undefined ? {} : { body })
    assert.deepEqual([answer.status, answer.json()], [status, said], line)
  }
  assert.equal((await send('PUT /_routes/settings', { body: '{}' })).status, 405)
  assert.equal((await send('GET /_routes/getPet/interrupt')).status, 405)
  assert.equal((await readControl(database)).revision, 1)
})

test('what runs is listed, interrupted by its route and cancelled by its id in all spellings', async () => {
  const { send, database } = await openOps()
  await run(database, 'r.1', 'getPet')
  await run(database, 'r.2', 'listPets')
  assert.match((await send('GET /_cat/tasks?h=id,route_id,running_time&s=id')).text, new RegExp(`^r\\.1 +${getPet.id} +1\\.5s\\nr\\.2 `))
  const { nodes } = (await send('GET /_tasks?actions=get*&detailed&human')).json() as { nodes: Record<string, { tasks: Record<string, Record<string, unknown>> }> }
  assert.deepEqual(Object.keys(nodes['node-a']!.tasks), ['r.1'])
  assert.equal(nodes['node-a']!.tasks['r.1']!['running_time'], '1.5s')
  assert.match((await send('GET /_tasks/r.1/print_stack')).text, /getPet.*\n {2}\+0\.100s table pets: load\n$/)
  assert.equal((await send(`POST /_routes/${getPet.id}/interrupt`, { headers: { 'content-type': 'application/json' } })).status, 204)
  for (const line of ['POST /_tasks/r.2/cancel', 'GET /_tasks/r.2/cancel', 'POST /_tasks/r.2/_cancel', 'POST /_tasks/_cancel?actions=listPets']) assert.match((await send(line)).text, /"cancelled":true/, line)
  assert.deepEqual((await readControl(database)).interrupts.map(({ operation, request }) => operation ?? request), ['getPet', 'r.2'])
  assert.equal((await send('POST /_tasks/gone/cancel')).status, 404)
})

test('many operations are listed whole, and unknown ids leave nothing behind', async () => {
  const many = Array.from({ length: 1224 }, (_, index) => ({ ...getPet, id: routeId('GET', `/x${index}`), operation: `op${index}`, path: `/x${index}` }))
  const { send, database } = await openOps(many)
  assert.equal((await send('GET /_cat/routes?s=path')).text.trim().split('\n').length, 1224)
  for (let index = 0; index < 200; index += 1) assert.equal((await send(`PUT /_routes/${Array.from({ length: 500 }, (_, other) => `n${index}-${other}`).join(',')}/settings`, { body: '{"transient":{"read_only":true}}' })).status, 404)
  assert.equal((await readControl(database)).operations.size, 0)
})
