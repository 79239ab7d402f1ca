// A process that is killed between two writes, for tests of what must survive that.
import type { Database } from '../../src/persist/index.ts'

/** A database whose writes stop after some: as a process that is killed there. */
export function dyingAfter(database: Database, writes: number): Database {
  let left = writes
  return {
    ...database,
    run: async (name, input, options) => {
      if (!['Query', 'GetItem', 'DescribeTable'].includes(name) && (left -= 1) < 0) throw new Error('killed')
      return await database.run(name, input, options)
    },
  }
}

/** Whether work came to its end. */
export async function unlessKilled(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (failure) {
    if ((failure as Error).message !== 'killed') throw failure
    return false
  }
}
