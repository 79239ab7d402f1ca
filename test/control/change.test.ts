// Changes of switches: checked, merged, all or nothing, one revision each, whoever else changes them meanwhile.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChangeRefused, changeSettings, interruptRequests, readControl, routeId, type SettingsChange } from '../../src/control/index.ts'
import type { Database } from '../../src/persist/index.ts'
import { listControlChanges, noteLiveMoved, pointerCopies, readControlPointer } from '../../src/store/index.ts'
import { noon, stores } from '../telemetry/store-fixture.ts'

const openStore = stores()
const by = { who: 'ann', why: 'the route melts' }

async function faultsOf(change: Partial<SettingsChange>, database: Database): Promise<string[]> {
  try {
    await changeSettings(database, { operations: ['getPet'], ...by, ...change })
  } catch (error) {
    assert.ok(error instanceof ChangeRefused, String(error))
    return error.faults.map(({ path, message }) => `${path.join('.')}: ${message}`)
  }
  return []
}

test('each property merges by itself, transient wins over persistent, null resets, dotted keys and patterns too', async () => {
  const database = await openStore()
  await changeSettings(database, { operations: ['getPet', 'listPets'], persistent: { preempt: { status: '503', reason: 'Overload' }, timeout_seconds: 5 }, ...by })
  const view = await changeSettings(database, { operations: ['getPet'], transient: { 'preempt.status': 429.7, preempt: { 'headers.x.note': 'later' } }, ...by })
  assert.deepEqual(view.operations.get('getPet')!.effective, { preempt: { status: 429, reason: 'Overload', headers: { 'x.note': 'later' } }, timeout_seconds: 5 })
  assert.deepEqual(view.operations.get('listPets')!.effective, { preempt: { status: 503, reason: 'Overload' }, timeout_seconds: 5 })
  await changeSettings(database, { operations: ['getPet', 'listPets'], transient: { 'preempt.*': null }, persistent: { preempt: null, 'timeout_seconds': 5 }, ...by })
  const after = await readControl(database)
  assert.deepEqual([...after.operations].map(([name, { effective, transient }]) => [name, effective, transient]), [['getPet', { timeout_seconds: 5 }, {}], ['listPets', { timeout_seconds: 5 }, {}]])
  await changeSettings(database, { operations: ['getPet', 'listPets'], persistent: { '*': null }, ...by })
  assert.deepEqual([...(await readControl(database)).operations], [])
  // What changes nothing is no revision.
  assert.equal((await changeSettings(database, { operations: ['getPet'], persistent: { '*': null }, transient: {}, ...by })).revision, 4)
})

