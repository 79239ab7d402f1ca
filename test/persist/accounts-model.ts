// What tables of accounts have to do, in memory: one step after the other, with no database.
import type { Account } from './tables-fixture.ts'

export type Step =
  | { kind: 'save'; id: string; email?: string | undefined; name?: string | undefined; version: 'right' | 'stale' | 'none' }
  | { kind: 'update'; id: string; email: string | 'gone' | undefined; add: number; below: number | undefined }
  | { kind: 'delete'; id: string }
  | { kind: 'transfer'; from: string; to: string; amount: number }
  | { kind: 'pair'; ids: [string, string]; email: string }

export type State = ReadonlyMap<string, Account>

export interface Outcome {
  state: State
  /** The code of the error, or undefined where the step is done. */
  error?: string | undefined
}

const refused = (state: State, error: string): Outcome => ({ state, error })

function withItem(state: State, item: Account): State {
  return new Map(state).set(item.id, item)
}

function isTaken(state: State, item: Account): boolean {
  return [...state.values()].some((other) => other.id !== item.id && ((item.email !== undefined && other.email === item.email) || (item.tenant !== undefined && item.name !== undefined && other.tenant === item.tenant && other.name === item.name)))
}

/** The item of a save step; all accounts are of one tenant. */
export function itemOf(step: Extract<Step, { kind: 'save' }>, state: State): Account {
  const stored = state.get(step.id)
  const version = step.version === 'right' ? stored?.version : step.version === 'stale' ? (stored?.version ?? 0) + 3 : undefined
  return { id: step.id, tenant: 't', ...(step.email === undefined ? {} : { email: step.email }), ...(step.name === undefined ? {} : { name: step.name }), ...(stored?.balance === undefined ? {} : { balance: stored.balance }), ...(version === undefined ? {} : { version }) }
}

/** What becomes of a state. */
export function apply(state: State, step: Step): Outcome {
  if (step.kind === 'save') {
    const item = itemOf(step, state)
    if ((item.version ?? 0) !== (state.get(step.id)?.version ?? 0)) return refused(state, 'VERSION_CONFLICT')
    return isTaken(state, item) ? refused(state, 'UNIQUE_CONFLICT') : { state: withItem(state, { ...item, version: (item.version ?? 0) + 1 }) }
  }
  if (step.kind === 'update') return update(state, step)
  if (step.kind === 'delete') return { state: new Map([...state].filter(([id]) => id !== step.id)) }
  if (step.kind === 'transfer') return transfer(state, step)
  const [first, second] = step.ids.map((id) => ({ id, email: `${step.email}${id}` })) as [Account, Account]
  if (state.has(first.id) || state.has(second.id)) return refused(state, 'VERSION_CONFLICT')
  return isTaken(state, first) || isTaken(state, second) ? refused(state, 'UNIQUE_CONFLICT') : { state: withItem(withItem(state, { ...first, version: 1 }), { ...second, version: 1 }) }
}

function update(state: State, { id, email, add, below }: Extract<Step, { kind: 'update' }>): Outcome {
  const stored: Account = state.get(id) ?? { id }
  if (below !== undefined && !(stored.balance !== undefined && stored.balance < below)) return refused(state, 'CONDITION_FAILED')
  const { email: before, ...rest } = stored
  const next: Account = { ...rest, balance: (stored.balance ?? 0) + add, version: (stored.version ?? 0) + 1, ...(email === 'gone' ? {} : email === undefined ? (before === undefined ? {} : { email: before }) : { email }) }
  return isTaken(state, next) ? refused(state, 'UNIQUE_CONFLICT') : { state: withItem(state, next) }
}

function transfer(state: State, { from, to, amount }: Extract<Step, { kind: 'transfer' }>): Outcome {
  const [source, target] = [state.get(from), state.get(to)]
  if (source?.balance === undefined || source.balance < amount || target === undefined) return refused(state, source?.balance === undefined || source.balance < amount ? 'CONDITION_FAILED' : 'ITEM_NOT_FOUND')
  return { state: withItem(withItem(state, { ...source, balance: source.balance - amount, version: source.version! + 1 }), { ...target, balance: (target.balance ?? 0) + amount, version: (target.version ?? 0) + 1 }) }
}
