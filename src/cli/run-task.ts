// klue tasks run: accepts a task, or that of a schedule, without a request.
import { nearest } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import type { KnownTasks } from '../store/index.ts'
import { type CommandCall, textOption } from './command.ts'
import { misuse } from './run.ts'

/** Runs it; whether its input fits its schema is seen by the worker, which has the code. */
export async function runTask(call: CommandCall, database: Database, isLocal: boolean): Promise<void> {
  const { knownTasks, putTasks } = await import('../store/index.ts')
  const { byHand, fired } = await import('../tasks/index.ts')
  const name = call.positionals[1]
  if (name === undefined) throw misuse('klue tasks run wants the name of a task or a schedule', 'for example "klue tasks run sendDigest"')
  const known = await knownTasks(database)
  if (known === undefined) throw misuse('no worker has told yet which tasks there are', 'start the service with klue dev; --stage names another stage')
  const found = entryOf(known, name)
  if (found === undefined) throw misuse(`there is no task and no schedule ${JSON.stringify(name)}`, hintFor(known, name))
  const input = inputOf(call) ?? JSON.stringify(found.input)
  const now = database.now()
  const state = fired({ id: crypto.randomUUID(), name: found.task, attempts: known.tasks[found.task]!, now, runAt: now, queueDelayMs: 0, callId: crypto.randomUUID(), callPath: byHand, firedBy: found.firedBy, version: '' })
  // The next sweep finds it: who calls this has no hand on the queue.
  await putTasks(database, [{ state: { ...state, lookAt: now }, input }])
  if (call.values['json'] === true) call.output.printJson({ id: state.id, name: state.name })
  else {
    call.output.print(`The task ${state.id} of ${state.name} is accepted, and runs ${isLocal ? 'within seconds' : 'within a minute'}`)
    if (textOption(call, 'input') !== undefined) call.output.print(`Its worker checks the input then: "klue tasks show ${state.id}" tells how it ends`)
  }
}

function entryOf({ tasks, schedules }: KnownTasks, name: string): { task: string; input: unknown; firedBy: string } | undefined {
  const schedule = Object.hasOwn(schedules, name) ? schedules[name]! : undefined
  if (schedule !== undefined && Object.hasOwn(tasks, schedule.task)) return { task: schedule.task, input: schedule.input, firedBy: `schedule:${name}` }
  // An operation is begun by a request, which only its caller can send.
  return Object.hasOwn(tasks, name) && !name.includes('.') ? { task: name, input: {}, firedBy: 'klue tasks run' } : undefined
}

function hintFor({ tasks, schedules }: KnownTasks, name: string): string {
  if (name.includes('.') && Object.hasOwn(tasks, name)) return 'it is an operation: send its request'
  const names = [...Object.keys(schedules), ...Object.keys(tasks).filter((task) => !task.includes('.'))]
  const near = nearest(name, names)
  return near === undefined ? `there are ${names.join(', ')}` : `did you mean ${JSON.stringify(near)}?`
}

/** Bytes of the largest input. */
const longestInput = 256 * 1024

function inputOf(call: CommandCall): string | undefined {
  const text = textOption(call, 'input')
  if (text === undefined) return undefined
  if (Buffer.byteLength(text) > longestInput) throw misuse(`--input has ${Buffer.byteLength(text)} bytes, and ${longestInput} is the most`)
  try {
    return JSON.stringify(JSON.parse(text))
  } catch (cause) {
    throw misuse(`--input is no JSON: ${(cause as Error).message}`, `for example --input '{"id":"r-1"}'`)
  }
}
