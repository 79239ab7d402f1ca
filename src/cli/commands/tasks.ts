// klue tasks: what was fired on a stage and how it stands; ends it, runs it again, holds it back.
import { visibleLine } from '../../errors/index.ts'
import type { Config } from '../../config/index.ts'
import type { Database } from '../../persist/index.ts'
import type { StoredTask, TaskState } from '../../store/index.ts'
import { type Command, type CommandCall, jsonOption, stageOption, textOption } from '../command.ts'
import { readDuration } from '../duration.ts'
import { misuse } from '../run.ts'

export const tasks: Command = {
  name: 'tasks',
  arguments: 'list|show|run|cancel|redrive|pause|resume [<task>]',
  summary: 'Lists and shows the tasks of a stage, runs one at once, cancels them, runs failed ones again, and holds back those of a name.',
  options: {
    task: { type: 'string', value: 'NAME', doc: 'With `list` and `redrive`: only tasks of this name.' },
    status: { type: 'string', value: 'STATUS', doc: 'With `list`: only `scheduled`, `queued`, `running`, `succeeded`, `failed` or `cancelled` ones.' },
    since: { type: 'string', value: 'TIME', doc: 'With `list` and `redrive`: fired within this time, for example `2h` or `30d`; 7 days by default.' },
    input: { type: 'string', value: 'JSON', doc: 'With `run`: what the task is given; that of the schedule by default, else `{}`.' },
    limit: { type: 'string', value: 'N', doc: 'With `list`: so many at most; 20 by default.' },
    stage: stageOption,
    json: jsonOption,
  },
  async run(call) {
    const action = actions[call.positionals[0] ?? '']
    if (action === undefined) throw misuse('klue tasks wants to be told what to do', 'for example "klue tasks list"')
    if (call.positionals.length > 2) throw misuse(`klue tasks ${call.positionals[0]} takes one name or id`)
    const { loadStage } = await import('../stage.ts')
    const { openStageStore } = await import('../../dev/index.ts')
    const config = await loadStage(call.root, textOption(call, 'stage'), 'leave out')
    const opened = await openStageStore(call.root, config)
    try {
      await action(call, opened.database, config)
      return 0
    } finally {
      await opened.close()
    }
  },
}

const actions: Record<string, (call: CommandCall, database: Database, config: Config) => Promise<void>> = {
  async list(call, database) {
    const rows: TaskState[] = []
    const limit = limitOf(call)
    for await (const state of found(call, database)) {
      rows.push(state)
      if (rows.length === limit) break
    }
    if (call.values['json'] === true) return call.output.printJson(rows.map(facts))
    if (rows.length === 0) return call.output.print('No task was found')
    for (const state of rows) call.output.print(visibleLine(`${state.id}  ${state.status.padEnd(9)}  ${iso(state.created)}  ${state.name}${remark(state)}`))
  },
  async show(call, database, config) {
    const { readTask } = await import('../../store/index.ts')
    const { maskerOf } = await import('../../runtime/line/mask.ts')
    const { state } = await taskOf(call, database)
    const { input } = (await readTask(database, state.id)) ?? { input: undefined }
    // What callers sent is shown as lines show it.
    const mask = maskerOf(config.secretNames)
    const shown = { ...facts(state), ...(input === undefined ? {} : { input: mask.value(JSON.parse(input)) }), ...(state.steps === undefined ? {} : { steps: mask.value(state.steps) }), ...(state.result === undefined ? {} : { result: mask.value(state.result) }) }
    if (call.values['json'] === true) return call.output.printJson(shown)
    for (const [name, value] of Object.entries(shown)) call.output.print(visibleLine(`${name.padEnd(12)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`))
  },
  async run(call, database, { stage }) {
    const { runTask } = await import('../run-task.ts')
    await runTask(call, database, stage === 'local')
  },
  async cancel(call, database) {
    const { cancelled, changeTask } = await import('../../tasks/index.ts')
    const stored = await taskOf(call, database)
    const next = await changeTask({ database }, stored, (seen) => cancelled(seen, database.now()))
    if (next === undefined) throw misuse(`the task ${stored.state.id} is ${stored.state.status} and cannot be cancelled`, 'only tasks that wait or run can be')
    call.output.print(stored.state.status === 'running' ? `The task ${stored.state.id} is cancelled; its run is aborted within seconds` : `The task ${stored.state.id} is cancelled`)
  },
  async redrive(call, database) {
    if (call.positionals[1] === undefined && textOption(call, 'task') !== undefined) {
      let count = 0
      for await (const { id } of found({ ...call, values: { ...call.values, status: 'failed' } }, database)) if (await redrive(database, (await storedOf(database, id))!)) count += 1
      return call.output.print(count === 1 ? '1 task runs again' : `${count} tasks run again`)
    }
    const stored = await taskOf(call, database)
    if (!(await redrive(database, stored))) throw misuse(`the task ${stored.state.id} is ${stored.state.status} and cannot be run again`, 'only failed and cancelled ones can be')
    call.output.print(`The task ${stored.state.id} runs again`)
  },
  async pause(call, database) {
    const { pauseTask } = await import('../../store/index.ts')
    const name = nameOf(call)
    call.output.print((await pauseTask(database, name)) ? `No run of ${name} begins until "klue tasks resume ${name}"; those under way go on` : `${name} is paused already`)
  },
  async resume(call, database) {
    const { resumeTask } = await import('../../store/index.ts')
    const name = nameOf(call)
    await resumeTask(database, name)
    call.output.print(`Runs of ${name} begin again; those that wait within two minutes`)
  },
}

