// The error model: codes, brands, bodies, and what stands for anything thrown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalog, defineError, errorIdOf, fromErrorBody, HttpError, isError, isHttpError, messageOf, toHttpError } from '../../src/errors/index.ts'
import * as tableErrors from '../../src/errors/table-catalog.ts'

test('defineError makes errors that carry code and status', () => {
  const petNotFound = defineError('PET_NOT_FOUND', 404, 'There is no such pet')
  assert.deepEqual([petNotFound.code, petNotFound.status, petNotFound.sentence], ['PET_NOT_FOUND', 404, 'There is no such pet'])
  const cause = new Error('inner')
  const error = petNotFound('No pet 7', { cause, headers: { 'x-a': '1' }, fields: { pet: 7 } })
  assert.ok(error instanceof Error)
  assert.deepEqual([error.name, error.message, error.code, error.status, error.cause], ['HttpError', 'No pet 7', 'PET_NOT_FOUND', 404, cause])
  assert.deepEqual(error.toBody(), { pet: 7, status: 404, error: 'PET_NOT_FOUND', error_description: 'No pet 7' })
  assert.equal(petNotFound().message, 'There is no such pet')
  assert.equal('cause' in petNotFound(), false)
})

test('defineError refuses codes and statuses that are none', () => {
  for (const code of ['', 'petNotFound', 'PET-NOT', '1PET', 'PET NOT', '_PET']) assert.throws(() => defineError(code, 404, 'x'), /must be UPPER_SNAKE/, code)
  for (const status of [0, 200, 399, 1000, 404.5, Number.NaN]) assert.throws(() => defineError('PET', status, 'x'), /must be a whole number from 400 to 999/, String(status))
  assert.equal(defineError('PET', 543, 'x').status, 543)
})

test('every code of the catalog is its own name, with a sentence of one line', () => {
  const makers = Object.entries({ ...catalog, ...tableErrors })
  assert.ok(makers.length > 20)
  for (const [name, maker] of makers) {
    assert.equal(maker.code, name)
    assert.match(maker.sentence, /^\S[^\n]*[^.\s]$/)
    assert.ok(maker.status >= 400 && maker.status <= 599)
  }
})

test('own fields cannot replace those of the model', () => {
  const body = catalog.NOT_FOUND('x', { fields: { status: 200, error: 'FAKE', error_description: 'fake', extra: 1 } }).toBody()
  assert.deepEqual(body, { status: 404, error: 'NOT_FOUND', error_description: 'x', extra: 1 })
})

test('an error of another copy of klue is recognised by its brand', () => {
  const foreign = Object.defineProperty(new Error('foreign'), Symbol.for('klue.HttpError'), { value: true })
  assert.equal(isHttpError(foreign), true)
  for (const value of [null, undefined, 'x', 1, {}, new Error('x'), { status: 404, code: 'X' }]) assert.equal(isHttpError(value), false)
})

test('isError: an HttpError, or an object with status, error and error_description', () => {
  assert.equal(isError(catalog.NOT_FOUND()), true)
  assert.equal(isError({ status: 404, error: 'X', error_description: 'x', more: 1 }), true)
  for (const value of [null, undefined, 'x', [], {}, new Error('x'), { status: '404', error: 'X', error_description: 'x' }, { status: 404, error: 'X' }, { status: 404, error: {}, error_description: 'x' }, { status: 404.5, error: 'X', error_description: '' }]) assert.equal(isError(value), false, JSON.stringify(value))
})

test('a body becomes an error and the same body again', () => {
  const body = { reason: 'own', status: 543, error: 'FAR', error_description: 'far', error_id: 'id', user_message: 'Sorry', error_caught: 'inner', errors: [{ pointer: '/a', message: 'b' }] }
  assert.deepEqual(fromErrorBody(body).toBody(), body)
  for (const status of [0, 200, 399, 1000]) assert.equal(fromErrorBody({ ...body, status }).status, 500)
  assert.equal(new HttpError({ status: 7, code: 'ODD' }, 'x').status, 500)
})

test('toHttpError keeps errors, reads models and wraps the rest with their cause', () => {
  const own = catalog.NOT_FOUND()
  assert.equal(toHttpError(own), own)
  assert.equal(toHttpError({ status: 418, error: 'TEA', error_description: 'x' }).code, 'TEA')
  const cause = new Error('secret')
  const wrapped = toHttpError(cause)
  assert.deepEqual([wrapped.status, wrapped.code, wrapped.message, wrapped.cause], [500, 'UNHANDLED_SERVER_ERROR', 'secret', cause])
  const hidden = toHttpError(cause, { hideInternals: true })
  assert.deepEqual([hidden.message, hidden.cause], ['The server met an unexpected error', cause])
  assert.equal(toHttpError(own, { hideInternals: true }), own)
})

test('error ids: that of another service is kept, others are new each time', () => {
  assert.equal(errorIdOf(fromErrorBody({ status: 500, error: 'X', error_description: 'x', error_id: 'kept' })), 'kept')
  const error = catalog.NOT_FOUND()
  assert.match(errorIdOf(error), /^[0-9a-f-]{36}$/)
  assert.notEqual(errorIdOf(error), errorIdOf(error))
})

test('messageOf and caught print anything', () => {
  const throwing = { toString: () => { throw new Error('no') } }
  const cases: [unknown, string][] = [[new Error('x'), 'x'], [new RangeError(), 'RangeError'], ['s', 's'], [null, 'null'], [undefined, 'undefined'], [Symbol('q'), 'Symbol(q)'], [{ message: 'm' }, 'm'], [throwing, 'An exception that cannot be printed']]
  for (const [thrown, text] of cases) assert.equal(messageOf(thrown), text)
  const print = (inner: unknown): string | undefined => catalog.NOT_FOUND().caught(inner).errorCaught
  assert.equal(print(new RangeError('far')), 'RangeError: far')
  assert.equal(print({ a: 1 }), '{\n    "a": 1\n}')
  assert.equal(print('s'), 's')
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  assert.equal(typeof print(cyclic), 'string')
})
