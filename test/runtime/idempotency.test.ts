// An operation that asks for idempotency: one effect and one answer for each key, and everything that stands in the way.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { reply } from '../../src/runtime/index.ts'
import { type KeyTable, openKeyTable, openTransfers, sent } from './idempotent-service.ts'

let table: KeyTable
before(async () => {
  table = await openKeyTable()
})
after(() => table.close())

let count = 0
const newKey = (): string => `key-${(count += 1)}`

function counted(answer: (run: number) => unknown = (run) => reply(200, { run }, { headers: { location: `/transfers/${run}` } })): { runs: number; handler: () => unknown } {
  const counter = { runs: 0, handler: (): unknown => answer((counter.runs += 1)) }
  return counter
}

test('the same request with the same key gets the first answer again, marked, and the handler runs once', async () => {
  const counter = counted()
  const { send, log } = await openTransfers(table, { transfer: counter.handler })
  const key = newKey()
  const first = await send('POST /transfers', sent(key))
  const second = await send('POST /transfers', sent(key))
  assert.deepEqual([first.status, first.json, first.headers['location'], first.headers['idempotent-replayed']], [200, { run: 1 }, '/transfers/1', undefined])
  assert.deepEqual([second.status, second.text, second.headers['location'], second.headers['content-type'], second.headers['idempotent-replayed']], [200, first.text, '/transfers/1', 'application/json', 'true'])
  assert.equal(counter.runs, 1)
  // Both lines name the key by the same hash, which is not the key.
  const [line, again] = log
  assert.match(String(line!['idempotency']), /^[\w-]{32}$/)
  assert.deepEqual([line!['replayed'], again!['idempotency'], again!['replayed']], [undefined, line!['idempotency'], true])
})

test('quoted and bare, a key is the same; what differs only in spelling is the same request', async () => {
  const counter = counted()
  const { send } = await openTransfers(table, { transfer: counter.handler })
  const key = newKey()
  await send('POST /transfers', sent(key, { amount: 1, note: 'x' }))
  assert.equal((await send('POST /transfers', sent(` "${key}" `, { note: 'x', amount: 1 }))).headers['idempotent-replayed'], 'true')
  // The default of a parameter is what leaving it out means.
  assert.equal((await send('POST /transfers?mode=fast', sent(key, { amount: 1, note: 'x' }))).headers['idempotent-replayed'], 'true')
  await send('POST /transfers', sent('a\\"b'))
  assert.equal((await send('POST /transfers', sent('"a\\\\\\"b"'))).headers['idempotent-replayed'], 'true')
  assert.equal(counter.runs, 2)
})

test('another path, query, body or named header under the same key is 422; other headers do not count', async () => {
  const counter = counted()
  const { send } = await openTransfers(table, { transfer: counter.handler, pay: counter.handler })
  const key = newKey()
  await send('POST /transfers', sent(key))
  for (const [line, body, headers] of [['POST /transfers', { amount: 2 }, {}], ['POST /transfers?mode=slow', { amount: 1 }, {}], ['POST /transfers', { amount: 1 }, { 'x-account': '7' }], ['POST /transfers', { amount: 1, note: '' }, {}]] as const) {
    const { status, json } = await send(line, sent(key, body, headers))
    assert.deepEqual([status, json['error']], [422, 'IDEMPOTENCY_KEY_REUSED'], JSON.stringify([line, body, headers]))
  }
  assert.equal((await send('POST /transfers', sent(key, { amount: 1 }, { 'x-other': '7' }))).status, 200)
  await send('POST /payments/1', sent(key))
  assert.equal((await send('POST /payments/2', sent(key))).status, 422)
  assert.equal(counter.runs, 2)
})

test('another caller and another operation have keys of their own', async () => {
  const counter = counted()
  const { send } = await openTransfers(table, { transfer: counter.handler, maybe: counter.handler, nameless: counter.handler })
  const key = newKey()
  await send('POST /transfers', sent(key))
  assert.equal((await send('POST /transfers', sent(key, { amount: 2 }, { 'x-key': 'bob' }))).json['run'], 2)
  assert.equal((await send('POST /maybe', sent(key))).json['run'], 3)
  // A check that gives no name: what was shown tells callers apart.
  assert.equal((await send('POST /nameless', sent(key))).json['run'], 4)
  assert.equal((await send('POST /nameless', sent(key, undefined, { 'x-key': 'bob' }))).json['run'], 5)
  assert.equal((await send('POST /nameless', sent(key))).json['run'], 4)
})

test('a missing key is refused where it is required, and not asked for where it is optional', async () => {
  const counter = counted()
  const { send } = await openTransfers(table, { transfer: counter.handler, maybe: counter.handler, inBody: counter.handler })
  const refused = await send('POST /transfers', sent(undefined))
  assert.deepEqual([refused.status, refused.json['error']], [400, 'IDEMPOTENCY_KEY_MISSING'])
  assert.equal(refused.json['error_description'], 'transfer wants an idempotency key in the header Idempotency-Key: a UUID, the same one each time that the same request is sent')
  assert.match(String((await send('POST /body', sent('in-the-header'))).json['error_description']), /in \/idempotency_key of the body/)
  assert.equal(counter.runs, 0)
  assert.deepEqual([(await send('POST /maybe', sent(undefined))).json, (await send('POST /maybe', sent(undefined))).json], [{ run: 1 }, { run: 2 }])
})

