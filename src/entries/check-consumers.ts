// Compares the consumers of all services: a name is one consumer, and no task, because rows and lines carry nothing else; a table is one of the project's.
import type { Fault } from '../errors/index.ts'
import type { LocatedService } from './import-services.ts'

/** A fault for each consumer whose name another one or a task has, and for each whose table is none of the project's. */
export function checkConsumers(services: readonly LocatedService[]): Fault[] {
  const tasks = new Set(services.flatMap(({ service }) => (service.tasks ?? []).map(({ name }) => name)))
  const tables = new Set(services.flatMap(({ service }) => service.apis.flatMap(({ spec }) => spec.table.persist.map(({ table }) => table))))
  const known = new Map<string, { consumer: object; entry: string }>()
  return services.flatMap(({ entry, service }) => (service.consumers ?? []).flatMap((consumer): Fault[] => {
    const { name, source } = consumer
    const other = known.get(name)
    known.set(name, other ?? { consumer, entry })
    if (other !== undefined && other.consumer === consumer) return []
    const faults: Fault[] = []
    if (other !== undefined) faults.push({ code: 'consumer-double', file: entry, message: `two consumers have the name ${name}${other.entry === entry ? '' : `, the other one in ${other.entry}`}`, hint: 'give one of them another name with the option name' })
    if (tasks.has(name)) faults.push({ code: 'consumer-double', file: entry, message: `a task has the name ${name} of a consumer`, hint: 'give one of them another name' })
    if ('table' in source && !tables.has(source.table)) faults.push({ code: 'consumer-invalid', file: entry, message: `the consumer ${name} hangs on the table ${source.table}, which no document of the project persists`, hint: 'pass a definition of an API that a service of the project serves' })
    return faults
  }))
}
