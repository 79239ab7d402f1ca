// Schedules by the local clock: a tick runs once, whatever processes and clocks do, and what was missed is told.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openLocalProject } from '../../src/dev/index.ts'
import { defineSchedule, type LogRecord, type Schedule } from '../../src/runtime/index.ts'
import { listedTasks, readTask, type TaskState } from '../../src/store/index.ts'
import { type ClockParts, tick } from '../../src/tasks/index.ts'
import { type Engine, openEngine, task } from './engine.ts'
import { until } from './harness.ts'
import { makeTaskProject, tasksService } from './task-project.ts'

const runs: { at: string | undefined; firedBy: string; input: unknown }[] = []
const digest = task('digest', {}, (input: unknown, context) => void runs.push({ at: context.task.scheduled?.toISOString(), firedBy: context.task.firedBy, input }))
const told: string[] = []
let engine: Engine
let schedules: Schedule[] = []
before(async () => (engine = await openEngine([digest])))
after(() => engine.close())
beforeEach(() => {
  told.length = 0
  runs.length = 0
})

const parts = (): ClockParts => ({ schedules: () => schedules, database: () => engine.database, port: engine.port, service: () => 'test', now: engine.clock.now, tell: (sentence) => void told.push(sentence) })
const at = (time: string): void => void (engine.clock.ms = Date.parse(time))
const schedule = (name: string, options: object = { cron: '0 8 * * ? *' }): Schedule => defineSchedule(name, { input: { from: name }, ...options } as never, digest as never)

/** The ticks that were accepted since a time. */
async function accepted(since: string): Promise<TaskState[]> {
  const states: TaskState[] = []
  for await (const { id } of listedTasks(engine.database, { from: Date.parse(since), to: engine.clock.ms + 1000 })) states.unshift((await readTask(engine.database, id))!.state)
  return states
}

test('a tick is fired when it is due, with its time and the input of its schedule, and not before', async () => {
  at('2027-03-02T07:30:00Z')
  schedules = [schedule('daily')]
  assert.equal(new Date(await tick(parts())).toISOString(), '2027-03-02T07:30:30.000Z', 'a machine that sleeps is noticed')
  at('2027-03-02T07:59:50Z')
  assert.equal(new Date(await tick(parts())).toISOString(), '2027-03-02T08:00:00.000Z')
  assert.deepEqual(await accepted('2027-03-02T07:00:00Z'), [])
  at('2027-03-02T08:00:00Z')
  await tick(parts())
  const [state, ...more] = await accepted('2027-03-02T07:00:00Z')
  assert.deepEqual([state!.name, state!.firedBy, state!.tick, more.length], ['digest', 'schedule:daily', Date.parse('2027-03-02T08:00:00Z'), 0])
  await engine.worker().worker.receive(state!.id)
  assert.deepEqual(runs, [{ at: '2027-03-02T08:00:00.000Z', firedBy: 'schedule:daily', input: { from: 'daily' } }])
  assert.deepEqual(told, [])
})

test('two processes and a clock that goes back run a tick once', async () => {
  at('2027-03-03T07:59:00Z')
  schedules = [schedule('twice')]
  await tick(parts())
  at('2027-03-03T08:00:01Z')
  await Promise.all([tick(parts()), tick(parts()), tick(parts())])
  at('2027-03-03T07:59:30Z')
  await tick(parts())
  at('2027-03-03T08:00:02Z')
  await Promise.all([tick(parts()), tick(parts())])
  assert.equal((await accepted('2027-03-03T07:00:00Z')).length, 1)
})

test('a tick that comes within a minute of a restart runs; what was missed longer ago is told once, and not run', async () => {
  at('2027-03-04T07:00:00Z')
  schedules = [schedule('late')]
  await tick(parts())
  at('2027-03-04T08:00:45Z')
  await tick(parts())
  assert.equal((await accepted('2027-03-04T07:00:00Z')).length, 1)
  at('2027-03-07T09:00:00Z')
  await tick(parts())
  await tick(parts())
  assert.deepEqual(told, ['The schedule late missed 3 ticks, the last one at 2027-03-07T08:00:00.000Z: "klue tasks run late" runs its task now'])
  at('2027-03-08T09:00:00Z')
  await tick(parts())
  assert.match(told[1]!, /missed a tick, the last one at 2027-03-08T08/)
  assert.equal((await accepted('2027-03-04T07:00:00Z')).length, 1)
})

test('a process that ends between a tick and its note has not missed it', async () => {
  at('2027-03-09T07:00:00Z')
  schedules = [schedule('killed')]
  await tick(parts())
  at('2027-03-09T08:00:10Z')
  const dying: ClockParts = { ...parts(), database: () => ({ ...engine.database, run: (name: string, input: { Item?: { pk?: { S?: string } } }) => (name === 'PutItem' && input.Item?.pk?.S === 'schedule' ? Promise.reject(new Error('gone')) : engine.database.run(name as never, input as never)) }) as never }
  await tick(dying)
  assert.deepEqual(told, ['The schedule killed could not be looked at, which is tried again: gone'])
  at('2027-03-09T09:00:00Z')
  await tick(parts())
  assert.equal(told.length, 1)
  assert.equal((await accepted('2027-03-09T07:00:00Z')).length, 1)
})