test('a malformed key is 400, wherever it lies', async () => {
  const counter = counted()
  const { send } = await openTransfers(table, { transfer: counter.handler, inBody: counter.handler, maybe: counter.handler })
  for (const key of ['', ' ', '""', '"', 'two words', '"a", "b"', '"a"b"', 'ü', 'a\tb', 'x'.repeat(256), '"open']) {
    for (const path of ['/transfers', '/maybe']) {
      const { status, json } = await send(`POST ${path}`, sent(key))
      assert.deepEqual([status, json['error']], [400, 'IDEMPOTENCY_KEY_INVALID'], JSON.stringify(key))
    }
    if (!key.startsWith('"')) assert.equal((await send('POST /body', sent(undefined, { idempotency_key: key }))).status, 400, JSON.stringify(key))
  }
  assert.equal(counter.runs, 0)
  assert.equal((await send('POST /transfers', sent('x'.repeat(255)))).status, 200)
})

test('with the key in the body the header means nothing', async () => {
  const counter = counted()
  const { send } = await openTransfers(table, { inBody: counter.handler })
  const key = newKey()
  const body = { amount: 3, idempotency_key: key }
  await send('POST /body', sent('one', body))
  assert.equal((await send('POST /body', sent('two', body))).headers['idempotent-replayed'], 'true')
  assert.equal((await send('POST /body', sent('one', { ...body, amount: 4 }))).status, 422)
  assert.equal(counter.runs, 1)
})

test('where nobody is logged in a key needs 128 bits', async () => {
  const counter = counted()
  const { send } = await openTransfers(table, { anybody: counter.handler })
  for (const key of ['order-17', 'a'.repeat(64), '0'.repeat(39), '550e8400-e29b-41d4-a716', '123456789012345678901234567890']) {
    const { status, json } = await send('POST /open', { headers: { 'idempotency-key': key } })
    assert.deepEqual([status, json['error']], [400, 'IDEMPOTENCY_KEY_INVALID'], key)
  }
  for (const key of ['550e8400-e29b-41d4-a716-446655440000', 'V7yq0mXyR2eJ4dTnK1aZ9w', '340282366920938463463374607431768211456', '01ARZ3NDEKTSV4RRFFQ69G5FAV']) assert.equal((await send('POST /open', { headers: { 'idempotency-key': key } })).status, 200, key)
})

test('while the first request runs the second is 409 with Retry-After', async () => {
  let end: (value: unknown) => void = () => undefined
  let start: () => void = () => undefined
  const started = new Promise<void>((resolve) => (start = resolve))
  const { send } = await openTransfers(table, { transfer: () => new Promise((resolve) => {
    end = resolve
    start()
  }) })
  const key = newKey()
  const first = send('POST /transfers', sent(key))
  await started
  const second = await send('POST /transfers', sent(key))
  assert.deepEqual([second.status, second.json['error'], second.headers['retry-after']], [409, 'IDEMPOTENCY_IN_PROGRESS', '1'])
  assert.equal((await send('POST /transfers', sent(key, { amount: 9 }))).status, 422)
  end({ done: true })
  assert.equal((await first).status, 200)
  assert.deepEqual((await send('POST /transfers', sent(key))).json, { done: true })
})

test('2xx, 3xx and 4xx of the handler are kept but 408, 409, 423, 425, 429; those and 5xx free the key', async () => {
  const { HttpError } = await import('../../src/runtime/index.ts')
  for (const status of [200, 201, 303, 400, 402, 404, 410, 422]) {
    const counter = counted((run) => (status < 400 ? reply(status, { run }) : new HttpError({ status, code: 'OWN' }, `run ${run}`)))
    const { send } = await openTransfers(table, { transfer: counter.handler })
    const key = newKey()
    const first = await send('POST /transfers', sent(key))
    const second = await send('POST /transfers', sent(key))
    assert.deepEqual([first.status, second.status, second.text, second.headers['idempotent-replayed'], counter.runs], [status, status, first.text, 'true', 1], String(status))
  }
  for (const status of [408, 409, 423, 425, 429, 500, 503, 599]) {
    const attempts: unknown[] = []
    const { send } = await openTransfers(table, { transfer: (_input, { idempotency }) => {
      attempts.push(idempotency?.attempt)
      if (attempts.length === 1) throw new HttpError({ status, code: 'OWN' }, 'once')
      return { attempts: attempts.length }
    } })
    const key = newKey()
    assert.equal((await send('POST /transfers', sent(key))).status, status)
    assert.deepEqual((await send('POST /transfers', sent(key))).json, { attempts: 2 })
    assert.deepEqual(attempts, [1, 2])
  }
})

