// What a file or folder looks like, for who keeps something that was made of it.
import { statSync } from 'node:fs'

/** Changes with everything that is done to a file. Throws where there is none. */
export function fileState(path: string): string {
  const { size, mtimeMs, ctimeMs, ino } = statSync(path)
  // The time of the last change of any kind cannot be set back, as that of the last writing can.
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`
}

// The clock of some file systems ticks so slowly.
const tickMs = 2000

/** Whether one of these changed after a moment (epoch milliseconds) or so shortly before it that it may change again and look the same. */
export function changedSince(paths: readonly string[], moment: number): boolean {
  return paths.some((path) => statSync(path).ctimeMs > moment - tickMs)
}
