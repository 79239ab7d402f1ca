// One deployment of a stage at a time: the lock of the stage, whose loss ends a deployment in its own way.
import { type HeldLock, holdLock as holdStageLock, leaseMs, LockedError, type LockOptions as StageLockOptions } from '../../data/work.ts'
import { Stop } from './outcome.ts'

export type { HeldLock }
export { leaseMs }

export type LockOptions = Omit<StageLockOptions, 'name'>

/**
 * Takes the lock of a stage. Before the first deployment there is no table to keep it in: CloudFormation then makes the stack for one only.
 * @throws Stop `locked` where somebody else holds it and `wait` is not set
 */
export async function holdLock(options: LockOptions): Promise<HeldLock> {
  const lock = await holdStageLock({ ...options, name: 'deployment' }).catch((error: unknown) => {
    throw error instanceof LockedError ? new Stop('locked', `${error.message}; --wait waits for the end`) : error
  })
  return {
    ...lock,
    check() {
      try {
        lock.check()
      } catch (error) {
        throw error instanceof LockedError ? new Stop('locked', error.message) : error
      }
    },
  }
}
