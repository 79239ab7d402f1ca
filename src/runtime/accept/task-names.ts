// Which operations run as tasks, and what they are called among tasks.
import type { CompiledOperation } from '../../openapi/index.ts'
import { type ApiSpec, usedNames } from '../api/api-spec.ts'

/** The operations of an API that run as tasks. */
export function taskOperations(spec: ApiSpec): CompiledOperation[] {
  return (usedNames(spec).tasks ?? []).map((position) => spec.table.operationAt?.(position) ?? spec.table.operations[position]!)
}

/** Its name among the tasks of a service; the dot keeps it apart from those that `defineTask` makes. */
export function taskName(api: string, operationId: string): string {
  return `${api}.${operationId}`
}
