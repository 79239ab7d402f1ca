// Random steps against the model, with a kill before or after any call: what is stored is the state before the step, or after it, and never between.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { array, asyncProperty, assert as check, boolean, constant, constantFrom, integer, oneof, option, record, tuple } from 'fast-check'
import { apply, type State, type Step } from './accounts-model.ts'
import { accountsIn, play, storedState } from './accounts-steps.ts'
import { accounts, refusedWith, turning, useTables } from './tables-fixture.ts'

const tables = useTables([accounts])
const id = constantFrom('a', 'b', 'c', 'd')
const value = constantFrom('v', 'w', 'x')
const steps = oneof(
  record({ kind: constant('save' as const), id, email: option(value, { nil: undefined }), name: option(value, { nil: undefined }), version: constantFrom('right' as const, 'right' as const, 'stale' as const, 'none' as const) }),
  record({ kind: constant('update' as const), id, email: option(oneof(value, constant('gone')), { nil: undefined }), add: integer({ min: -5, max: 5 }), below: option(integer({ min: -5, max: 10 }), { nil: undefined }) }),
  record({ kind: constant('delete' as const), id }),
  tuple(id, id, integer({ min: 0, max: 4 })).filter(([from, to]) => from !== to).map(([from, to, amount]): Step => ({ kind: 'transfer', from, to, amount })),
  tuple(id, id, value).filter(([one, other]) => one !== other).map(([one, other, email]): Step => ({ kind: 'pair', ids: [one, other], email })),
)
const fault = option(record({ call: integer({ min: 1, max: 5 }), after: boolean(), kind: constantFrom('kill', 'conflict') }), { nil: undefined })

class Killed extends Error {}

// The process dies before a call, or after it was done and before it was answered; or DynamoDB refuses the call because of another transaction.
function faulty(plan: { call: number; after: boolean; kind: string } | undefined) {
  let call = 0
  const database = tables.database()
  return turning(database, async (name, input) => {
    call += 1
    if (plan?.call !== call) return undefined
    if (plan.kind === 'conflict') {
      if (name === 'TransactWriteItems') throw Object.assign(refusedWith('TransactionCanceledException'), { cause: { CancellationReasons: [{ Code: 'TransactionConflict' }] } })
      if (name === 'UpdateItem') throw refusedWith('TransactionConflictException')
      return undefined
    }
    if (plan.after) await database.run(name, input)
    throw new Killed('killed')
  })
}

const sorted = (state: State): unknown[] => [...state.values()].sort((one, other) => (one.id < other.id ? -1 : 1))

test('nothing is lost, doubled or half done, whatever the steps and wherever they are killed', async () => {
  const seen = { done: 0, refused: 0, killedBefore: 0, killedAfter: 0 }
  await check(asyncProperty(array(tuple(steps, fault), { minLength: 1, maxLength: 14 }), async (planned) => {
    await accountsIn(tables.database()).batch.delete(['a', 'b', 'c', 'd'])
    let state: State = new Map()
    for (const [step, plan] of planned) {
      const expected = apply(state, step as Step)
      let outcome: string | undefined
      let isKilled = false
      try {
        outcome = await play(accountsIn(faulty(plan), { pause: async () => undefined }), step as Step, state)
      } catch (failure) {
        if (!(failure instanceof Killed)) throw failure
        isKilled = true
      }
      const stored = await storedState(tables.database())
      if (isKilled) {
        const isAfter = !isDeepStrictEqual(sorted(stored), sorted(state))
        if (isAfter) assert.deepEqual(sorted(stored), sorted(expected.state))
        seen[isAfter ? 'killedAfter' : 'killedBefore'] += 1
        state = stored
      } else {
        assert.equal(outcome, expected.error)
        assert.deepEqual(sorted(stored), sorted(expected.state))
        seen[outcome === undefined ? 'done' : 'refused'] += 1
        state = expected.state
      }
    }
  }), { numRuns: 80 })
  // So many that each way is met, whatever the seed is.
  assert.ok(Object.values(seen).every((count) => count > 0), JSON.stringify(seen))
})
