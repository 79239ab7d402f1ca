// Tokens of transactions: for ten minutes one that was done is not done again.
import { createHash } from 'node:crypto'
import type { Change, Level } from '../dynalite.ts'
import { refusal } from './answers.ts'

const keptMs = 10 * 60_000
const prefix = 'token~'

interface Row {
  request: string
  until: number
  /** Read units of a repetition, by table. */
  units: Record<string, number>
}

export interface Token {
  /** The read units of what was done with it already. */
  done: Record<string, number> | undefined
  /** What notes that it was done now. */
  change(units: Record<string, number>): Change
}

/** A mark of a request: the same for the same actions, whatever the order of their properties. */
export function markOf(actions: unknown): string {
  return createHash('sha256').update(JSON.stringify(actions, ordered)).digest('base64url')
}

/** Looks a token up. Throws IdempotentParameterMismatchException where another request came with it. */
export async function findToken(db: Level, token: string, { request, now }: { request: string; now: number }): Promise<Token> {
  const key = prefix + createHash('sha256').update(token).digest('base64url')
  const [row] = (await db.getMany([key])) as [Row | undefined]
  const isKept = row !== undefined && row.until > now
  if (isKept && row.request !== request) throw refusal('IdempotentParameterMismatchException', 'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical')
  return { done: isKept ? row.units : undefined, change: (units) => ({ type: 'put', key, value: { request, until: now + keptMs, units } satisfies Row }) }
}

/** Removes what is over, so many at most; says whether more may be left. */
export async function forgetTokens(db: Level, now: number, limit: number): Promise<boolean> {
  const iterator = db.iterator({ gte: prefix, lt: `${prefix}\uffff`, valueEncoding: 'utf8' })
  try {
    const rows = await iterator.nextv(limit)
    const over = rows.filter(([, text]) => (JSON.parse(text) as Row).until <= now)
    if (over.length > 0) await db.batch(over.map(([key]) => ({ type: 'del', key })))
    return over.length > 0 && rows.length === limit
  } finally {
    await iterator.close()
  }
}

function ordered(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}
