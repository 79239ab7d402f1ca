// Idempotency keys against a model: any interleaving of claims, ends, kills, forgetting and time keeps their promises.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { array, assert as check, asyncProperty, constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check'
import { type Claim, claimKey, forgetKey, freeKey, type KeyState, settleKey } from '../../src/store/index.ts'
import { type KeyTable, openKeyTable } from '../runtime/idempotent-service.ts'

let table: KeyTable
before(async () => {
  table = await openKeyTable()
})
after(() => table.close())

type Step =
  | { do: 'claim'; who: number; request: string; refuses: boolean }
  | { do: 'settle' | 'free'; who: number }
  | { do: 'forget' }
  | { do: 'wait'; ms: number }

const who = integer({ min: 0, max: 3 })
const steps: Arbitrary<Step[]> = array(oneof(
  { weight: 5, arbitrary: record({ do: constantFrom('claim' as const), who, request: constantFrom('a', 'a', 'a', 'b'), refuses: constantFrom(false, false, true) }) },
  { weight: 4, arbitrary: record({ do: constantFrom('settle' as const, 'settle' as const, 'free' as const), who }) },
  { weight: 1, arbitrary: record({ do: constantFrom('forget' as const) }) },
  { weight: 2, arbitrary: record({ do: constantFrom('wait' as const), ms: constantFrom(500, 31_000, 61_000) }) },
), { minLength: 4, maxLength: 30 })

/** What is known of the one key: a plain reading of what the guide promises. */
interface Model {
  request: string
  state: 'running' | 'free' | 'answered' | 'forgotten'
  holder: number
  attempt: number
  leaseUntil: number
  endsAt: number
  answer: string
}

const leaseMs = 30_000
const ttlSeconds = 120

let count = 0

test('whatever happens in whatever order, a key does what its model does', async () => {
  await check(asyncProperty(steps, async (run) => {
    const id = `model-${(count += 1)}`
    const claims: (Claim | undefined)[] = [undefined, undefined, undefined, undefined]
    let model: Model | undefined
    for (const step of run) {
      if (step.do === 'wait') table.now.ms += step.ms
      const now = table.now.ms
      if (model !== undefined && model.endsAt <= Math.floor(now / 1000)) model = undefined
      if (step.do === 'forget') {
        await forgetKey(table.database, id)
        if (model?.state === 'answered') model.state = 'forgotten'
      } else if (step.do === 'claim') {
        const got = await claimKey(table.database, { id, fingerprint: step.request, leaseUntil: now + leaseMs, ttlSeconds, refuses: step.refuses })
        const wanted = expected(model, step, now)
        assert.deepEqual(shown(got), wanted)
        if (got.kind !== 'claimed') continue
        claims[step.who] = got.claim
        model = { request: step.request, state: 'running', holder: step.who, attempt: got.claim.attempt, leaseUntil: now + leaseMs, endsAt: Math.ceil((now + ttlSeconds * 1000) / 1000), answer: '' }
      } else if (step.do === 'settle' || step.do === 'free') {
        const claim = claims[step.who]
        if (claim === undefined) continue
        claims[step.who] = undefined
        // A claim is held while nobody else took it over, even when its lease is over.
        const isHeld = model !== undefined && model.state === 'running' && model.holder === step.who && model.attempt === claim.attempt && model.request === claim.fingerprint
        const answer = `answer ${step.who} ${claim.token}`
        if (step.do === 'free') await freeKey(table.database, claim)
        const instead = step.do === 'settle' ? await settleKey(table.database, claim, { answer: { status: 200, headers: {}, body: answer } }) : undefined
        if (step.do === 'settle') assert.equal(instead === undefined, isHeld || (instead === undefined && model === undefined), `${step.do} by ${step.who}`)
        if (isHeld) Object.assign(model!, step.do === 'settle' ? { state: 'answered', answer } : { state: 'free' })
        // Who does not hold it any more never sends an answer of its own.
        if (instead?.kind === 'answered') assert.equal(instead.answer.body, model?.answer)
      }
    }
  }), { numRuns: 40 })
})

function expected(model: Model | undefined, step: { request: string; refuses: boolean }, now: number): unknown {
  if (model === undefined) return { kind: 'claimed', attempt: 1 }
  if (model.state === 'free') return { kind: 'claimed', attempt: model.request === step.request ? model.attempt + 1 : 1 }
  if (model.request !== step.request) return { kind: 'other' }
  if (model.state === 'answered') return { kind: 'answered', answer: model.answer }
  if (model.state === 'forgotten') return { kind: 'not-kept', status: 200 }
  if (model.leaseUntil > now) return { kind: 'running' }
  return step.refuses ? { kind: 'unknown' } : { kind: 'claimed', attempt: model.attempt + 1 }
}

function shown(state: KeyState): unknown {
  if (state.kind === 'claimed') return { kind: state.kind, attempt: state.claim.attempt }
  if (state.kind === 'answered') return { kind: state.kind, answer: state.answer.body }
  return state.kind === 'running' ? { kind: state.kind } : state
}

test('of many who claim a key at the same moment one gets it', async () => {
  for (let round = 0; round < 5; round += 1) {
    const order = { id: `crowd-${round}`, fingerprint: 'a', leaseUntil: table.now.ms + leaseMs, ttlSeconds }
    const states = await Promise.all(Array.from({ length: 20 }, () => claimKey(table.database, order)))
    assert.deepEqual([states.filter(({ kind }) => kind === 'claimed').length, states.filter(({ kind }) => kind === 'running').length], [1, 19])
    table.now.ms += leaseMs + 1000
    const next = await Promise.all(Array.from({ length: 20 }, () => claimKey(table.database, { ...order, leaseUntil: table.now.ms + leaseMs })))
    assert.equal(next.filter(({ kind }) => kind === 'claimed').length, 1)
  }
})
