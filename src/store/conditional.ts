// A write that holds only under its condition.
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