test('each thing that is wrong has its place and its words, and nothing is changed', async () => {
  const database = await openStore()
  const circular: Record<string, unknown> = {}
  circular['preempt'] = circular
  for (const [change, faults] of [
    [{ transient: { preempt: { status: 99, reason: 'a\r\nb', text: 'x'.repeat(4097), retry_after: 'x' } } }, ['transient.preempt.status: Must be greater than or equal to 200 and less than or equal to 599.', 'transient.preempt.reason: Must be at most 200 visible ASCII characters without line breaks.', 'transient.preempt.text: Must be at most 4096 bytes.', 'transient.preempt.retry_after: Not a valid integer.']],
    [{ transient: JSON.parse('{"__proto__": {"status": 1}, "preempt": {"headers": {"__proto__": "x", "set-cookie": "a", "x-a": "b\\r\\nc"}}, "constructor": 1, "bogus.x": 2}') as unknown }, ['transient.__proto__: Unknown field.', 'transient.preempt.headers.__proto__: Unknown field.', 'transient.preempt.headers.set-cookie: Unknown field.', 'transient.preempt.headers.x-a: Must be at most 1000 visible ASCII characters without line breaks.', 'transient.constructor: Unknown field.', 'transient.bogus.x: Unknown field.']],
    [{ transient: null, persistent: [] }, ['persistent: Invalid input type.', 'transient: Field may not be null.']],
    [{ transient: circular }, ['transient.preempt.preempt: Unknown field.']],
    [{ transient: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x${index}`, 1])) }, ['transient: More than 200 settings at once.']],
    [{ transient: { rate: { per_second: 0, burst: 0 }, read_only: 'maybe', log: { level: 'loud', keep: 1 }, 'log.*': 3 } }, ['transient.rate.per_second: Must be greater than 0 and less than or equal to 100000.', 'transient.rate.burst: Must be greater than or equal to 1 and less than or equal to 1000000.', 'transient.read_only: Not a valid boolean.', 'transient.log.level: Must be one of: debug, info, warn, error.', 'transient.log.keep: Not a valid boolean.', 'transient.log.*: A pattern can only be reset.']],
    [{ operations: ['*'], transient: { preempt: { status: 503 } } }, ['transient.preempt.status: Only read_only can be set for the whole stage.']],
    [{ operations: ['__proto__', 'ok', 'a\nb'], transient: {} }, ['operations: "__proto__" is no name of an operation.', 'operations: "a\\nb" is no name of an operation.']],
    [{ who: '', why: 'a\nb', expiresInSeconds: Number.NaN }, ['who: Must be a name of at most 300 characters.', 'why: Must be a text of 1 to 500 characters in one line.', 'expires_in: Must be from one second to a year.']],
  ] as [Partial<SettingsChange>, string[]][]) assert.deepEqual(await faultsOf(change, database), faults)
  assert.equal((await readControl(database)).revision, 0)
})

test('a list changes as a whole: more than 256 KB are refused before anything is written', async () => {
  const database = await openStore()
  const operations = Array.from({ length: 100 }, (_, index) => `operation${index}`)
  assert.deepEqual(await faultsOf({ operations, transient: { 'preempt.text': 'x'.repeat(4000) } }, database), [': All settings together would be more than 256 KB; reset some first.'])
  // Beyond 3 KB the pointer says where they are.
  const view = await changeSettings(database, { operations: operations.slice(0, 50), transient: { 'preempt.text': 'y'.repeat(4000) }, ...by })
  assert.equal(view.revision, 1)
  assert.equal((await readControlPointer(database, { copy: 7 })).inline, undefined)
  assert.equal((await readControl(database)).operations.size, 50)
})

test('what ends by itself, what a deployment ends, and who did it', async () => {
  let now = noon
  const database = await openStore(() => now)
  await changeSettings(database, { operations: ['getPet'], transient: { read_only: true }, persistent: { timeout_seconds: 3 }, ...by })
  await changeSettings(database, { operations: ['listPets'], persistent: { rate: { per_second: 5 } }, expiresInSeconds: 60, ...by })
  const { operations } = await readControl(database)
  assert.deepEqual(operations.get('listPets')!.notes.persistent.rate, { ...by, when: noon, until: noon + 60_000 })
  now += 60_000
  assert.deepEqual([...(await readControl(database)).operations.keys()], ['getPet'])
  await noteLiveMoved(database, { version: '261201-0907-1-aaaaaa', who: 'pipeline' })
  const moved = await readControl(database)
  assert.deepEqual([moved.deployment, moved.since, moved.operations.get('getPet')!.effective], [1, now, { timeout_seconds: 3 }])
  // Going back moves live once more: what was set before is not revived.
  await noteLiveMoved(database, { version: '261201-0907-1-aaaaaa', who: 'rollback' })
  await changeSettings(database, { operations: ['getPet'], transient: { 'log.keep': true }, ...by })
  assert.deepEqual((await readControl(database)).operations.get('getPet')!.effective, { timeout_seconds: 3, log: { keep: true } })
  const changes = await listControlChanges(database, { from: 0, to: now, limit: 10 })
  assert.deepEqual(changes.map(({ revision, kind, who, keys, properties }) => [revision, kind, who, keys.join(), properties.join()]), [
    [5, 'settings', 'ann', 'getPet', 'transient.log.keep'],
    [4, 'deployment', 'rollback', '261201-0907-1-aaaaaa', ''],
    [3, 'deployment', 'pipeline', '261201-0907-1-aaaaaa', ''],
    [2, 'settings', 'ann', 'listPets', 'persistent.rate.per_second'],
    [1, 'settings', 'ann', 'getPet', 'persistent.timeout_seconds,transient.read_only'],
  ])
})

test('writers at once lose nothing, and every copy of the pointer says the same', async () => {
  const database = await openStore()
  await Promise.all(Array.from({ length: 6 }, (_, index) => changeSettings(database, { operations: [`operation${index}`], transient: { read_only: true }, ...by })))
  const view = await readControl(database)
  assert.deepEqual([view.revision, view.operations.size], [6, 6])
  const copies = await Promise.all(Array.from({ length: pointerCopies }, (_, copy) => readControlPointer(database, { copy })))
  for (const copy of copies) assert.deepEqual(copy, copies[0])
})

test('a crash between any two writes leaves nothing half: the old settings count, or the new ones', async () => {
  const database = await openStore()
  await changeSettings(database, { operations: ['getPet'], transient: { 'preempt.status': 503 }, ...by })
  for (const last of [0, 1, 2]) {
    let left = last
    const dying: Database = { ...database, run: async (name, input, options) => {
      if (['PutItem', 'TransactWriteItems', 'UpdateItem', 'DeleteItem'].includes(name) && (left -= 1) < 0) throw new Error('killed')
      return await database.run(name, input, options)
    } }
    const before = await readControl(database)
    const outcome = await changeSettings(dying, { operations: ['getPet', 'listPets'], transient: { 'preempt.status': 500 + last }, ...by }).then(() => 'done', () => 'killed')
    const after = await readControl(database)
    assert.equal(outcome, last === 2 ? 'done' : 'killed')
    assert.deepEqual(after.operations, last === 2 ? after.operations : before.operations)
    assert.equal(after.operations.get('getPet')!.effective.preempt!.status, last === 2 ? 502 : 503)
    const copies = await Promise.all(Array.from({ length: pointerCopies }, (_, copy) => readControlPointer(database, { copy })))
    assert.equal(new Set(copies.map((copy) => JSON.stringify(copy))).size, 1)
  }
  // The orphan has an end, the settings that count have none.
  const { Items = [] } = await database.run('Query', { TableName: `${database.prefix}klue`, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'control-settings' } } })
  const current = (await readControlPointer(database)).settings
  assert.deepEqual(Items.map((item) => [item['sk']!.S === current, item['expires'] === undefined]).sort(), [[false, false], [false, false], [true, true]])
})

test('interrupts stand for 15 minutes, one for each operation or request, 200 at most', async () => {
  let now = noon
  const database = await openStore(() => now)
  await interruptRequests(database, { operations: ['getPet', 'listPets'], ...by })
  now += 1000
  const { before, interrupts } = await interruptRequests(database, { operations: ['getPet'], requests: ['call-1:x'], ...by })
  assert.equal(before, now)
  assert.deepEqual(interrupts, [{ operation: 'listPets', before: noon, ...by }, { operation: 'getPet', before, ...by }, { request: 'call-1:x', before, ...by }])
  await assert.rejects(interruptRequests(database, { operations: Array.from({ length: 199 }, (_, index) => `other${index}`), ...by }), /More than 200 interrupts would stand; each ends by itself after 15 minutes/)
  now += 15 * 60_000
  assert.deepEqual((await readControl(database)).interrupts, [])
})

test('ids are digits, the same for HEAD and GET, others for another method or path', () => {
  assert.match(routeId('GET', '/pets/{id}'), /^\d{1,15}$/)
  assert.equal(routeId('head', '/pets/{id}'), routeId('GET', '/pets/{id}'))
  assert.notEqual(routeId('PUT', '/pets/{id}'), routeId('GET', '/pets/{id}'))
})
