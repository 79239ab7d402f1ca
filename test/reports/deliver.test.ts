// A receiver that fails, hangs or is missing harms no other, and is noted.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Database } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { deliverOutgoing, type DeliveryNote, recordReport, sweepIncidents } from '../../src/reports/index.ts'
import { dyingAfter, unlessKilled } from '../persist/dying-database.ts'
import { again, crash, freshStore, message } from './sample.ts'

let dynamo: LocalDynamo
let now = Date.parse('2026-03-01T12:00:00Z')
before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
})
after(() => dynamo.close())

const never = (): Promise<never> => new Promise(() => undefined)

test('the hook gets title, body and details', async () => {
  const calls: unknown[][] = []
  await deliverOutgoing(message('new'), { channels: [], hook: (...words) => calls.push(words) })
  assert.equal(calls.length, 1)
  const [title, body, details] = calls[0] as [string, string, { kind: string; report: { errorId: string } }]
  assert.deepEqual([title, body, details.kind, details.report.errorId], [crash.title, crash.body, 'new', crash.errorId])
})

for (const [what, hook, reason] of [
  ['throws', () => { throw new Error('no') }, 'no'],
  ['rejects with something odd', () => Promise.reject(null as unknown as Error), 'null'],
  ['hangs', never, 'no end within 50 ms'],
] as const) {
  test(`a hook that ${what} is noted, called once, and the channels have the message`, async () => {
    const database = await freshStore(dynamo, () => now)
    const [outgoing] = await recordReport(database, again('a', now))
    const [sent, notes]: [string[], DeliveryNote[]] = [[], []]
    let calls = 0
    const options = { database, limitMs: 50, hook: () => { calls += 1; return hook() }, channels: [{ name: 'one', accepts: () => true, send: async () => void sent.push('one') }], note: (note: DeliveryNote) => notes.push(note) }
    await deliverOutgoing(outgoing!, options)
    await deliverOutgoing(outgoing!, options)
    now += 10 * 60_000
    assert.deepEqual(await sweepIncidents(database), [])
    assert.deepEqual([sent, calls, notes.map((note) => [note.receiver, note.isFinal])], [['one'], 1, [['errorReporter', true]]])
    assert.ok(notes[0]!.reason.includes(reason), notes[0]!.reason)
    database.close()
  })
}

test('a channel that hangs or fails for now gets the message from a later sweep, the others do not get it again', async () => {
  const database: Database = await freshStore(dynamo, () => now)
  const [outgoing] = await recordReport(database, again('a', now))
  const sent: string[] = []
  let fails = true
  const channels = [
    { name: 'good', accepts: () => true, send: async () => void sent.push('good') },
    { name: 'bad', accepts: () => true, send: async () => (fails ? await never() : void sent.push('bad')) },
    { name: 'other', accepts: () => false, send: async () => void sent.push('other') },
  ]
  const first = await deliverOutgoing(outgoing!, { database, channels, limitMs: 50 })
  assert.deepEqual([first.sent, first.failed.map(({ receiver, isFinal }) => [receiver, isFinal])], [['good'], [['bad', false]]])
  fails = false
  now += 61_000
  const [later] = await sweepIncidents(database)
  assert.deepEqual([later!.id, later!.attempt], [outgoing!.id, 2])
  assert.deepEqual(await deliverOutgoing(later!, { database, channels, limitMs: 5000 }), { sent: ['bad'], before: ['good'], failed: [] })
  assert.deepEqual(sent, ['good', 'bad'])
  now += 61_000
  assert.deepEqual(await sweepIncidents(database), [])
  database.close()
})

test('two deliveries of one message at once send it once', async () => {
  const database = await freshStore(dynamo, () => now)
  const [outgoing] = await recordReport(database, again('a', now))
  let sent = 0
  const channels = [{ name: 'one', accepts: () => true, send: async () => void (sent += 1) }]
  await Promise.all(Array.from({ length: 5 }, () => deliverOutgoing(outgoing!, { database, channels })))
  assert.equal(sent, 1)
  database.close()
})

test('a signal ends the waiting', async () => {
  const { failed } = await deliverOutgoing(message('new'), { channels: [{ name: 'one', accepts: () => true, send: never }], signal: AbortSignal.abort() })
  assert.deepEqual(failed.map(({ reason, isFinal }) => [reason, isFinal]), [['it was stopped', false]])
})

test('a store that fails is told to the caller, who repeats the delivery', async () => {
  const database = await freshStore(dynamo, () => now)
  const [outgoing] = await recordReport(database, again('a', now))
  let sent = 0
  const channels = [{ name: 'one', accepts: () => true, send: async () => void (sent += 1) }]
  assert.equal(await unlessKilled(deliverOutgoing(outgoing!, { database: dyingAfter(database, 0), channels })), false)
  assert.equal(sent, 0)
  await deliverOutgoing(outgoing!, { database, channels })
  assert.equal(sent, 1)
  database.close()
})
