// What a throttled table does not take is tried again, each time later.
import { failedBecause } from '../persist/index.ts'

const attempts = 9

const refusals = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']

/** Makes a call until the table takes it; throws what stands against it otherwise, or when there is no hope. */
export async function untilTaken<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (failure) {
      if (attempt === attempts || !refusals.some((reason) => failedBecause(failure, reason))) throw failure
      // Not all at once again.
      await process.getBuiltinModule('node:timers/promises').setTimeout(Math.min(2000, 25 * 2 ** attempt) * (0.5 + Math.random() / 2))
    }
  }
}
