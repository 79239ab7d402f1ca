// The port of a stage whose table this process reaches.
import { changeSettings, interruptRequests, listWhatRuns, operationStats, readControl } from '../control/index.ts'
import type { Database } from '../persist/index.ts'
import { readTaskState } from '../store/index.ts'
import { cancelled, changeTask } from '../tasks/index.ts'
import { readStats } from '../telemetry/index.ts'
import type { OpsPort } from './port.ts'

export type StagePortOptions = Pick<OpsPort, 'operations' | 'transports' | 'frames'> & { database(): Database }

/** Reads and changes what stands in the kit's own table of a stage. */
export function stagePort({ database, ...given }: StagePortOptions): OpsPort {
  return {
    ...given,
    control: () => readControl(database()),
    change: (change) => changeSettings(database(), change),
    stats: () => operationStats(database(), { read: readStats }),
    running: () => listWhatRuns(database()),
    async interrupt(order) {
      await interruptRequests(database(), order)
    },
    async cancel({ running, who }) {
      const requests = running.filter(({ type }) => type === 'request').map(({ id }) => id)
      if (requests.length > 0) await interruptRequests(database(), { requests, who })
      for (const { type, id } of running) if (type === 'task') await cancelTask(database(), id)
    },
    now: () => database().now(),
  }
}

// One that has ended meanwhile stays as it is.
async function cancelTask(database: Database, id: string): Promise<void> {
  const stored = await readTaskState(database, id)
  if (stored !== undefined) await changeTask({ database }, stored, (state) => cancelled(state, database.now()))
}
