// How long tasks are kept, what their runs tell on the way, and what is shown of them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { defineError } from '../../src/runtime/index.ts'
import { readTask, storeDefinition, type TaskState } from '../../src/store/index.ts'
import { cancelled, changeTask } from '../../src/tasks/index.ts'
import { type Engine, openEngine, task } from './engine.ts'

const NEVER = defineError('NEVER', 422, 'It never will', { retry: false })
const LATER = defineError('LATER', 503, 'Not now')
let during: (context: { progress(fraction: number): void }) => unknown = () => undefined
const tasks = [
  task('usual', { attempts: 1 }, (input: { fail?: boolean }, context) => {
    if (input.fail === true) throw new Error('no')
    return during(context)
  }),
  task('brief', { attempts: 1, retain: { succeededDays: 2, failedDays: 3, inputDays: 5 } }, (input: { fail?: boolean }) => {
    if (input.fail === true) throw new Error('no')
  }),
  task('slow', { attempts: 1, slowMs: 200 }, (input: { takes: number }) => void (engine.clock.ms += input.takes)),
  task('coded', { attempts: 5 }, (input: { error: string }) => {
    throw input.error === 'never' ? NEVER() : LATER()
  }),
]

let engine: Engine
before(async () => (engine = await openEngine(tasks, { leaseMs: 300 })))
after(() => engine.close())

const stateOf = async (id: string): Promise<TaskState> => (await readTask(engine.database, id))!.state

async function run(name: string, input: unknown): Promise<string> {
  const id = await engine.fire(name, input)
  await engine.worker().worker.receive(id)
  return id
}

/** Days after now until which the rows of a task are kept. */
async function keptDays(id: string): Promise<{ task: number | undefined; input: number | undefined }> {
  const { Items } = await engine.database.run('Query', { TableName: `test-${storeDefinition.table}`, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: `task#${id}` } } } as never)
  const days = (row: string): number | undefined => {
    const seconds = (Items as unknown as Record<string, { S?: string; N?: string }>[]).find(({ sk }) => sk!.S === row)?.['expires']?.N
    return seconds === undefined ? undefined : (Number(seconds) - Math.ceil(engine.clock.ms / 1000)) / 86_400
  }
  return { task: days('task'), input: days('input') }
}

test('what succeeded is kept for 7 days and its input for one, what failed for 90 with its input, what waits without an end', async () => {
  const waiting = await engine.fire('usual', {})
  assert.deepEqual(await keptDays(waiting), { task: undefined, input: undefined })
  assert.deepEqual(await keptDays(await run('usual', {})), { task: 7, input: 1 })
  assert.deepEqual(await keptDays(await run('usual', { fail: true })), { task: 90, input: 90 })
  await changeTask({ database: engine.database }, (await readTask(engine.database, waiting))!, (seen) => cancelled(seen, engine.clock.ms))
  assert.deepEqual(await keptDays(waiting), { task: 90, input: 90 })
})

test('`retain` says otherwise, and an input is never kept for longer than its task', async () => {
  assert.deepEqual(await keptDays(await run('brief', {})), { task: 2, input: 2 })
  assert.deepEqual(await keptDays(await run('brief', { fail: true })), { task: 3, input: 3 })
})

test('progress is kept beside a running task, the last one counts, and goes at its end', async () => {
  let open = (): void => undefined
  during = (context) => {
    assert.throws(() => context.progress(1.5), /context\.progress takes a number from 0 to 1, not 1\.5/)
    context.progress(0.1)
    context.progress(0.4)
    return new Promise<void>((resolve) => (open = resolve))
  }
  const id = await engine.fire('usual', {})
  const working = engine.worker().worker.receive(id)
  while ((await stateOf(id)).progress !== 0.4) await new Promise((resolve) => setTimeout(resolve, 5))
  open()
  await working
  assert.deepEqual([(await stateOf(id)).status, (await stateOf(id)).progress], ['succeeded', undefined])
})

test('a run beyond its slowMs is told as slow, in its line', async () => {
  const lineOf = async (takes: number): Promise<unknown> => {
    const id = await run('slow', { takes })
    return engine.lines.find((line) => line['task_id'] === id)!['slow_ms']
  }
  assert.deepEqual([await lineOf(100), await lineOf(201)], [undefined, 200])
  // Without it half the time of a task counts.
  const unlimited = tasks.find(({ name }) => name === 'usual')!
  assert.equal(unlimited.options.slowMs, 30_000)
})

test('an error with retry: false ends a task at once; another one leaves the rest of its attempts', async () => {
  const never = await stateOf(await run('coded', { error: 'never' }))
  assert.deepEqual([never.status, never.attempt, never.error?.error, never.error?.status], ['failed', 1, 'NEVER', 422])
  const later = await stateOf(await run('coded', { error: 'later' }))
  assert.deepEqual([later.status, later.attempt, later.error?.error], ['scheduled', 1, 'LATER'])
})
