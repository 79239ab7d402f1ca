// Tasks that wait while their name goes: told by the gate, and refused where nothing would be left to run any.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Stop } from '../../../src/deploy/pipeline/outcome.ts'
import { lookAtTasks } from '../../../src/deploy/pipeline/removed-tasks.ts'
import { directDatabase } from '../../../src/dev/direct-database.ts'
import { type Database, ensureTables } from '../../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../../src/platform/local/index.ts'
import { noteTasks, putTasks, readTaskState, storeDefinition, waitingTasks } from '../../../src/store/index.ts'
import { cancelled, changeTask, fired } from '../../../src/tasks/index.ts'

let dynamo: LocalDynamo
let database: Database
before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = directDatabase(dynamo, 'removed-')
  await ensureTables(database, [storeDefinition])
})
after(() => dynamo.close())

// What it tells, or the Stop that it ends with.
async function look(tasks: readonly string[] | undefined): Promise<string[]> {
  const told: string[] = []
  const client = { config: { region: async () => 'eu-west-1', credentials: async () => ({}) } }
  const template = { Resources: { Live: { Type: 'AWS::Lambda::Alias', ...(tasks === undefined ? {} : { Metadata: { 'klue:tasks': tasks } }) } } }
  try {
    await lookAtTasks({ stage: { database, deployed: { client } as never, tell: (event) => void told.push(event.state === 'says' ? event.note : event.state) }, stacks: [{ plan: {} as never, template, nested: new Map() }] })
  } catch (error) {
    assert.ok(error instanceof Stop)
    return [`${error.result}: ${error.message}`, ...error.output]
  }
  return told
}

async function fire(name: string, delayMs: number): Promise<string> {
  const now = database.now()
  const state = fired({ id: crypto.randomUUID(), name, attempts: 3, now, runAt: now + delayMs, queueDelayMs: 900_000, callId: 'c', callPath: 'p', firedBy: 'op', version: '1' })
  await putTasks(database, [{ state, input: '{}' }])
  return state.id
}

test('where no worker has told what it runs, and where nothing was removed, nothing is told', async () => {
  assert.deepEqual(await look(undefined), [])
  await noteTasks(database, { tasks: { mail: 3, digest: 3, idle: 3 }, schedules: {} })
  assert.deepEqual(await look(['mail', 'digest', 'idle', 'more']), [])
})

test('a name that goes is told with how many tasks of it wait, due or not; one without any is not', async () => {
  for (const delay of [0, 0, 40 * 86_400_000]) await fire('mail', delay)
  const over = await fire('digest', 0)
  await changeTask({ database }, (await readTaskState(database, over))!, (seen) => cancelled(seen, database.now()))
  assert.deepEqual([...(await waitingTasks(database))], [['mail', 3]])
  assert.deepEqual(await look(['digest']), ['3 accepted tasks of mail wait, and this version has no task mail: until a version has it again; klue tasks list --task NAME shows them, klue tasks cancel ends one'])
  assert.deepEqual(await look(['mail', 'digest']), [])
})

test('a version that runs no tasks at all is refused as long as some wait', async () => {
  await fire('digest', 0)
  const [refusal, ...lines] = await look(undefined)
  assert.match(refusal!, /^failed: this version runs no tasks at all, so that its stack has no worker, and what was accepted would wait for ever: /)
  assert.deepEqual(lines.sort(), ['1 accepted task of digest waits, and this version has no task digest', '3 accepted tasks of mail wait, and this version has no task mail'])
})

test('what cannot be looked at is told, and stops nothing', async () => {
  const there = database
  database = { ...there, run: () => Promise.reject(new Error('it is away')) }
  assert.match((await look(['mail'])).join(), /^Whether accepted tasks wait that this version does not have is not known: .*it is away/)
  database = there
})
