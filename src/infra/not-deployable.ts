// What runs locally and nothing runs in the account yet: operations that are tasks, and schedules.
import type { Config } from '../config/index.ts'
import { type LocatedService, planSchedules } from '../entries/index.ts'
import type { Fault } from '../errors/index.ts'
import { taskOperations } from '../runtime/edge.ts'

/** A fault for each: accepted work that nobody runs would be lost without a word. */
export function notDeployable(root: string, services: readonly LocatedService[], config: Config): Fault[] {
  const { schedules, faults } = planSchedules(root, services, config)
  const named = new Set(Object.keys(config.schedules ?? {}))
  return [
    ...faults,
    ...services.flatMap(({ service }) => service.apis.flatMap(({ spec }) => taskOperations(spec).map(({ id }): Fault => ({ code: 'task-undeployable', file: spec.table.document, message: `the operation ${id} is a task, which nothing runs in the account: deployed functions do not run such operations yet`, hint: 'take x-klue-task out of the document for this stage; klue dev and klue test run it' })))),
    ...schedules.map(({ name }): Fault => ({ code: 'schedule-undeployable', file: named.has(name) ? 'klue-config.yaml' : services.find(({ service }) => service.schedules?.some((schedule) => schedule.name === name) === true)?.entry ?? '', ...(named.has(name) ? { pointer: `schedules.${name}` } : {}), message: `nothing runs the schedule ${name} in the account yet`, hint: 'take it out for this stage; klue dev runs it' })),
  ]
}
