// Keys that this minor version has made the kit's: a value of another shape is the service's own, as it was before.
import { isMap, valueFault } from './check-value.ts'
import { keySpec } from './key-table.ts'

const newKeys: ReadonlySet<string> = new Set(['schedules', 'tasks_path', 'run_schedules'])

/** Whether what stands under a new key cannot be meant for the kit. */
export function isOwnValue(key: string, value: unknown): boolean {
  if (!newKeys.has(key) || value === undefined || value === null) return false
  if (key === 'schedules') return !isMap(value) || (Object.keys(value).length > 0 && !Object.values(value).some((entry) => isMap(entry) || entry === null))
  // A path that is only written wrongly is a fault.
  return typeof value !== (key === 'tasks_path' ? 'string' : 'boolean') && valueFault(keySpec(key)!, value) !== undefined
}
