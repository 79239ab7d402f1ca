// Idempotency keys at the edge of Lambda and over a socket on one table: a key that one edge has seen is known to the other.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer } from '../../src/dev/index.ts'
import { toLambda } from '../../src/lambda/index.ts'
import { defineService, reply } from '../../src/runtime/index.ts'
import { openService } from '../../src/runtime/edge.ts'
import { overEvent, overSocket, type Wire } from './edge-requests.ts'
import { type KeyTable, openKeyTable, transfersDocument } from '../runtime/idempotent-service.ts'
import { compileApi, type LooseHandlers, testPlatform } from '../runtime/service-fixture.ts'

type Edge = (wire: Wire) => ReturnType<typeof overEvent>

let table: KeyTable
let edges: { lambda: Edge; socket: Edge }
let close: () => Promise<void>
let runs = 0
let handle: () => unknown
before(async () => {
  table = await openKeyTable()
  const spec = await compileApi(transfersDocument)
  const handlers = Object.fromEntries(spec.table.operations.map(({ id }) => [id, () => handle()])) as LooseHandlers
  const service = defineService({ spec, handlers, security: { key: (shown) => (shown.kind === 'apiKey' ? { id: shown.key } : false), nameless: () => true } })
  const platform = (): ReturnType<typeof testPlatform> => testPlatform({ database: () => table.database, now: () => table.now.ms })
  const handler = toLambda(service, { platform })
  const { answer } = openService(service, platform())
  const server = await startServer({ port: 0, bodyLimitBytes: () => 100_000, answer })
  edges = { lambda: (wire) => overEvent(handler, wire), socket: (wire) => overSocket(server.port, wire) }
  close = async () => {
    await server.close(0)
    await table.close()
  }
})
after(() => close())

const transfer = (key: string | undefined, body: object = { amount: 1 }, caller = 'ann'): Wire => ({ method: 'POST', target: '/transfers', headers: [['X-Key', caller], ['Content-Type', 'application/json'], ...(key === undefined ? [] : [['Idempotency-Key', key] as [string, string]])], body: JSON.stringify(body) })

for (const [first, second] of [['lambda', 'lambda'], ['lambda', 'socket'], ['socket', 'lambda'], ['socket', 'socket']] as const) {
  test(`claimed by ${first}, asked again by ${second}`, async () => {
    const key = `${first}-${second}`
    const from = runs
    handle = () => reply(201, { run: (runs += 1), text: 'λ' }, { headers: { location: '/transfers/1' }, cookies: ['seen=1'] })
    const one = await edges[first](transfer(key))
    const two = await edges[second](transfer(key))
    assert.deepEqual([one.status, two.status, runs - from], [201, 201, 1])
    assert.equal(two.body, one.body)
    assert.deepEqual(two.headers['location'], one.headers['location'])
    assert.deepEqual([one.headers['idempotent-replayed'], two.headers['idempotent-replayed']], [undefined, 'true'])
    const other = await edges[second](transfer(key, { amount: 2 }))
    assert.deepEqual([other.status, errorOf(other)], [422, 'IDEMPOTENCY_KEY_REUSED'])
    assert.equal((await edges[second](transfer(key, { amount: 2 }, 'bob'))).status, 201)
    const none = await edges[second](transfer(undefined))
    assert.deepEqual([none.status, errorOf(none)], [400, 'IDEMPOTENCY_KEY_MISSING'])
  })

  test(`while ${first} runs it, ${second} is told 409`, async () => {
    let [start, end] = [(): void => undefined, (_value: unknown): void => undefined]
    const started = new Promise<void>((resolve) => (start = resolve))
    handle = () => new Promise((resolve) => {
      end = resolve
      start()
    })
    const key = `${first}-${second}-running`
    const one = edges[first](transfer(key))
    await started
    const two = await edges[second](transfer(key))
    assert.deepEqual([two.status, errorOf(two), two.headers['retry-after']], [409, 'IDEMPOTENCY_IN_PROGRESS', '1'])
    end({ done: true })
    assert.equal((await one).status, 200)
    assert.equal((await edges[second](transfer(key))).headers['idempotent-replayed'], 'true')
  })
}

function errorOf({ body }: Awaited<ReturnType<Edge>>): string {
  return (JSON.parse(String(body)) as { error: string }).error
}
