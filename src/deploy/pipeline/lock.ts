// One deployment of a stage at a time: the lock of the stage, whose loss ends a deployment in its own way.
import { type HeldLock, holdLock as holdStageLock, leaseMs, type LockOptions as StageLockOptions } from '../../data/work.ts'
import { Stop } from './outcome.ts'

export type { HeldLock }
export { leaseMs }

export type LockOptions = Omit<StageLockOptions, 'name' | 'refusal'>

/**
 * Takes the lock of a stage. Before the first deployment there is no table to keep it in: CloudFormation then makes the stack for one only.
 * @throws Stop `locked` where somebody else holds it and `wait` is not set
 */
export function holdLock(options: LockOptions): Promise<HeldLock> {
  return holdStageLock({ ...options, name: 'deployment', refusal: (sentence, isLost) => new Stop('locked', isLost ? sentence : `${sentence}; --wait waits for the end`) })
}
