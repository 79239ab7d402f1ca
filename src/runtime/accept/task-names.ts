// Which operations run as tasks, and what they are called among tasks.
import type { CompiledOperation } from '../../openapi/index.ts'
import { type ApiSpec, usedNames } from '../api/api-spec.ts'
import type { Task } from '../exchange/task.ts'

/** The operations of an API that run as tasks. */
export function taskOperations(spec: ApiSpec): CompiledOperation[] {
  return (usedNames(spec).tasks ?? []).map((position) => spec.table.operationAt?.(position) ?? spec.table.operations[position]!)
}

/** Its name among the tasks of a service; the dot keeps it apart from those that `defineTask` makes. */
export function taskName(api: string, operationId: string): string {
  return `${api}.${operationId}`
}

/** A task as a deployment has to know it. */
export interface TaskTime {
  /** Of its definition, or of the operation with its API. */
  name: string
  /** Seconds of a run. */
  timeoutSeconds: number
}

/** All that a worker of a service runs: its tasks, and its operations that are tasks. */
export function taskTimes({ tasks = [], apis }: { tasks?: readonly Task[] | undefined; apis: readonly { spec: ApiSpec }[] }): TaskTime[] {
  const operations = apis.flatMap(({ spec }) => taskOperations(spec).map(({ id, settings }) => ({ name: taskName(spec.table.api, id), timeoutSeconds: settings.task!.timeoutSeconds })))
  return [...tasks.map(({ name, options }) => ({ name, timeoutSeconds: options.timeoutSeconds })), ...operations]
}
