// Fires tasks out of a request or another task. Loaded with the first of them.
import { UsageError } from '../errors/index.ts'
import type { Context } from './exchange/handler-context.ts'
import type { Notes } from './exchange/notes.ts'
import type { Platform } from './exchange/platform.ts'
import type { FiredTask, FireOptions, FireOrder, Task } from './exchange/task.ts'
import { nextTaskId, onceOf } from './idempotency/task-ids.ts'

/** What lies behind a context, and the context. */
type Made = [parts: { platform: Pick<Platform, 'tasks'>; notes: Notes }, context: Context]

/** `context.fire`. */
export async function fire(made: Made, [task, input, options]: unknown[]): Promise<FiredTask> {
  return (await accepted(made, task as Task, { inputs: [input], options: options as FireOptions | undefined }))[0]!
}

/** `context.fireAll`. */
export function fireAll(made: Made, [task, inputs, options]: unknown[]): Promise<FiredTask[]> {
  return accepted(made, task as Task, { inputs: inputs as unknown[], options: options as FireOptions | undefined })
}

// Or has them accepted once the request has succeeded.
async function accepted([{ platform, notes }, { callId, callPath, operationId: operation, user }]: Made, task: Task, { inputs, options = {} }: { inputs: readonly unknown[]; options?: FireOptions | undefined }): Promise<FiredTask[]> {
  if ((task as unknown as Partial<Task> | undefined)?.kind !== 'klue.Task') throw new UsageError({ code: 'task-invalid', file: '', pointer: 'context.fire', message: 'the first argument is no task', hint: 'pass what defineTask returns' })
  if (platform.tasks === undefined) throw new UsageError({ code: 'tasks-missing', file: '', pointer: `context.fire(${task.name})`, message: 'nothing runs tasks here', hint: 'add it to tasks of defineService' })
  const orders = inputs.map((input): FireOrder => ({ id: nextTaskId(notes, task.name, options.key), task, input, options, ...onceOf(notes) }))
  const prepared = await platform.tasks().prepare(orders, { callId, callPath, operation, user })
  const accept = (): Promise<FiredTask[]> => prepared.accept((work) => void notes.pending.push(work))
  if (options.when !== 'answered') return accept()
  if (notes.isOver) throw new UsageError({ code: 'task-invalid', file: '', pointer: `context.fire(${task.name})`, message: "when: 'answered' comes after the request has been answered", hint: 'fire before the handler ends, or without it' })
  ;(notes.answered ??= []).push(accept)
  return orders.map(({ id }) => ({ id, isNew: true }))
}
