// The gate: what the new documents change for callers of those that are live, and what of it was let through.
import type { Change } from '../../gate/index.ts'
import type { AllowedChange } from '../../store/index.ts'
import { Stop } from './outcome.ts'

export interface GateOptions {
  /** By API. */
  before: ReadonlyMap<string, unknown>
  after: ReadonlyMap<string, unknown>
  compare(before: unknown, after: unknown): Change[]
  /** `--allow-breaking`: operation → reason. */
  reasons: ReadonlyMap<string, string>
  /** Operation → how often it was called in 30 days; undefined where nobody knows. Asked only where something is refused. */
  calls(): Promise<ReadonlyMap<string, number> | undefined>
}

export interface Verdict {
  /** Changes that break callers and were not let through. */
  refused: Change[]
  allowed: AllowedChange[]
  /** Number of changes that break nobody. */
  harmless: number
  /** Operations that were let through without need. */
  needless: string[]
}

/** Compares the documents of every API; one that is gone has lost every operation. */
export function judge({ before, after, compare, reasons }: Omit<GateOptions, 'calls'>): Verdict {
  const changes = [...before].flatMap(([api, document]) => compare(document, after.get(api) ?? withoutPaths(document)))
  const breaking = changes.filter((change) => change.breaking)
  const reasonOf = ({ operation, method, path }: Change): string | undefined => reasons.get(operation) ?? reasons.get(`${method.toUpperCase()} ${path}`)
  const allowed = new Map<string, AllowedChange & { changes: string[] }>()
  for (const change of breaking) {
    const reason = reasonOf(change)
    if (reason === undefined) continue
    const found = allowed.get(change.operation) ?? { operation: change.operation, reason, changes: [] }
    found.changes.push(change.message)
    allowed.set(change.operation, found)
  }
  const met = new Set(breaking.flatMap((change) => [change.operation, `${change.method.toUpperCase()} ${change.path}`]))
  return { refused: breaking.filter((change) => reasonOf(change) === undefined), allowed: [...allowed.values()], harmless: changes.length - breaking.length, needless: [...reasons.keys()].filter((operation) => !met.has(operation)) }
}

function withoutPaths(document: unknown): unknown {
  return { ...(document as object), paths: {} }
}

/**
 * Judges, and gives the verdict with a few words on it.
 * Rejects with a Stop `refused`, with a line for every change that breaks callers
 */
export async function passGate(options: GateOptions): Promise<{ verdict: Verdict; note: string }> {
  const verdict = judge(options)
  const { refused, allowed, harmless, needless } = verdict
  if (refused.length > 0) {
    const calls = await options.calls()
    const operations = new Set(refused.map(({ operation }) => operation))
    throw new Stop('refused', `${count(refused.length, 'change breaks', 'changes break')} callers of ${count(operations.size, 'operation', 'operations')}; let one through with --allow-breaking ${quoted([...operations][0]!)}=REASON`, refused.map((change) => refusalLine(change, calls)))
  }
  const parts = [harmless === 0 && allowed.length === 0 ? 'no change of the documents' : count(harmless, 'change that breaks nobody', 'changes that break nobody'), ...allowed.map(({ operation, reason }) => `${operation} let through: ${reason}`), ...needless.map((operation) => `${operation} has no change that breaks callers`)]
  return { verdict, note: parts.join('; ') }
}

/** One change as a line: operation, place, what it is, and how many it concerns. */
export function refusalLine({ operation, method, path, pointer, message }: Change, calls: ReadonlyMap<string, number> | undefined): string {
  const called = calls === undefined ? '' : `; called ${count(calls.get(operation) ?? 0, 'time', 'times')} in 30 days`
  const name = operation === `${method.toUpperCase()} ${path}` ? operation : `${operation} (${method.toUpperCase()} ${path})`
  return `${name} ${pointer}: ${message}${called}`
}

function quoted(operation: string): string {
  return /\s/.test(operation) ? `"${operation}"` : operation
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`
}