async function redrive(database: Database, stored: StoredTask): Promise<boolean> {
  const { changeTask, redriven } = await import('../../tasks/index.ts')
  // The next sweep finds it: who calls this has no hand on the queue.
  return (await changeTask({ database }, stored, (seen) => {
    const next = redriven(seen, database.now())
    return next === undefined ? undefined : { ...next, lookAt: database.now() }
  })) !== undefined
}

const statuses = ['scheduled', 'queued', 'running', 'succeeded', 'failed', 'cancelled']

async function* found(call: CommandCall, database: Database): AsyncGenerator<TaskState> {
  const { listedTasks } = await import('../../store/index.ts')
  const [name, status] = [textOption(call, 'task'), textOption(call, 'status')]
  if (status !== undefined && !statuses.includes(status)) throw misuse(`there is no status ${JSON.stringify(status)}`, `it is one of ${statuses.join(', ')}`)
  const to = database.now()
  for await (const listed of listedTasks(database, { from: to - readDuration('since', textOption(call, 'since') ?? '7d'), to })) {
    if (name !== undefined && listed.name !== name) continue
    const stored = await storedOf(database, listed.id)
    if (stored !== undefined && (status === undefined || stored.state.status === status)) yield stored.state
  }
}

async function storedOf(database: Database, id: string): Promise<StoredTask | undefined> {
  const { readTaskState } = await import('../../store/index.ts')
  return readTaskState(database, id)
}

async function taskOf(call: CommandCall, database: Database): Promise<StoredTask> {
  const [action, id] = call.positionals
  if (id === undefined) throw misuse(`klue tasks ${action} wants the id of a task`, '"klue tasks list" shows them')
  const stored = await storedOf(database, id)
  if (stored === undefined) throw misuse(`there is no task ${JSON.stringify(id)}`, '"klue tasks list" shows them; --stage names the stage')
  return stored
}

function nameOf(call: CommandCall): string {
  const [action, name] = call.positionals
  if (name === undefined || !/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) throw misuse(`klue tasks ${action} wants the name of a task`, `for example "klue tasks ${action} sendApproval"`)
  return name
}

function limitOf(call: CommandCall): number {
  const text = textOption(call, 'limit') ?? '20'
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit
  throw misuse(`--limit ${JSON.stringify(text)} is no number of tasks`, 'give a whole number from 1 to 10000')
}

function remark({ status, waits, attempt, attempts, error, runAt, progress }: TaskState): string {
  if (status === 'failed') return `  after ${attempt} of ${attempts} runs: ${error?.error ?? ''} ${error?.error_description ?? ''}`
  if (waits !== undefined) return `  waits for ${waits === 'slot' ? 'a slot' : waits === 'version' ? 'a version that knows it' : 'klue tasks resume'}`
  if (status === 'scheduled') return `  runs at ${iso(runAt)}${attempt > 0 ? ` after ${attempt} of ${attempts} runs failed` : ''}`
  return progress === undefined ? '' : `  ${Math.round(progress * 100)} %`
}

function facts({ id, name, status, attempt, attempts, created, updated, runAt, waits, key, progress, error, firedBy, callId, identity, version }: TaskState): Record<string, unknown> {
  return {
    id, name, status, failed_runs: attempt, attempts, created: iso(created), updated: iso(updated), run_at: iso(runAt), fired_by: firedBy, call_id: callId,
    ...(waits === undefined ? {} : { waits }), ...(key === undefined ? {} : { key }), ...(progress === undefined ? {} : { progress }), ...(error === undefined ? {} : { error }),
    ...(identity === undefined ? {} : { user: identity.id }), ...(version === '' ? {} : { version }),
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
