// Routes of the gateway beside the default one.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { isUsageError } from '../../src/errors/index.ts'
import { planRoutes } from '../../src/infra/plan-routes.ts'
import { operation, removeProjects } from './projects.ts'

after(removeProjects)

const plan = (operations: ReturnType<typeof operation>[], throttles: Parameters<typeof planRoutes>[0]['throttles'] = {}): ReturnType<typeof planRoutes> => planRoutes({ apis: [{ document: 'apis/shop.yaml', operations }], throttles, otherRoutes: 1 })

const faultsOf = (work: () => unknown): string[] => {
  try {
    work()
  } catch (failure) {
    assert.ok(isUsageError(failure))
    return failure.faults.map(({ code }) => code)
  }
  return []
}

test('an operation without wishes has no route', () => {
  assert.deepEqual(plan([operation('a', 'GET /a'), operation('b', 'GET /b/{x}.{y}')]), [])
})

test('names that a gateway does not take are put in other letters', () => {
  assert.equal(plan([operation('a', 'GET /a/{with:colon}/{b}', { function: 'f' })])[0]?.key, 'GET /a/{with_colon}/{b}')
  assert.equal(plan([operation('a', 'GET ', { function: 'f' })])[0]?.key, 'GET /')
})

test('as many routes as a gateway holds', () => {
  const many = (count: number): ReturnType<typeof operation>[] => Array.from({ length: count }, (_, index) => operation(`a${index}`, `GET /a${index}`, { function: `f${index}` }))
  assert.equal(plan(many(299)).length, 299)
  assert.deepEqual(faultsOf(() => plan(many(300))), ['too-many-routes'])
})

test('as many limits as a stage holds', () => {
  const operations = Array.from({ length: 101 }, (_, index) => operation(`a${index}`, `GET /a${index}`))
  const throttles = Object.fromEntries(operations.map(({ id }) => [id, { rateLimit: 1, burstLimit: 1 }]))
  assert.deepEqual(faultsOf(() => plan(operations, throttles)), ['too-many-throttles'])
  assert.equal(plan(operations.slice(1), Object.fromEntries(Object.entries(throttles).slice(1))).length, 100)
})

test('two operations are never one route', () => {
  assert.deepEqual(faultsOf(() => plan([operation('a', 'GET /a/{x}', { function: 'f' }), operation('b', 'GET /a/{y}', { function: 'g' })])), ['route-twice'])
})
