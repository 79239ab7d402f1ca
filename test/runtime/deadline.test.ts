// The time of an operation: what never settles is answered with 504, and what happens afterwards harms nobody.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SecurityHandler } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, type LooseHandlers, open, operation } from './service-fixture.ts'

const spec = await compileApi(apiDocument({
  '/slow': { get: operation('slow') },
  '/own': { get: operation('own', { 'x-klue-timeout': 1 }) },
  '/closed': { get: operation('closed', { security: [{ key: [] }] }) },
}, { components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-key' } } } }))
const never = (): Promise<never> => new Promise(() => undefined)
const headers = { 'x-key': 'k' }

// A clock that stands still just before the platform's end: the limit is then zero, and no test has to wait.
const start = 1_000_000
const parts = { now: () => start }
const ending = { more: { endsAt: start + 250 } }

function slowService(run: LooseHandlers[string], key: SecurityHandler = () => true) {
  return open({ spec, handlers: { slow: run, own: run, closed: run } as LooseHandlers, security: { key } }, parts)
}

test('a handler that never settles gets 504 DEADLINE_EXCEEDED, and its signal is aborted', async () => {
  let signal: AbortSignal | undefined
  const { send, log } = slowService((_input, context) => {
    signal = context.signal
    return never()
  })
  const answer = await send('GET /slow', ending)
  assert.deepEqual([answer.status, answer.json['error']], [504, 'DEADLINE_EXCEEDED'])
  assert.match(answer.json['error_description'] as string, /^slow did not finish/)
  assert.equal(signal?.aborted, true)
  assert.equal((signal?.reason as { code?: string } | undefined)?.code, 'DEADLINE_EXCEEDED')
  assert.equal(log.at(-1)!['status'], 504)
})

test('what a handler throws or rejects after the 504 is no unhandled rejection', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    let reject: ((reason: unknown) => void) | undefined
    const { send } = slowService(() => new Promise((_resolve, refuse) => (reject = refuse)))
    assert.equal((await send('GET /slow', ending)).status, 504)
    reject!(new Error('too late'))
    for (let turn = 0; turn < 5; turn++) await nextTurn()
    assert.deepEqual(unhandled, [])
  } finally {
    process.off('unhandledRejection', note)
  }
})

test('a handler that heeds its signal may end with it', async () => {
  const { send } = slowService((_input, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))))
  assert.equal((await send('GET /slow', ending)).status, 504)
})

test('endsAt is the earlier of the operation and the platform', async () => {
  const { send } = slowService((_input, { endsAt }) => ({ left: endsAt - start }))
  assert.equal((await send('GET /slow')).json['left'], 29_000)
  assert.equal((await send('GET /own')).json['left'], 1000)
  assert.equal((await send('GET /slow', { more: { endsAt: start + 5000 } })).json['left'], 4750)
  assert.equal((await send('GET /own', { more: { endsAt: start + 5000 } })).json['left'], 1000)
  const short = open({ spec, handlers: { slow: (_input, { endsAt }) => ({ left: endsAt - start }) } as LooseHandlers, security: { key: () => true } }, { ...parts, config: { timeout_seconds: 3 } })
  assert.equal((await short.send('GET /slow')).json['left'], 3000)
})

test('a handler that answers at once is answered even when no time is left', async () => {
  assert.equal((await slowService(() => ({})).send('GET /slow', { more: { endsAt: start - 10_000 } })).status, 200)
})

test('a security check that never settles is inside the time too', async () => {
  const answer = await slowService(() => ({}), never).send('GET /closed', { headers, ...ending })
  assert.deepEqual([answer.status, answer.json['error']], [504, 'DEADLINE_EXCEEDED'])
})

test('a security check that ends after the 504 no longer leads to the handler', async () => {
  let calls = 0
  let admit: ((verdict: boolean) => void) | undefined
  const { send } = slowService(() => ({ calls: (calls += 1) }), () => new Promise((resolve) => (admit = resolve)))
  assert.equal((await send('GET /closed', { headers, ...ending })).status, 504)
  admit!(true)
  for (let turn = 0; turn < 5; turn++) await nextTurn()
  assert.equal(calls, 0)
})

test('raw routes have the same limit', async () => {
  const { send } = open({ spec, handlers: {}, security: { key: () => true }, routes: { 'GET /raw': never } }, parts)
  const answer = await send('GET /raw', ending)
  assert.deepEqual([answer.status, answer.json['error']], [504, 'DEADLINE_EXCEEDED'])
})
