// Loads what accepts operations as tasks with the first of them.
type Accept = typeof import('./accept-task.ts')
type Routes = typeof import('./answer-task.ts')

/** The step call of an operation that runs as a task. */
export function loadAccept(): Promise<Accept> {
  return import('./accept-task.ts')
}

/** What answers below `tasks_path`. */
export function loadTaskRoutes(): Promise<Routes> {
  return import('./answer-task.ts')
}
