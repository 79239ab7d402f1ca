// The operations of a service that run as tasks, as tasks: what a worker runs, and what is fired for a request.
import type { CompiledOperation, Validator } from '../../openapi/index.ts'
import { type ApiSpec, usedNames } from '../api/api-spec.ts'
import { findOperation, toSegments } from '../api/match.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Task } from '../exchange/task.ts'
import type { TaskContext } from '../exchange/task-context.ts'
import { validateRequest } from '../input/validate.ts'
import { isForm } from '../../media/index.ts'
import { fromStored, type StoredRequest } from './stored-request.ts'
import type { TaskApi, TaskService } from './task-service.ts'

/** The operations of an API that run as tasks. */
export function taskOperations(spec: ApiSpec): CompiledOperation[] {
  return (usedNames(spec).tasks ?? []).map((position) => spec.table.operationAt?.(position) ?? spec.table.operations[position]!)
}

/** Its name among the tasks of a service; the dot keeps it apart from those that `defineTask` makes. */
export function taskName(api: string, operationId: string): string {
  return `${api}.${operationId}`
}

/** The tasks of a service's operations, as a worker runs them. */
export function operationTasks(service: TaskService): Task[] {
  return service.apis.flatMap((api) => taskOperations(api.spec).map((operation) => operationTask(api.spec, operation, {
    // Loaded with the first run: whoever only fires does without.
    handler: async (input, context) => (await import('./run-operation.ts')).runOperation({ service, api, operation }, input, context),
    fits: (input) => fits(service, { api, operation }, input),
  })))
}

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

// Forms are read by what is loaded with a run; one that does not fit fails there.
function fits({ platform }: TaskService, { api, operation }: { api: TaskApi; operation: CompiledOperation }, input: StoredRequest): boolean {
  const request = fromStored(input)
  try {
    const match = findOperation(api.spec.table, request.method, toSegments(request.path, request.pathIsDecoded === true))
    if (match.kind !== 'operation' || match.operation.id !== operation.id) return false
    if (isForm(request.headers['content-type'] ?? operation.body?.media[0] ?? '')) return true
    return validateRequest(api.spec, match.operation, { request, match, platform, api } as unknown as Exchange).faults.length === 0
  } catch {
    return false
  }
}
