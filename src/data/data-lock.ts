// One at a time works on the data of a stage.
import { UsageError } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { type HeldLock, holdLock } from './hold-lock.ts'

/** Takes the lock of the data of a stage. Throws a UsageError where somebody else has it, an AbortError where `signal` ends the wait. */
export function takeDataLock({ database, who, doing, wait = false, notice = () => undefined, signal }: { database: Database; who: string; doing: string; wait?: boolean; notice?: (sentence: string) => void; signal?: AbortSignal }): Promise<HeldLock> {
  return holdLock({ database, name: 'data', who, doing, wait, tell: notice, refusal: lockedFault, signal })
}

/** Somebody else works on the data, as the sentence says. */
export function lockedFault(sentence: string): UsageError {
  return new UsageError({ code: 'data-locked', file: '', message: `the data of this stage are worked on: ${sentence}`, hint: 'wait for its end; what a killed process has begun can be taken over within 90 seconds' })
}
