// The gate: changes that break callers are refused with what they concern, or let through with a reason that is kept.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, passGate } from '../../../src/deploy/pipeline/gate-step.ts'
import { Stop } from '../../../src/deploy/pipeline/outcome.ts'
import { type Change, compareDocuments } from '../../../src/gate/index.ts'

const change = (operation: string, breaking: boolean, path = '/a'): Change => ({ operation, method: 'GET', path, pointer: `/paths/${operation}`, rule: 'r', breaking, message: `${operation} changed` })
const gate = (changes: Change[], reasons: Record<string, string> = {}): Parameters<typeof passGate>[0] => ({ before: new Map([['api', {}]]), after: new Map([['api', {}]]), compare: () => changes, reasons: new Map(Object.entries(reasons)), calls: async () => new Map([['getA', 1204]]) })

test('what breaks nobody passes', async () => {
  assert.equal((await passGate(gate([change('getA', false), change('getB', false)]))).note, '2 changes that break nobody')
  assert.equal((await passGate(gate([]))).note, 'no change of the documents')
})

test('a change that breaks callers is refused with operation, pointer, reason and how often it was called', async () => {
  await assert.rejects(passGate(gate([change('getA', true), change('GET /b', true, '/b'), change('getC', false)])), (error: unknown) => {
    assert.ok(error instanceof Stop)
    assert.equal(error.result, 'refused')
    assert.match(error.message, /^2 changes break callers of 2 operations; let one through with --allow-breaking getA=REASON$/)
    assert.deepEqual(error.output, ['getA (GET /a) /paths/getA: getA changed; called 1,204 times in 30 days', 'GET /b /paths/GET /b: GET /b changed; called 0 times in 30 days'])
    return true
  })
})

test('a reason lets the changes of its operation through, and no others', async () => {
  await assert.rejects(passGate(gate([change('getA', true), change('getB', true)], { getA: 'unused' })), /1 change breaks callers of 1 operation/)
  const { verdict, note } = await passGate(gate([change('getA', true), change('getA', true)], { getA: 'unused', getZ: 'why' }))
  assert.deepEqual(verdict.allowed, [{ operation: 'getA', reason: 'unused', changes: ['getA changed', 'getA changed'] }])
  assert.match(note, /getA let through: unused; getZ has no change that breaks callers$/)
  assert.deepEqual(judge(gate([change('getA', true)], { 'GET /a': 'by its path' })).refused, [])
})

test('an API that is gone has lost its operations; one that is new breaks nobody', () => {
  const document = (paths: object): object => ({ openapi: '3.1.0', info: { title: 'A', version: '1' }, paths })
  const paths = { '/a': { get: { operationId: 'getA', responses: { 200: { description: 'ok' } } } } }
  const compare: (before: unknown, after: unknown) => Change[] = compareDocuments
  const gone = judge({ before: new Map([['old', document(paths)]]), after: new Map([['new', document(paths)]]), compare, reasons: new Map() })
  assert.deepEqual(gone.refused.map(({ operation }) => operation), ['getA'])
  assert.deepEqual(judge({ before: new Map(), after: new Map([['new', document(paths)]]), compare, reasons: new Map() }).refused, [])
})
