// Compares the tasks of all services: a name is one task, because rows carry nothing else.
import type { Fault } from '../errors/index.ts'
import type { LocatedService } from './import-services.ts'

/** A fault for each task whose name another one has. */
export function checkTasks(services: readonly LocatedService[]): Fault[] {
  const known = new Map<string, { task: object; entry: string }>()
  return services.flatMap(({ entry, service }) => (service.tasks ?? []).flatMap((task): Fault[] => {
    const other = known.get(task.name)
    known.set(task.name, other ?? { task, entry })
    if (other === undefined || other.task === task) return []
    return [{ code: 'task-double', file: entry, message: `two tasks have the name ${task.name}${other.entry === entry ? '' : `, the other one in ${other.entry}`}`, hint: 'give one of them another name in defineTask' }]
  }))
}
