// Ids of tasks that are the same whenever the request or run that fires them comes again.
import type { Notes } from '../exchange/notes.ts'
import type { FireOrder } from '../exchange/task.ts'

/** Id of the next task with this name and key. Tasks that an attempt fires are told apart by name, key and order. */
export function nextTaskId({ taskIds }: Pick<Notes, 'taskIds'>, name: string, key?: string): string {
  if (taskIds === undefined) return globalThis.crypto.randomUUID()
  const what = JSON.stringify([name, key])
  const before = taskIds.fired.get(what) ?? 0
  taskIds.fired.set(what, before + 1)
  const hex = process.getBuiltinModule('node:crypto').createHash('sha256').update(JSON.stringify([taskIds.seed, what, before])).digest('hex')
  // The form of a UUID whose bits mean what its maker says (RFC 9562, version 8).
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What an order says of that. */
export function onceOf({ taskIds }: Pick<Notes, 'taskIds'>): Pick<FireOrder, 'once'> {
  return taskIds === undefined ? {} : { once: { isRepeated: taskIds.isRepeated } }
}
