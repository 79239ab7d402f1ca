// Writes the operation table of an API as CommonJS.
import { literalOf } from '../files/identifiers.ts'
import type { ApiTable } from '../table.ts'

/** The file `table.cjs`: one operation a line. */
export function emitTable(table: ApiTable): string {
  const { operations, routes, ...rest } = table
  const fields = Object.entries(rest).map(([key, value]) => `  ${key}: ${literalOf(value)},\n`).join('')
  return `// The operation table of the API ${table.api}.
'use strict'
module.exports = {
${fields}  operations: [
${operations.map((operation) => `    ${literalOf(operation)},\n`).join('')}  ],
  routes: ${literalOf(routes)},
}
`
}