test('spring skips a local time, autumn has it once', async () => {
  schedules = [schedule('berlin', { cron: '30 2 * * ? *', timezone: 'Europe/Berlin' })]
  const times = async (from: string, to: string): Promise<(string | undefined)[]> => {
    for (at(from); engine.clock.ms <= Date.parse(to); engine.clock.ms += 600_000) await tick(parts())
    return (await accepted(from)).map((state) => new Date(state.tick!).toISOString())
  }
  assert.deepEqual(await times('2027-03-27T20:00:00Z', '2027-03-29T03:00:00Z'), ['2027-03-29T00:30:00.000Z'])
  assert.deepEqual(await times('2027-10-30T20:00:00Z', '2027-10-31T06:00:00Z'), ['2027-10-31T00:30:00.000Z'])
})

test('a schedule that is another one now has missed nothing', async () => {
  at('2027-11-02T10:00:00Z')
  schedules = [schedule('moved', { cron: '0 12 * * ? *' })]
  await tick(parts())
  at('2027-11-02T11:00:00Z')
  schedules = [schedule('moved', { every: '1h' })]
  await tick(parts())
  assert.deepEqual([told, await accepted('2027-11-02T09:00:00Z')], [[], []])
  at('2027-11-02T12:00:00Z')
  await tick(parts())
  assert.equal((await accepted('2027-11-02T09:00:00Z')).length, 1)
})

const configured = 'name: jobs\nschedules:\n  nightly:\n    task: work\n    cron: 0 3 * * *\n    timezone: Europe/Berlin\n    input: { id: night }\n'

test('klue dev runs the schedules of the configuration and of the service by its clock', async () => {
  const fixture = await makeTaskProject({ 'klue-config.yaml': configured, 'functions/jobs.ts': tasksService.replace('import { defineError,', 'import { defineSchedule, defineError,').replace('export const service = defineService({', "const often = defineSchedule('often', { every: '1m', input: { id: 'minute' } }, flaky)\nexport const service = defineService({\n  schedules: [often],") })
  const lines: LogRecord[] = []
  let now = Date.parse('2027-03-02T01:59:59Z')
  const project = await openLocalProject({ root: fixture.root, inMemory: true, log: (record) => void lines.push(record), tasks: { now: () => now, ticks: true } })
  try {
    const database = project.platform.database()
    const { readState } = await import('../../src/store/index.ts')
    await until('the first look', async () => (await readState(database, { kind: 'schedule', name: 'often' })) && (await readState(database, { kind: 'schedule', name: 'nightly' })))
    now = Date.parse('2027-03-02T02:00:00Z')
    const line = async (operation: string, firedBy: string): Promise<LogRecord> => until(firedBy, () => lines.find((one) => one['operation'] === operation && one['fired_by'] === firedBy))
    assert.deepEqual((await line('task:work', 'schedule:nightly'))['data'], { id: 'night' })
    assert.deepEqual((await line('task:flaky', 'schedule:often'))['data'], { id: 'minute' })
  } finally {
    await project.close()
    await fixture.remove()
  }
})

test('schedules that cannot be are faults with their place', async () => {
  const cases: [string, RegExp][] = [
    [configured.replace('0 3 * * *', '0 3 13 * 5'), /klue-config\.yaml:5.*the cron expression "0 3 13 \* 5" cannot be: five fields .* mean either, which AWS cannot say \(make two schedules\)/],
    [configured.replace('Europe/Berlin', 'Europe/Atlantis'), /klue-config\.yaml:6.*"Europe\/Atlantis" is no time zone/],
    [configured.replace('task: work', 'task: wrok'), /klue-config\.yaml:4.*there is no task "wrok" \(did you mean "work"\?\)/],
    [configured.replace('    task: work\n', ''), /klue-config\.yaml:3.*a schedule needs a task/],
    [configured.replace('{ id: night }', '{ name: night }'), /klue-config\.yaml:7.*the input of the schedule nightly does not fit the task work: \/input\/(id|name)/],
    [configured.replace('cron:', 'crn:'), /klue-config\.yaml:5.*crn/],
    [configured.replace('nightly:', 'at night:'), /klue-config\.yaml:3.*the name of a schedule must begin with a letter/],
  ]
  const fixture = await makeTaskProject()
  try {
    for (const [config, sentence] of cases) {
      await fixture.write('klue-config.yaml', config)
      await assert.rejects(openLocalProject({ root: fixture.root, inMemory: true, log: () => undefined }), sentence, config)
    }
  } finally {
    await fixture.remove()
  }
  assert.throws(() => schedule('two words', {}), /defineSchedule: the name of a schedule must begin with a letter .* not "two words"\ndefineSchedule\(two words\)\.cron: a schedule needs cron or every/)
  assert.throws(() => defineSchedule('fine', { every: '1d' } as never, {} as never), /defineSchedule\(fine\): the third argument is no task \(pass what defineTask returns\)/)
})
