// Time-outs, retries and deadlines, with time and chance under the test's control.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clock, createClient, type Fetch } from '../../src/client/index.ts'
import { json, serve, things, thrownBy } from './things.ts'

interface FakeClock extends Clock {
  pauses: number[]
}

function clock(start = 1_000_000): FakeClock {
  let time = start
  const pauses: number[] = []
  return {
    pauses,
    now: () => time,
    random: () => 0.5,
    async sleep(milliseconds) {
      pauses.push(milliseconds)
      time += milliseconds
    },
  }
}

const thing = { path: { id: 'a' } }

/** A fetch that fails with a network code the first times. */
function failing(code: string, times: number): Fetch & { calls: number } {
  const fetch = async (): Promise<Response> => {
    fetch.calls++
    if (fetch.calls <= times) throw new TypeError('fetch failed', { cause: Object.assign(new Error(`it was ${code}`), { code }) })
    return Response.json({ id: 'a' }, { status: 200 })
  }
  fetch.calls = 0
  return fetch
}

/** A fetch that never answers and does not listen to its signal. */
function silent(): Fetch & { calls: number } {
  const fetch = async (): Promise<Response> => {
    fetch.calls++
    return new Promise(() => undefined)
  }
  fetch.calls = 0
  return fetch
}

test('a time-out is BACKEND_TIMEOUT and repeated for GET and PATCH only', async () => {
  for (const [method, calls] of [['GET', 3], ['PATCH', 3], ['HEAD', 3], ['POST', 1], ['DELETE', 1]] as const) {
    const fetch = silent()
    const client = createClient(things, { url: 'http://x', fetch, timeoutMs: 5, clock: clock() })
    const call = { GET: () => client.getThing(thing), PATCH: () => client.patchThing(thing), HEAD: () => client.headThing(thing), POST: () => client.createThing({ body: { id: 'a' } }), DELETE: () => client.deleteThing(thing) }[method]
    const error = await thrownBy(call())
    assert.deepEqual([error['code'], error['status'], fetch.calls], ['BACKEND_TIMEOUT', 504, calls], method)
    assert.match(error.message, /of things did not answer within 5 ms$/)
  }
})

