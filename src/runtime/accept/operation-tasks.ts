// The operations of a service that run as tasks, as a worker runs them.
import { isForm } from '../../media/index.ts'
import type { CompiledOperation } from '../../openapi/index.ts'
import { findOperation, toSegments } from '../api/match.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Task } from '../exchange/task.ts'
import { validateRequest } from '../input/validate.ts'
import { fromStored } from './from-stored.ts'
import { operationTask } from './operation-task.ts'
import type { StoredRequest } from './stored-request.ts'
import { taskOperations } from './task-names.ts'
import type { TaskApi, TaskService } from './task-service.ts'

/** The tasks of a service's operations, as a worker runs them. */
export function operationTasks(service: TaskService): Task[] {
  return service.apis.flatMap((api) => taskOperations(api.spec).map((operation) => operationTask(api.spec, operation, {
    // Loaded with the first run: whoever only fires does without.
    handler: async (input, context) => (await import('./run-operation.ts')).runOperation({ service, api, operation }, input, context),
    fits: (input) => fits(service, { api, operation }, input),
  })))
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
