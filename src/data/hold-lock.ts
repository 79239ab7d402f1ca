// One at a time on a stage: a lease in its table, renewed while the work runs, taken over from the dead.
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../persist/index.ts'
import { isAlive, thisProcess } from '../platform/local/index.ts'
import { type LockName, readLock, releaseLock, renewLock, type StageLock, takeLock } from '../store/index.ts'

export interface LockOptions {
  database: Database
  name: LockName
  who: string
  /** What is going on, as in `deploys 261121-0907-12-5c1f2e`. */
  doing: string
  /** Waits for the one that holds it. */
  wait: boolean
  /** Told once who is waited for. */
  tell(sentence: string): void
  /** The error for whoever asked: somebody else has the lock, as the sentence says, from the beginning or since then. */
  refusal(sentence: string, isLost: boolean): Error
  /** Ends the wait. */
  signal?: AbortSignal | undefined
}

export interface HeldLock {
  /** Throws the refusal where the lock was lost. */
  check(): void
  release(): Promise<void>
}

/** How long a lock holds without being renewed, milliseconds. */
export const leaseMs = 90_000
const renewMs = 20_000
const pollMs = 2000

/**
 * Takes the lock of a stage. Before the first deployment there is no table to keep it in, and nothing to be kept apart.
 * @throws the refusal where somebody else holds it and `wait` is not set, an AbortError where `signal` ends the wait
 */
export async function holdLock({ database, name, who, doing, wait, tell, refusal, signal }: LockOptions): Promise<HeldLock> {
  const lock: StageLock = { owner: randomUUID(), who, host: hostname(), ...thisProcess(), since: new Date(database.now()).toISOString(), doing, until: 0 }
  const lease = (): StageLock => ({ ...lock, until: database.now() + leaseMs })
  for (let isTold = false; ; isTold = true) {
    const seen = await readLock(database, name)
    const taken = await takeLock(database, name, { lock: lease(), over: seen !== undefined && isGone(seen) ? seen.owner : undefined })
    if (taken === 'no table') return { check: () => undefined, release: async () => undefined }
    if (taken === 'taken') return renewed(database, name, { owner: lock.owner, lease, refusal })
    const sentence = seen === undefined ? 'somebody else has just begun' : `${seen.who} ${seen.doing} since ${seen.since.slice(0, 19).replace('T', ' ')} UTC (process ${seen.pid} on ${seen.host})`
    if (!wait) throw refusal(sentence, false)
    if (!isTold) tell(`Waiting: ${sentence}`)
    await sleep(pollMs, undefined, { signal })
  }
}

// Of a process on this machine it is known at once; of others when the lease has ended.
function isGone({ host, pid, started }: StageLock): boolean {
  return host === hostname() && !isAlive({ pid, ...(started === undefined ? {} : { started }) })
}

function renewed(database: Database, name: LockName, { owner, lease, refusal }: { owner: string; lease: () => StageLock; refusal: LockOptions['refusal'] }): HeldLock {
  let isLost = false
  let last = database.now()
  const renew = async (): Promise<void> => {
    try {
      isLost = !(await renewLock(database, name, lease()))
      if (!isLost) last = database.now()
    } catch {
      // The network may come back before the lease ends.
    }
  }
  const timer = setInterval(() => void renew(), renewMs)
  timer.unref()
  return {
    check() {
      if (isLost || database.now() - last > leaseMs) throw refusal('somebody else has taken the lock of this stage meanwhile', true)
    },
    async release() {
      clearInterval(timer)
      await releaseLock(database, name, owner)
    },
  }
}
