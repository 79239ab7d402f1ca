// The entry files of a project: imported, compared with their documents, and started where nothing is.
export { checkHandlers } from './check-handlers.ts'
export { checkTasks } from './check-tasks.ts'
export { checkTasksPath } from './check-tasks-path.ts'
export { checkStart } from './check-start.ts'
export { entryFault } from './entry-fault.ts'
export { importServices, type LocatedService } from './import-services.ts'
export { planSchedules } from './plan-schedules.ts'
export { startFaults } from './start-faults.ts'