test('a freed key may bring another request, which begins anew', async () => {
  const attempts: unknown[] = []
  const { send } = await openTransfers(table, { transfer: (input, { idempotency }) => {
    attempts.push(idempotency?.attempt)
    if ((input.body as { amount: number }).amount === 1) throw new Error('broken')
    return {}
  } })
  const key = newKey()
  assert.equal((await send('POST /transfers', sent(key))).status, 500)
  assert.equal((await send('POST /transfers', sent(key, { amount: 2 }))).status, 200)
  assert.equal((await send('POST /transfers', sent(key))).status, 422)
  assert.deepEqual(attempts, [1, 1])
})

test('refusals before the handler never claim a key', async () => {
  const counter = counted()
  const { send } = await openTransfers(table, { transfer: counter.handler }, { config: { body_limit_bytes: 100 } })
  const key = newKey()
  assert.equal((await send('POST /transfers', sent(key, undefined, { 'x-key': '' }))).status, 401)
  assert.equal((await send('POST /transfers', sent(key, { amount: 'much' }))).status, 400)
  assert.equal((await send('POST /transfers', sent(key, { note: 'x'.repeat(200) }))).status, 413)
  assert.equal((await send('POST /transfers', sent(key, {}, { 'content-type': 'text/csv' }))).status, 415)
  assert.equal((await send('POST /transfers', sent(key, {}, { accept: 'image/png' }))).status, 406)
  // Any other body is still free to use the key.
  assert.deepEqual((await send('POST /transfers', sent(key, { amount: 5 }))).json, { run: 1 })
})

test('never kept: cookies, tokens, streams, more than 300 KB, and what could not be sent', async () => {
  async function* stream(): AsyncGenerator<string> {
    yield 'a'
  }
  const answers: [string, () => unknown, number, unknown?][] = [
    ['a stream', stream, 200],
    ['a stream in a reply', () => reply(201, stream()), 201],
    ['a large answer', () => ({ text: 'x'.repeat(300_000) }), 200],
    ['a token', () => ({ access_token: 'abc' }), 200],
    ['a signed token', () => ({ note: `eyJhbGciOiJIUzI1NiJ9.${'e'.repeat(20)}.${'s'.repeat(20)}` }), 200],
    ['a token in a header', () => reply(200, {}, { headers: { 'x-auth': 'Bearer abcdefgh' } }), 200],
    ['what JSON cannot hold', () => ({ count: 1n }), 500],
    ['what cannot be delivered', () => ({ text: 'x'.repeat(400_000) }), 500],
  ]
  for (const [name, answer, status] of answers) {
    const counter = counted(answer)
    const { send } = await openTransfers(table, { transfer: counter.handler }, { config: { response_limit_bytes: 350_000 } })
    const key = newKey()
    assert.equal((await send('POST /transfers', sent(key))).status, status, name)
    const second = await send('POST /transfers', sent(key))
    assert.deepEqual([second.status, second.json['error'], second.json['first_status'], counter.runs], [409, 'ANSWER_NOT_KEPT', status, 1], name)
  }
  const { send } = await openTransfers(table, { transfer: () => reply(200, { fine: true }, { cookies: ['session=abc'], headers: { 'set-cookie': 'other=abc' } }) })
  const key = newKey()
  assert.equal((await send('POST /transfers', sent(key))).cookies.length, 1)
  const again = await send('POST /transfers', sent(key))
  assert.deepEqual([again.status, again.cookies, again.headers['set-cookie'], again.json], [200, [], undefined, { fine: true }])
})

test('bytes, large texts and empty answers come back as they were', async () => {
  for (const body of [Buffer.from([0, 255, 10]), 'ä'.repeat(5000), { rows: Array.from({ length: 500 }, (_, row) => ({ row })) }]) {
    const { send } = await openTransfers(table, { transfer: () => reply(200, body, body instanceof Uint8Array ? { headers: { 'content-type': 'image/png' } } : {}) })
    const key = newKey()
    const first = await send('POST /transfers', sent(key))
    const second = await send('POST /transfers', sent(key))
    assert.deepEqual([Buffer.from(second.body), second.headers['content-type'], second.headers['idempotent-replayed']], [Buffer.from(first.body), first.headers['content-type'], 'true'])
  }
  const { send } = await openTransfers(table, { transfer: () => reply(204) })
  const key = newKey()
  await send('POST /transfers', sent(key))
  const again = await send('POST /transfers', sent(key))
  assert.deepEqual([again.status, again.text, again.headers['idempotent-replayed']], [204, '', 'true'])
})

test('a key is known for its ttl, by the clock, not by when the table forgets it', async () => {
  const counter = counted()
  const { send } = await openTransfers(table, { pay: counter.handler })
  const key = newKey()
  await send('POST /payments/1', sent(key))
  table.now.ms += 3_590_000
  assert.equal((await send('POST /payments/1', sent(key))).json['run'], 1)
  table.now.ms += 11_000
  assert.equal((await send('POST /payments/1', sent(key))).json['run'], 2)
  assert.equal((await send('POST /payments/1', sent(key))).json['run'], 2)
})
