// Forgets what idempotency keys keep of requests: the line of each names its key.
import type { Database } from '../persist/index.ts'
import { forgetKey, type RequestRow } from '../store/index.ts'
import { recordOf } from './record-of.ts'

/** Takes away the answers that are kept for these requests. That their keys were used stays. */
export async function forgetAnswers(database: Database, rows: readonly RequestRow[]): Promise<void> {
  const ids = new Set(rows.flatMap((row) => {
    // Reading a record costs more than a look at its text.
    if (row.record?.includes('"idempotency"') !== true) return []
    const { idempotency } = recordOf(row)
    return typeof idempotency === 'string' ? [idempotency] : []
  }))
  for (const id of ids) await forgetKey(database, id)
}
