// Decimal digits: compared, ordered and turned into JavaScript numbers without loss.
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { test } from 'node:test'
import { compareDigits, digitsFault, exactNumber, isDigits, sameDigits } from '../../src/persist/numbers.ts'

const storable = fc.double({ noNaN: true, min: -9e125, max: 9e125 }).filter((value) => value === 0 || Math.abs(value) >= 1e-130)

test('every number that DynamoDB holds comes back', () => {
  fc.assert(fc.property(storable, (value) => digitsFault(String(value)) === undefined && exactNumber(String(value)) === (value === 0 ? 0 : value)), { seed: 1 })
})

test('digits are ordered as their numbers are', () => {
  fc.assert(fc.property(storable, storable, (left, right) => Math.sign(compareDigits(String(left), String(right))) === (left < right ? -1 : left > right ? 1 : 0)), { seed: 1 })
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), (value) => sameDigits(String(value), `${value}.000`) && compareDigits(String(value), `${value}.5`) === (value < 0n ? 1 : -1)), { seed: 1 })
})

test('different spellings of a number are the same', () => {
  for (const [left, right] of [['1', '1.0'], ['100', '1e2'], ['-0', '0'], ['+1.50', '15E-1'], ['.5', '0.5'], ['5.', '5'], ['00012', '12']] as const) assert.ok(sameDigits(left, right), `${left} ${right}`)
  for (const [left, right] of [['1', '-1'], ['1', '10'], ['12345678901234567890', '12345678901234567891']] as const) assert.ok(!sameDigits(left, right), `${left} ${right}`)
})

test('no exact number stands for digits that it does not hold', () => {
  for (const digits of ['12345678901234567891', '0.1234567890123456789', '9007199254740993']) assert.equal(exactNumber(digits), undefined)
  for (const [digits, value] of [['9007199254740992', 9007199254740992], ['0.10', 0.1], ['1e125', 1e125]] as const) assert.equal(exactNumber(digits), value)
})

test('texts that are no numbers are told apart from numbers that are too large', () => {
  for (const text of ['', '-', '.', 'e5', '1e', 'NaN', 'Infinity', '0x10', '1_000', ' 1', '1 ', '--1', '1e123456']) assert.equal(isDigits(text), false, text)
  assert.match(digitsFault('1'.repeat(39)) ?? '', /38 significant digits/)
  assert.equal(digitsFault(`${'1'.repeat(38)}000`), undefined)
  for (const text of ['1e126', '1e-131', '-1e126', '1e99999']) assert.match(digitsFault(text) ?? '', /magnitudes/)
  for (const text of ['0', '9.99e125', '1e-130', '0e99999']) assert.equal(digitsFault(text), undefined)
})
