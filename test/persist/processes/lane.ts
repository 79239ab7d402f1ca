// One lane of the drill beside its model: what its process says is held to what the steps make of it.
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { apply, type State, type Step } from './steps.ts'
import type { Said } from './worker.ts'

/** What became of a step that all lanes see. */
export interface Shared {
  id: string
  step: Extract<Step, { kind: 'transfer' | 'deposit' | 'count' }>
  /** Undefined where nobody knows. */
  isDone: boolean | undefined
}

export interface Lane {
  readonly number: number
  readonly shared: readonly Shared[]
  /** Steps that were answered, and such as nobody knows of. */
  readonly counts: { done: number; refused: number; unknown: number }
  /** The step that a process which begins now does first. */
  next(): number
  hear(said: Said): void
  /** The process is gone. */
  cut(): void
}

/** Fails where what is found is not what the steps make. */
export function openLane(number: number): Lane {
  let state: State = new Map()
  let open: { number: number; step: Step } | undefined
  let unsure: Step | undefined
  let following = 0
  const shared: Shared[] = []
  const counts = { done: 0, refused: 0, unknown: 0 }

  function note(step: Step, at: number, isDone: boolean | undefined): void {
    if (step.kind === 'transfer' || step.kind === 'deposit' || step.kind === 'count') shared.push({ id: `${number}-${at}`, step, isDone })
    counts[isDone === undefined ? 'unknown' : isDone ? 'done' : 'refused'] += 1
  }

  function leave(): void {
    note(open!.step, open!.number, undefined)
    unsure = open!.step
    open = undefined
  }

  function compare(found: State): void {
    if (unsure === undefined) assert.deepEqual(sorted(found), sorted(state), `lane ${number}`)
    else {
      const { state: after, isPossible, isApart } = apply(number, state, unsure)
      const fits = isApart ? isMixed(found, state, after) : isDeepStrictEqual(sorted(found), sorted(state)) || (isPossible && isDeepStrictEqual(sorted(found), sorted(after)))
      assert.ok(fits, `lane ${number}, cut off in ${JSON.stringify(unsure)}: neither ${JSON.stringify(sorted(state))} nor ${JSON.stringify(sorted(after))}: ${JSON.stringify(sorted(found))}`)
    }
    state = found
    unsure = undefined
  }

  return {
    number,
    shared,
    counts,
    next: () => following,
    hear(said) {
      if ('items' in said) return compare(new Map(said.items.map(({ number: of, ...item }) => [of, item])))
      if ('begin' in said) {
        open = { number: said.begin, step: said.step }
        following = said.begin + 1
        return
      }
      const { step, number: at } = open!
      assert.equal(said.end, at)
      if (said.isUnknown) return leave()
      open = undefined
      const { state: after, mayBe, isPossible } = apply(number, state, step)
      const allowed = step.kind === 'transfer' || step.kind === 'deposit' ? ['CONDITION_FAILED', 'VERSION_CONFLICT', 'TRANSACTION_CONFLICT'] : mayBe
      if (said.code === undefined) assert.ok(isPossible, `lane ${number} has done what cannot be done: ${JSON.stringify(step)} of ${JSON.stringify(sorted(state))}`)
      else assert.ok(allowed.includes(said.code), `lane ${number}: ${said.code} for ${JSON.stringify(step)} of ${JSON.stringify(sorted(state))}`)
      if (said.code === undefined) state = after
      note(step, at, said.code === undefined)
    },
    cut() {
      if (open !== undefined) leave()
    },
  }
}

function isMixed(found: State, before: State, after: State): boolean {
  return [...new Set([...found.keys(), ...before.keys(), ...after.keys()])].every((key) => [before, after].some((state) => isDeepStrictEqual(found.get(key), state.get(key))))
}

function sorted(state: State): unknown[] {
  return [...state].sort(([one], [other]) => one - other)
}
