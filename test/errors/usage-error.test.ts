// What developers are told: faults as lines, and the nearest word to a misspelt one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { editDistance, formatFault, isUsageError, nearest, UsageError } from '../../src/errors/index.ts'

test('a fault is one line: place, pointer, message, hint', () => {
  assert.equal(formatFault({ code: 'x', file: 'apis/a.yaml', line: 3, column: 5, pointer: '/paths', message: 'is wrong', hint: 'mend it' }), 'apis/a.yaml:3:5 /paths: is wrong (mend it)')
  assert.equal(formatFault({ code: 'x', file: 'apis/a.yaml', line: 3, message: 'is wrong' }), 'apis/a.yaml:3: is wrong')
  assert.equal(formatFault({ code: 'x', file: 'apis/a.yaml', column: 5, message: 'is wrong' }), 'apis/a.yaml: is wrong', 'a column without a line says nothing')
  assert.equal(formatFault({ code: 'x', file: '', message: 'is wrong' }), 'is wrong')
  assert.equal(formatFault({ code: 'x', file: '', pointer: 'jwt_secret', message: 'is wrong' }), 'jwt_secret: is wrong')
})

test('a UsageError holds every fault and says them line by line', () => {
  const faults = [{ code: 'a', file: 'f', message: 'one' }, { code: 'b', file: 'g', message: 'two' }]
  const error = new UsageError(faults)
  assert.deepEqual([error.name, error.message, error.faults], ['UsageError', 'f: one\ng: two', faults])
  assert.deepEqual(new UsageError(faults[0]!).faults, [faults[0]])
  assert.equal(isUsageError(error), true)
  assert.equal(isUsageError(Object.defineProperty({}, Symbol.for('klue.UsageError'), { value: true })), true)
  for (const value of [null, undefined, 'x', new Error('x'), { faults: [] }]) assert.equal(isUsageError(value), false)
})

test('nearest finds what was meant and nothing far away', () => {
  const words = ['listPets', 'getPet', 'createPet']
  assert.equal(nearest('lisPets', words), 'listPets')
  assert.equal(nearest('GETPET', words), 'getPet')
  assert.equal(nearest('getPte', words), 'getPet')
  assert.equal(nearest('deleteEverything', words), undefined)
  assert.equal(nearest('x', []), undefined)
})

test('editDistance is a distance', () => {
  assert.deepEqual([editDistance('', ''), editDistance('abc', 'abc'), editDistance('abc', 'acb'), editDistance('abc', ''), editDistance('kitten', 'sitting')], [0, 0, 1, 3, 3])
  const word = fc.string({ maxLength: 12 })
  fc.assert(fc.property(word, word, (left, right) => {
    const distance = editDistance(left, right)
    assert.equal(distance, editDistance(right, left))
    assert.equal(distance === 0, left === right)
    assert.ok(distance >= Math.abs(left.length - right.length) && distance <= Math.max(left.length, right.length))
    assert.ok(editDistance(left, right, 2) === distance || editDistance(left, right, 2) >= 2)
  }))
})
