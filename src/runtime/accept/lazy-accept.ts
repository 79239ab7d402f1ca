// Loads what accepts operations as tasks, and shows them, with the first of them.
type Parts = typeof import('./accept-parts.ts')

let loading: Promise<Parts> | undefined

/** The step call of an operation that runs as a task, and what answers below `tasks_path`. */
export function loadAccept(): Promise<Parts> {
  return (loading ??= import('./accept-parts.ts'))
}
