// klue replay of a run: its task is fired once more into the service that runs here, with the same input and the same user.
import { setTimeout as sleep } from 'node:timers/promises'
import { visibleLine } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import type { TaskState } from '../store/index.ts'
import { type CommandCall, textOption } from './command.ts'
import { misuse } from './run.ts'

/** What the stage that recorded it knows of a run. */
export interface RecordedTask {
  state: TaskState
  /** As JSON; undefined where it is not kept any more. */
  input: string | undefined
}

/** Reads the task of a record. */
export async function recordedTask(database: Database, id: string): Promise<RecordedTask> {
  const { readTask } = await import('../store/index.ts')
  const found = await readTask(database, id)
  if (found === undefined) throw misuse(`the task ${visibleLine(id)} of this error is gone`, 'tasks are kept as long as their `retain` says')
  return { state: found.state, input: found.input }
}

const waitMs = 120_000

/** Fires it into the running service and prints how it ends; resolves to the exit code. */
export async function replayTask(call: CommandCall, { state, input }: RecordedTask): Promise<number> {
  if (textOption(call, 'url') !== undefined) throw misuse('the run of a task is replayed by klue dev alone', 'leave --url out')
  if (input === undefined) throw misuse(`the input of the task ${state.id} is not kept any more`, 'of a task that succeeded it is kept for a day, of others as long as the task')
  const { findRunning, openStageStore } = await import('../dev/index.ts')
  const running = findRunning(call.root)
  if (running === undefined) throw misuse('no service runs here', 'start it with klue dev')
  const { loadStage } = await import('./stage.ts')
  const config = await loadStage(call.root, running.stage)
  const opened = await openStageStore(call.root, config)
  try {
    const again = await fire(opened.database, { state, input }, config.jwtIssuer)
    const ended = await endOf(opened.database, again)
    print(call, ended)
    return ended.status === 'succeeded' ? 0 : 1
  } finally {
    await opened.close()
  }
}

async function fire(database: Database, { state: { name, identity, callPath }, input }: { state: TaskState; input: string }, issuer: string | undefined): Promise<string> {
  const [{ knownTasks, putTasks }, { fired }] = await Promise.all([import('../store/index.ts'), import('../tasks/index.ts')])
  if ((await knownTasks(database))?.tasks[name] === undefined) throw misuse(`the service that runs here has no task ${name}`, 'check the code out that the error is of')
  const now = database.now()
  const { exp: _, ...claims } = identity?.claims ?? {}
  // The token of who fired it is over, and none was kept: one of this machine's own takes its place.
  const who = identity === undefined ? {} : { identity: { ...identity, claims, ...(issuer === undefined ? {} : { issuer }) } }
  const state = fired({ id: crypto.randomUUID(), name, attempts: 1, now, runAt: now, queueDelayMs: 0, callId: crypto.randomUUID(), callPath, firedBy: 'klue replay', ...who, version: '' })
  await putTasks(database, [{ state: { ...state, lookAt: now }, input }])
  return state.id
}

async function endOf(database: Database, id: string): Promise<TaskState> {
  const { readTaskState } = await import('../store/index.ts')
  for (const until = Date.now() + waitMs; Date.now() < until; await sleep(250)) {
    const state = (await readTaskState(database, id))?.state
    if (state !== undefined && ['succeeded', 'failed', 'cancelled'].includes(state.status)) return state
    if (state?.waits === 'version') throw misuse(`the version that runs here does not take the input of ${state.name}`, `"klue tasks show ${id}" shows it, "klue tasks cancel ${id}" ends it`)
  }
  throw misuse(`the task ${id} has not come to its end within ${waitMs / 1000} seconds`, `"klue tasks show ${id}" says how it stands`)
}

function print({ values, output }: CommandCall, { id, name, status, error, result }: TaskState): void {
  if (values['json'] === true) return output.printJson({ task: id, name, status, ...(error === undefined ? {} : { error }), ...(result === undefined ? {} : { result }) })
  output.print(visibleLine(`TASK ${name} ${id}`))
  output.print(visibleLine(`${status}${error === undefined ? '' : `: ${error.error} ${error.error_description}`}`))
  if (result !== undefined) output.print(JSON.stringify(result))
}
