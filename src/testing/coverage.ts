// The table of declared answers that no test reached.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compiledApis } from './check-exchange.ts'

export interface CoverageRow {
  api: string
  operation: string
  /** Declared statuses that a test reached. */
  reached: string[]
  /** Declared statuses that none reached. */
  missed: string[]
}

/** One row for each operation of the APIs that were tested; those never called included. */
export function readCoverage(root: string, folder: string): CoverageRow[] {
  const reached = new Set<string>()
  const files = existsSync(folder) ? readdirSync(folder) : []
  for (const file of files) for (const entry of JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown[]) reached.add(JSON.stringify(entry))
  return compiledApis(root).flatMap(({ table }) =>
    table.operations.map(({ id, replies }) => {
      const isReached = (status: string): boolean => reached.has(JSON.stringify([table.api, id, status]))
      const statuses = replies.map(({ status }) => status)
      return { api: table.api, operation: id, reached: statuses.filter(isReached), missed: statuses.filter((status) => !isReached(status)) }
    }),
  )
}

/** The rows as lines of a terminal; says so where nothing was missed. */
export function coverageTable(rows: CoverageRow[]): string {
  const missed = rows.filter((row) => row.missed.length > 0)
  const count = rows.reduce((sum, row) => sum + row.reached.length, 0)
  const total = rows.reduce((sum, row) => sum + row.reached.length + row.missed.length, 0)
  const head = `${count} of ${total} declared answers of ${rows.length} operations were reached`
  if (missed.length === 0) return head
  const width = Math.max(...missed.map((row) => row.operation.length))
  const lines = missed.map((row) => `  ${row.operation.padEnd(width)}  ${row.reached.length === 0 ? 'no answer reached' : `reached ${row.reached.join(', ')}`}; missing ${row.missed.join(', ')}`)
  return [`${head}; no test reached:`, ...lines].join('\n')
}
