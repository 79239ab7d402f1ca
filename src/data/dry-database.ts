// A database that reads, and counts what would be written instead of writing it.
import type { Database } from '../persist/index.ts'

/** Calls that change nothing. */
const reads = new Set(['GetItem', 'BatchGetItem', 'TransactGetItems', 'Query', 'Scan', 'DescribeTable'])

/** The same database without its writes; `wrote` is told each. */
export function dryDatabase(database: Database, wrote: () => void): Database {
  return {
    ...database,
    async run(name, input, options) {
      if (reads.has(name)) return await database.run(name, input, options)
      wrote()
      return {} as never
    },
    close: () => undefined,
  }
}
