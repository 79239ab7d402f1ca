// One deployment of a stage at a time: a lease in the table of the stage, renewed while the deployment runs.
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../persist/index.ts'
import { isAlive, thisProcess } from '../../platform/local/index.ts'
import { type DeploymentLock, readLock, releaseLock, renewLock, takeLock } from '../../store/index.ts'
import { Stop } from './outcome.ts'

export interface LockOptions {
  database: Database
  who: string
  /** What is going on, as in `deploys 261121-0907-12-5c1f2e`. */
  doing: string
  /** Waits for the one that holds it. */
  wait: boolean
  /** Told once who is waited for. */
  tell(sentence: string): void
}

export interface HeldLock {
  /** Throws a Stop where the lock was lost. */
  check(): void
  release(): Promise<void>
}

/** How long a lock holds without being renewed, milliseconds. */
export const leaseMs = 90_000
const renewMs = 20_000
const pollMs = 2000

/**
 * Takes the lock of a stage. Before the first deployment there is no table to keep it in: CloudFormation then makes the stack for one only.
 * @throws Stop `locked` where somebody else holds it and `wait` is not set
 */
export async function holdLock({ database, who, doing, wait, tell }: LockOptions): Promise<HeldLock> {
  const lock: DeploymentLock = { owner: randomUUID(), who, host: hostname(), ...thisProcess(), since: new Date(database.now()).toISOString(), doing, until: 0 }
  const lease = (): DeploymentLock => ({ ...lock, until: database.now() + leaseMs })
  for (let isTold = false; ; isTold = true) {
    const seen = await readLock(database)
    const taken = await takeLock(database, lease(), seen !== undefined && isGone(seen) ? seen.owner : undefined)
    if (taken === 'no table') return { check: () => undefined, release: async () => undefined }
    if (taken === 'taken') return renewed(database, { owner: lock.owner, lease })
    const sentence = seen === undefined ? 'somebody else has just begun to deploy' : `${seen.who} ${seen.doing} since ${seen.since.slice(0, 19).replace('T', ' ')} UTC (process ${seen.pid} on ${seen.host})`
    if (!wait) throw new Stop('locked', `${sentence}; --wait waits for the end`)
    if (!isTold) tell(`Waiting: ${sentence}`)
    await sleep(pollMs)
  }
}

// Of a process on this machine it is known at once; of others when the lease has ended.
function isGone({ host, pid, started }: DeploymentLock): boolean {
  return host === hostname() && !isAlive({ pid, ...(started === undefined ? {} : { started }) })
}

function renewed(database: Database, { owner, lease }: { owner: string; lease: () => DeploymentLock }): HeldLock {
  let isLost = false
  let last = database.now()
  const renew = async (): Promise<void> => {
    try {
      isLost = !(await renewLock(database, lease()))
      if (!isLost) last = database.now()
    } catch {
      // The network may come back before the lease ends.
    }
  }
  const timer = setInterval(() => void renew(), renewMs)
  timer.unref()
  return {
    check() {
      if (isLost || database.now() - last > leaseMs) throw new Stop('locked', 'somebody else has taken the lock of this stage meanwhile')
    },
    async release() {
      clearInterval(timer)
      await releaseLock(database, owner)
    },
  }
}
