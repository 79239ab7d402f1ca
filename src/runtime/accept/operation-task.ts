// An operation as a task: for whoever fires it, and for whoever runs it.
import type { CompiledOperation, Validator } from '../../openapi/index.ts'
import type { ApiSpec } from '../api/api-spec.ts'
import type { Task } from '../exchange/task.ts'
import type { TaskContext } from '../exchange/task-context.ts'
import type { StoredRequest } from './stored-request.ts'
import { taskName } from './task-names.ts'

export interface OperationRun {
  handler(input: StoredRequest, context: TaskContext): unknown
  /** Whether this version takes the input. */
  fits(input: StoredRequest): boolean
}

/** An operation as a task. */
export function operationTask(spec: ApiSpec, { id, settings }: CompiledOperation, { handler, fits: isFitting }: OperationRun): Task {
  const { attempts, timeoutSeconds, concurrency } = settings.task!
  const check: Validator = Object.assign((value: unknown) => {
    const isGood = isFitting(value as StoredRequest)
    check.errors = isGood ? null : [{ instancePath: '', keyword: 'operation', message: 'is no request that this version takes', params: {} }]
    return isGood
  }, { errors: null })
  // What it gives is checked as an answer, by its own run.
  const schema = { spec: { value: () => ({ input: check }) } as never, file: id }
  return {
    kind: 'klue.Task',
    name: taskName(spec.table.api, id),
    options: {
      input: schema,
      result: schema,
      attempts, timeoutSeconds, delaySeconds: 0, identity: 'fail', key: 'one-at-a-time',
      slowMs: settings.slowMs ?? timeoutSeconds * 500,
      ...(concurrency === undefined ? {} : { concurrency }),
      backoff: { firstSeconds: 10, maxSeconds: 3600 },
      retain: { succeededDays: 7, failedDays: 90, inputDays: 1 },
    },
    handler: handler as never,
  }
}
