// The lock of a stage against the embedded DynamoDB: one at a time, taken over from the dead, lost where somebody else has it; and the history beside it.
import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { after, before, test } from 'node:test'
import { holdLock, leaseMs } from '../../../src/deploy/pipeline/lock.ts'
import { liveIn, liveVersions, record } from '../../../src/deploy/pipeline/history.ts'
import { Stop } from '../../../src/deploy/pipeline/outcome.ts'
import { type Database, ensureTables, openDatabase } from '../../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../../src/platform/local/index.ts'
import { type Deployment, listDeployments, readLock, releaseLock, renewLock, storeDefinition, takeLock } from '../../../src/store/index.ts'

let dynamo: LocalDynamo
let database: Database
let now = 1_700_000_000_000

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'test-', now: () => now })
  await ensureTables(database, [storeDefinition])
})
after(async () => {
  database.close()
  await dynamo.close()
})

const options = { who: 'ann', doing: 'deploys 1', wait: false, tell: (): void => undefined }
const isLocked = (error: unknown): boolean => error instanceof Stop && error.result === 'locked'
const elsewhere = { owner: 'other', who: 'bob', host: 'another-machine', pid: 1, since: '2026-03-01T09:30:00.000Z', doing: 'deploys 2' }

test('a second one is told who is there and since when', async () => {
  const lock = await holdLock({ database, ...options })
  await assert.rejects(holdLock({ database, ...options, who: 'bob' }), (error: unknown) => isLocked(error) && /^ann deploys 1 since 2023-11-14 22:13:20 UTC \(process \d+ on .+\); --wait waits/.test((error as Error).message))
  await lock.release()
  await (await holdLock({ database, ...options, who: 'bob' })).release()
  assert.equal(await readLock(database, 'deployment'), undefined)
})

test('with --wait the second one gets the lock when the first gives it back', async () => {
  const first = await holdLock({ database, ...options })
  const told: string[] = []
  const second = holdLock({ database, ...options, who: 'bob', wait: true, tell: (sentence) => void told.push(sentence) })
  while (told.length === 0) await new Promise((done) => setImmediate(done))
  await first.release()
  await (await second).release()
  assert.equal(told.length, 1)
})

test('Ctrl-C ends the wait, and the lock stays with the first', async () => {
  const first = await holdLock({ database, ...options })
  const stop = new AbortController()
  const second = holdLock({ database, ...options, who: 'bob', wait: true, tell: () => stop.abort(), signal: stop.signal })
  await assert.rejects(second, { name: 'AbortError' })
  assert.equal((await readLock(database, 'deployment'))?.who, 'ann')
  await first.release()
})

test('the lock of a process of this machine that is gone is taken over at once', async () => {
  assert.equal(await takeLock(database, 'deployment', { lock: { ...elsewhere, host: hostname(), pid: 2 ** 22 + 1, until: now + leaseMs } }), 'taken')
  await (await holdLock({ database, ...options })).release()
})

test('the lock of another machine holds until its lease has ended', async () => {
  assert.equal(await takeLock(database, 'deployment', { lock: { ...elsewhere, until: now + leaseMs } }), 'taken')
  await assert.rejects(holdLock({ database, ...options }), isLocked)
  now += leaseMs
  const lock = await holdLock({ database, ...options })
  assert.equal(await renewLock(database, 'deployment', { ...elsewhere, until: now + leaseMs }), false)
  await releaseLock(database, 'deployment', 'other')
  assert.equal((await readLock(database, 'deployment'))?.who, 'ann')
  await lock.release()
})

test('a lock that could not be renewed for the time of a lease is lost', async () => {
  const lock = await holdLock({ database, ...options })
  lock.check()
  now += leaseMs + 1
  assert.throws(() => lock.check(), isLocked)
  await lock.release()
})

test('before the first deployment there is no table, and nothing to hold or to list', async () => {
  const empty = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'nothing-' })
  const lock = await holdLock({ database: empty, ...options })
  lock.check()
  await lock.release()
  assert.deepEqual(await listDeployments(empty), [])
  assert.equal(await record(empty, deployment('1', 'live')), false)
  empty.close()
})

function deployment(version: string, state: Deployment['state']): Deployment {
  return { id: `2026-03-0${version}T09:30:00.000Z#${version}`, version, commit: version.repeat(40), time: `2026-03-0${version}T09:30:00.000Z`, who: 'ann', state, functions: state === 'candidate' ? {} : { builds: Number(version) }, allowed: [] }
}

test('the history lists the newest first; a row is written again when its state changes', async () => {
  for (const [version, state] of [['1', 'live'], ['2', 'candidate'], ['3', 'rolled back'], ['4', 'failed']] as const) assert.equal(await record(database, deployment(version, state)), true)
  await record(database, deployment('2', 'live'))
  const history = await listDeployments(database)
  assert.deepEqual(history.map(({ version, state }) => `${version} ${state}`), ['4 failed', '3 rolled back', '2 live', '1 live'])
  assert.equal(liveIn(history)?.version, '2')
  assert.deepEqual(liveVersions(history).map(({ version }) => version), ['3', '2', '1'])
})
