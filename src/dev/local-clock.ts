// Runs the schedules of a local project by the clock of this machine.
import type { TaskPort } from '../runtime/edge.ts'
import type { ClockParts } from '../tasks/index.ts'

export interface LocalClock {
  /** Looks now, and from then on whenever something is due. */
  start(): void
  /** Starts nothing more; what is under way ends with the promise. */
  close(): Promise<unknown>
}

export function localClock({ port, ...parts }: Omit<ClockParts, 'port'> & { port(): Promise<TaskPort> }): LocalClock {
  let timer: NodeJS.Timeout | undefined
  let ticking: Promise<unknown> = Promise.resolve()
  let isClosed = false
  const later = (afterMs: number): void => {
    if (isClosed) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      ticking = look().then((next) => later(Math.max(0, next - parts.now())), () => later(againMs))
    }, afterMs)
    timer.unref()
  }
  // A project without schedules loads none of this.
  const look = async (): Promise<number> => (await import('../tasks/index.ts')).tick({ ...parts, port: await port() })
  return {
    start: () => later(0),
    close() {
      isClosed = true
      clearTimeout(timer)
      return ticking
    },
  }
}

const againMs = 10_000
