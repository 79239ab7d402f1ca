// Compares whether operations answer at once or become tasks.
import { type RawOperation, taskOf } from '../openapi/index.ts'
import type { Finding } from './change.ts'

/** What changed in x-klue-task for callers. */
export function compareTasks({ before, after }: { before: RawOperation; after: RawOperation }): Omit<Finding, 'pointer'>[] {
  const [was, is] = [taskOf(before.value), taskOf(after.value)]
  if (was === undefined && is === undefined) return []
  if (was === undefined) return [{ rule: 'task-added', breaking: true, text: 'it runs as a task now; callers get 202 and the task instead of the answer' }]
  if (is === undefined) return [{ rule: 'task-removed', breaking: true, text: 'it is no task any more; callers that wait for the task find none' }]
  if (was.envelope !== is.envelope) return [{ rule: 'task-envelope-changed', breaking: true, text: `the task lies ${is.envelope === undefined ? 'in the body itself' : `in ${is.envelope}`} now; callers look for it elsewhere` }]
  return []
}