test('a body that does not end is a time-out too', async () => {
  await using server = await serve((_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":'))
  const error = await thrownBy(createClient(things, { url: server.url, timeoutMs: 50, attempts: 1 }).getThing(thing))
  assert.equal(error['code'], 'BACKEND_TIMEOUT')
})

test('what was never sent is repeated for every method, with growing pauses', async () => {
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']) {
    const fetch = failing(code, 2)
    const time = clock()
    await createClient(things, { url: 'http://x', fetch, clock: time }).createThing({ body: { id: 'a' } })
    assert.equal(fetch.calls, 3, code)
    assert.deepEqual(time.pauses, [50, 100])
  }
})

test('pauses do not grow beyond two seconds', async () => {
  const time = clock()
  await thrownBy(createClient(things, { url: 'http://x', fetch: failing('ECONNREFUSED', 99), clock: time, attempts: 8 }).createThing({ body: { id: 'a' } }))
  assert.deepEqual(time.pauses, [50, 100, 200, 400, 800, 1000, 1000])
})

test('a connection that broke is repeated only where that changes nothing', async () => {
  const post = failing('ECONNRESET', 1)
  const error = await thrownBy(createClient(things, { url: 'http://x', fetch: post, clock: clock() }).createThing({ body: { id: 'a' } }))
  assert.deepEqual([error['code'], error['status'], post.calls], ['BACKEND_UNREACHABLE', 502, 1])
  assert.match(error.message, /createThing of things could not be reached: it was ECONNRESET/)
  assert.ok(error.cause instanceof TypeError)
  const get = failing('ECONNRESET', 1)
  assert.deepEqual(await createClient(things, { url: 'http://x', fetch: get, clock: clock() }).getThing(thing), { id: 'a' })
})

test('a refused connection is BACKEND_UNREACHABLE after all attempts', async () => {
  const server = await serve(() => undefined)
  await server[Symbol.asyncDispose]()
  const time = clock()
  const error = await thrownBy(createClient(things, { url: server.url, clock: time }).createThing({ body: { id: 'a' } }))
  assert.equal(error['code'], 'BACKEND_UNREACHABLE')
  assert.match(error.message, /ECONNREFUSED/)
  assert.equal(time.pauses.length, 2)
})

test('429 and 503 with Retry-After are waited for by GET, unless it takes too long', async () => {
  await using server = await serve((request, response, count) => {
    const after = request.url === '/getText' ? '3600' : '2'
    if (count % 2 === 1) return json(response.setHeader('retry-after', after), 503, { status: 503, error: 'BUSY', error_description: 'busy' })
    return json(response, 200, { id: 'a' })
  })
  const time = clock()
  const client = createClient(things, { url: server.url, clock: time })
  assert.deepEqual(await client.getThing(thing), { id: 'a' })
  assert.deepEqual(time.pauses, [2000])
  assert.equal((await thrownBy(client.getText()))['code'], 'BUSY')
  assert.equal(server.received.length, 3)
})

test('503 is not repeated for POST, nor without Retry-After', async () => {
  await using server = await serve((request, response) => json(request.method === 'POST' ? response.setHeader('retry-after', '1') : response, 503, { status: 503, error: 'BUSY', error_description: 'busy' }))
  const client = createClient(things, { url: server.url, clock: clock() })
  await thrownBy(client.createThing({ body: { id: 'a' } }))
  await thrownBy(client.getThing(thing))
  assert.equal(server.received.length, 2)
})

test('no attempt and no pause goes past the deadline', async () => {
  const time = clock()
  const late = failing('ECONNREFUSED', 99)
  await thrownBy(createClient(things, { url: 'http://x', fetch: late, clock: time, deadline: time.now() + 40 }).getThing(thing))
  assert.deepEqual([late.calls, time.pauses.length], [1, 0])

  const over = silent()
  const error = await thrownBy(createClient(things, { url: 'http://x', fetch: over, clock: time, deadline: () => time.now() - 1 }).getThing(thing))
  assert.deepEqual([error['code'], over.calls], ['BACKEND_TIMEOUT', 0])

  const short = await thrownBy(createClient(things, { url: 'http://x', fetch: silent(), clock: time, deadline: time.now() + 20, attempts: 1 }).getThing(thing))
  assert.match(short.message, /within 20 ms, which is all that the caller has left/)
})

test('an aborted call rejects with the reason of its signal and is not repeated', async () => {
  const fetch = silent()
  const controller = new AbortController()
  const client = createClient(things, { url: 'http://x', fetch, clock: clock() })
  const call = thrownBy(client.getThing(thing, { signal: controller.signal }))
  const reason = new Error('enough')
  queueMicrotask(() => controller.abort(reason))
  assert.equal(await call, reason)
  assert.equal(await thrownBy(client.getThing(thing, { signal: controller.signal })), reason)
  assert.ok(fetch.calls <= 1)
})

test('a pause ends when the caller gives up', async () => {
  const controller = new AbortController()
  const fetch: Fetch = async () => {
    queueMicrotask(() => setImmediate(() => controller.abort(new Error('enough'))))
    return Response.json({}, { status: 503, headers: { 'retry-after': '9' } })
  }
  const error = await thrownBy(createClient(things, { url: 'http://x', fetch }).getThing(thing, { signal: controller.signal }))
  assert.equal(error.message, 'enough')
})

test('what a decorator adds to one attempt is not in the next', async () => {
  const spec = { ...things, operations: things.operations.map((entry) => ({ ...entry, settings: { decorateRequest: 'count' } })) }
  const seen: (string | null)[] = []
  const inner = failing('ECONNREFUSED', 1)
  const client = createClient(spec, {
    url: 'http://x',
    clock: clock(),
    fetch: (url, init) => (seen.push((init.headers as Headers).get('x-count')), inner(url, init)),
    decorators: { count: (send) => (request) => (request.headers.append('x-count', '1'), send(request)) },
  })
  await client.getThing(thing)
  assert.deepEqual(seen, ['1', '1'])
})
