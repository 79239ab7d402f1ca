// What a process of the drill does: random steps, and what the items of its lane are after one.
import { type Arbitrary, constantFrom, integer, option, record, uniqueArray } from 'fast-check'
import { accountIds } from './definitions.ts'

const numbers = 6

export interface Write {
  number: number
  /** The value, or undefined to delete. */
  n: number | undefined
}

export type Step =
  | { kind: 'save'; number: number; n: number; name: string | undefined }
  | { kind: 'update'; number: number; add: number; name: string | undefined; below: number | undefined }
  | { kind: 'delete'; number: number }
  | { kind: 'batch put'; writes: Write[] }
  | { kind: 'batch delete'; writes: Write[] }
  | { kind: 'together'; writes: Write[]; isCancelled: boolean }
  | { kind: 'transfer'; from: string; to: string; amount: number }
  | { kind: 'deposit'; to: string; amount: number }
  | { kind: 'count'; of: string }

/** Items of a lane by number. */
export type State = ReadonlyMap<number, { n?: number; name?: string }>

const number = integer({ min: 0, max: numbers - 1 })
const n = integer({ min: 1, max: 99 })
// Names of the lane itself, and such as other lanes want too.
const name = option(constantFrom('own-a', 'own-b', 'all-a', 'all-b', 'all-c'), { nil: undefined })
const account = constantFrom(...accountIds)
const amount = integer({ min: 1, max: 20 })
const writes = (least: number, most: number): Arbitrary<Write[]> => uniqueArray(record({ number, n: option(n, { nil: undefined }) }), { minLength: least, maxLength: most, selector: (write) => write.number })
const kind = <Kind extends string>(value: Kind): Arbitrary<Kind> => constantFrom(value)

const kinds: Arbitrary<Step>[] = [
  record({ kind: kind('save'), number, n, name }),
  record({ kind: kind('update'), number, add: n, name, below: option(integer({ min: 1, max: 200 }), { nil: undefined }) }),
  record({ kind: kind('delete'), number }),
  record({ kind: kind('batch put'), writes: writes(2, 4) }),
  record({ kind: kind('batch delete'), writes: writes(2, 3) }),
  record({ kind: kind('together'), writes: writes(2, 4), isCancelled: constantFrom(false, false, false, true) }),
  record({ kind: kind('transfer'), from: account, to: account, amount }).filter(({ from, to }) => from !== to),
  record({ kind: kind('deposit'), to: account, amount }),
  record({ kind: kind('count'), of: account }),
]

/** Any step; all kinds alike. */
export const steps: Arbitrary<Step> = integer({ min: 0, max: kinds.length - 1 }).chain((index) => kinds[index]!)

/** A name as it is stored: those of the lane itself carry its number. */
export function nameIn(lane: number, wanted: string): string {
  return wanted.startsWith('own') ? `${lane}-${wanted}` : wanted
}

/** What a step makes of a lane. */
export interface Outcome {
  state: State
  /** Codes with which it may be refused instead, changing nothing. */
  mayBe: string[]
  /** Whether it can be done at all. */
  isPossible: boolean
  /** Items that change each by itself: cut off, some of them may be done. */
  isApart: boolean
}

/** What becomes of the items of a lane, and with what a step may be refused. */
export function apply(lane: number, state: State, step: Step): Outcome {
  const whole = { isPossible: true, isApart: false, mayBe: ['TRANSACTION_CONFLICT'] }
  if (step.kind === 'save') return named({ lane, state, step, next: { n: step.n } }, whole)
  if (step.kind === 'update') {
    const before = state.get(step.number)
    if (step.below !== undefined && !(before?.n !== undefined && before.n < step.below)) return { ...whole, state, isPossible: false, mayBe: ['CONDITION_FAILED', 'TRANSACTION_CONFLICT'] }
    return named({ lane, state, step, next: { ...before, n: (before?.n ?? 0) + step.add } }, whole)
  }
  if (step.kind === 'delete') return { ...whole, state: withWrites(state, [{ number: step.number, n: undefined }]) }
  if (step.kind === 'batch put') return { ...whole, state: withWrites(state, step.writes.map((write) => ({ ...write, n: write.n ?? 0 }))), isApart: true }
  if (step.kind === 'batch delete') return { ...whole, state: withWrites(state, step.writes.map((write) => ({ ...write, n: undefined }))), isApart: true }
  if (step.kind !== 'together') return { ...whole, state }
  return step.isCancelled ? { ...whole, state, isPossible: false, mayBe: ['CONDITION_FAILED', 'TRANSACTION_CONFLICT'] } : { ...whole, state: withWrites(state, step.writes) }
}

// A name is free, or an item of the lane has it, or perhaps one of another lane.
function named({ lane, state, step, next }: { lane: number; state: State; step: { number: number; name: string | undefined }; next: { n?: number; name?: string } }, whole: Omit<Outcome, 'state'>): Outcome {
  const stored = step.name === undefined ? next.name : nameIn(lane, step.name)
  const after = new Map(state).set(step.number, { ...next, ...(stored === undefined ? {} : { name: stored }) })
  if (step.name === undefined) return { ...whole, state: after }
  const holder = [...state].find(([, item]) => item.name === stored)?.[0]
  if (holder !== undefined && holder !== step.number) return { ...whole, state, isPossible: false, mayBe: ['UNIQUE_CONFLICT', 'TRANSACTION_CONFLICT'] }
  const isContested = step.name.startsWith('all') && holder === undefined
  return { ...whole, state: after, mayBe: [...whole.mayBe, ...(isContested ? ['UNIQUE_CONFLICT'] : [])] }
}

function withWrites(state: State, made: readonly Write[]): State {
  const after = new Map(state)
  for (const write of made) {
    if (write.n === undefined) after.delete(write.number)
    else after.set(write.number, { n: write.n })
  }
  return after
}
