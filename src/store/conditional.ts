// Calls that may fail in a way that is an answer: a write whose condition does not hold, a stage without a table.
import { failedBecause } from '../persist/index.ts'

/** Whether a conditional write was done; false where its condition did not hold. Throws every other failure on. */
export async function isDone(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (failure) {
    if (failedBecause(failure, 'ConditionalCheckFailedException')) return false
    throw failure
  }
}

/** What a call answers; undefined where there is no table yet: nothing was kept before the first deployment. */
export async function orNone<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call
  } catch (failure) {
    if (failedBecause(failure, 'ResourceNotFoundException')) return undefined
    throw failure
  }
}
