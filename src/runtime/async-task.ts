// The thin form of a task: a function whose calls are queued.
import { UsageError } from '../errors/index.ts'
import { defineTask } from './define-task.ts'
import { keepContexts, runningContext } from './exchange/running.ts'
import type { FiredTask, Task, TaskOptions } from './exchange/task.ts'

/** Options of `asyncTask`: those of a task, and its name. `attempts` is 1 unless it is set. */
export interface AsyncTaskOptions extends Omit<TaskOptions, 'input' | 'result' | 'key'> {
  /** The name of the task; bundles shorten the names of functions, so it has to be said. */
  name: string
}

/** A function whose calls are queued; give it to `tasks` of `defineService`. */
export interface AsyncTask<Arguments extends unknown[] = never[], Result = unknown> extends Task<Arguments, Awaited<Result>> {
  /** Queues a call; resolves once it is accepted. Only within a request or a task. */
  (...given: Arguments): Promise<FiredTask>
  fire(...given: Arguments): Promise<FiredTask>
  /** Calls the function here and now. */
  run(...given: Arguments): Result
}

/**
 * Makes a function asynchronous: its calls are queued and run by a worker, with the identity of whoever called. The result is dropped, arguments are JSON.
 * Throws a UsageError with every option that cannot be.
 * @example
 * export const sendEmail = asyncTask((title: string, body: string) => mail(title, body), { name: 'sendEmail', delaySeconds: 30 })
 * await sendEmail.fire('Welcome!', 'You now have an account')
 */
export function asyncTask<Arguments extends unknown[], Result>(run: (...given: Arguments) => Result, { name, ...options }: AsyncTaskOptions): AsyncTask<Arguments, Result> {
  keepContexts()
  // Whatever is JSON: the compiler knows the arguments.
  const input = { spec: { value: () => ({}) }, file: name } as never
  const task = defineTask<unknown[], unknown[], void>(name, { attempts: 1, ...options, input }, async (given) => void (await run(...(given as Arguments))))
  const fire = async (...given: Arguments): Promise<FiredTask> => {
    const context = runningContext()
    if (context === undefined) throw new UsageError({ code: 'task-outside', file: '', pointer: `${name}.fire`, message: 'it is called outside of a request and of a task, so that nobody could say for whom it is to run', hint: `call ${name}.run to have it run here` })
    return context.fire(task as never, given as never)
  }
  const queued = (...given: Arguments): Promise<FiredTask> => fire(...given)
  // A function has a name of its own, which is not writable.
  Object.defineProperty(queued, 'name', { value: name })
  const { name: _, ...rest } = task
  return Object.assign(queued, rest, { fire, run }) as unknown as AsyncTask<Arguments, Result>
}
