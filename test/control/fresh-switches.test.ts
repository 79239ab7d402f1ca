// How old switches may be where they are used: read at most once a second, waited for where they are old, closed where they are unknown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeSettings, openFreshSwitches, switchesFor } from '../../src/control/index.ts'
import type { Database } from '../../src/persist/index.ts'
import { noteLiveMoved } from '../../src/store/index.ts'
import { noon, stores } from '../telemetry/store-fixture.ts'

const openStore = stores()
const by = { who: 'ann' }

// A database that counts its reads, and one whose reads fail or hang.
function watched(database: Database): Database & { reads: number; mode: 'works' | 'fails' | 'hangs' } {
  return { ...database, reads: 0, mode: 'works', async run(name, input, options) {
    this.reads += 1
    if (this.mode === 'fails') throw new Error('the store is away')
    if (this.mode === 'hangs') return await new Promise<never>((_resolve, reject) => options?.signal?.addEventListener('abort', () => reject(new Error('given up'))))
    return await database.run(name, input, options)
  } }
}

test('young ones are used as they are, older ones refreshed beside, old ones waited for; a clock that stands while frozen harms nothing', async () => {
  const clock = { wall: noon, steady: 5 }
  const store = await openStore(() => clock.wall)
  const database = watched(store)
  const pass = (wall: number, steady: number = wall): void => void ((clock.wall += wall), (clock.steady += steady))
  const switches = openFreshSwitches({ database, now: () => clock.wall, monotonic: () => clock.steady })
  const status = async (): Promise<unknown> => switchesFor(await switches.read(), { operation: 'getPet', isCandidate: false }).preempt?.status
  assert.equal(await status(), undefined)
  await changeSettings(store, { operations: ['getPet'], transient: { 'preempt.status': 503 }, ...by })
  pass(999)
  assert.deepEqual([await status(), database.reads], [undefined, 1])
  pass(1)
  // The one that asks still sees the old ones; requests beside it share its read.
  assert.deepEqual([await status(), await status(), database.reads], [undefined, undefined, 2])
  while ((await status()) !== 503) await new Promise(setImmediate)
  assert.equal(database.reads, 2)
  await changeSettings(store, { operations: ['getPet'], transient: { preempt: null }, ...by })
  // Frozen for a minute: the steady clock stood still.
  pass(60_000, 0)
  assert.deepEqual([await status(), database.reads], [undefined, 3])
  await changeSettings(store, { operations: ['getPet'], transient: { 'preempt.status': 429 }, ...by })
  // The wall clock was set back.
  pass(-3_600_000, 2000)
  assert.equal(await status(), 429)
})

test('while the store is away or hangs the last known ones are kept and said to be stale, and it is asked once a second', async () => {
  let now = noon
  const store = await openStore(() => now)
  await changeSettings(store, { operations: ['getPet'], persistent: { read_only: true }, ...by })
  const database = watched(store)
  const switches = openFreshSwitches({ database, now: () => now, monotonic: () => now })
  database.mode = 'fails'
  assert.equal(await switches.read(), undefined)
  assert.deepEqual(switchesFor(undefined, { operation: 'getPet', isCandidate: false }), { read_only: true })
  assert.deepEqual([await switches.read(), await switches.read(), database.reads], [undefined, undefined, 1])
  database.mode = 'works'
  now += 1000
  assert.equal((await switches.read())!.isStale, false)
  database.mode = 'hangs'
  now += 2000
  const kept = (await switches.read())!
  assert.deepEqual([kept.isStale, switchesFor(kept, { operation: 'getPet', isCandidate: false })], [true, { read_only: true }])
  // What hangs is given up for a new read.
  database.mode = 'works'
  now += 1000
  assert.equal((await switches.read())!.isStale, false)
  switches.close()
})

test('what ends does so between reads, live moves end transient ones, a candidate sees persistent ones alone, the stage closes everything', async () => {
  let now = noon
  const store = await openStore(() => now)
  const switches = openFreshSwitches({ database: store, now: () => now, monotonic: () => now })
  await changeSettings(store, { operations: ['getPet'], persistent: { timeout_seconds: 3 }, ...by })
  await changeSettings(store, { operations: ['getPet'], transient: { timeout_seconds: 9 }, expiresInSeconds: 1, ...by })
  await changeSettings(store, { operations: ['*'], transient: { read_only: true }, ...by })
  now += 600
  const seen = async (isCandidate: boolean): Promise<unknown> => switchesFor(await switches.read(), { operation: 'getPet', isCandidate })
  assert.deepEqual([await seen(false), await seen(true)], [{ timeout_seconds: 9, read_only: true }, { timeout_seconds: 3 }])
  // Young enough to be used without a read, which would come to nothing here.
  now += 400
  assert.deepEqual(await seen(false), { timeout_seconds: 3, read_only: true })
  await noteLiveMoved(store, { version: 'next', who: 'pipeline' })
  now += 2000
  assert.deepEqual(await seen(false), { timeout_seconds: 3 })
})
