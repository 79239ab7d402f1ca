// Faults of x-klue-task.
import { type RawOperation, repliesOf } from '../compile/operations.ts'
import { readTaskSettings } from '../compile/task-operations.ts'
import type { ApiDocument, FaultNote } from '../read/document.ts'
import { pointerTo } from '../read/pointers.ts'

/** What is wrong with an operation that is to become a task. */
export function checkTask(api: ApiDocument, operation: RawOperation): FaultNote[] {
  const value = operation.value['x-klue-task']
  if (value === undefined) return []
  const place = pointerTo(operation.pointer, 'x-klue-task')
  if (['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(operation.method)) return [{ code: 'extension-misplaced', pointer: place, message: `x-klue-task has no meaning for ${operation.method}, which begins nothing`, hint: 'take it away, or change the method to POST' }]
  const notes = readTaskSettings(value).faults.map(({ key, message, hint }): FaultNote => ({ code: 'extension-invalid', pointer: key === undefined ? place : pointerTo(place, key), message, ...(hint === undefined ? {} : { hint }) }))
  const own = repliesOf(api, operation).find(({ status }) => status === '202')
  if (own !== undefined) notes.push({ code: 'task-answer-declared', pointer: own.pointer, message: `${operation.id} is a task, whose 202 is klue's own: the task and its Location`, hint: 'declare the answer that the handler gives in the end, for example 200' })
  return notes
}
