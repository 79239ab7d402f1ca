// Times of lines are read and written as the calendar does it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert as holds, constantFrom, double, integer, oneof, property, string, tuple } from 'fast-check'
import { exactTime, isoText } from '../../src/store/index.ts'

const anyTime = oneof(integer({ min: -8.64e15, max: 8.64e15 }), integer({ min: Date.parse('2026-02-27T00:00:00Z'), max: Date.parse('2026-03-02T00:00:00Z') }), double({ min: -1e13, max: 1e13, noNaN: true }))

test('a time is written as toISOString writes it, and read back', () => {
  holds(property(array(anyTime), (times) => {
    for (const time of times) {
      const text = new Date(time).toISOString()
      assert.equal(isoText(time), text)
      if (text.length === 24) assert.equal(exactTime(text), Date.parse(text))
    }
  }), { numRuns: 500 })
  for (const time of [Number.NaN, Infinity, 9e15]) assert.throws(() => isoText(time), RangeError)
})

test('every other text is no exact time', () => {
  const broken = tuple(anyTime, integer({ min: 0, max: 23 }), constantFrom('0', '9', '5', ' ', ':', 'Z', 'z', '٣', '/')).map(([time, at, letter]) => {
    const text = new Date(time).toISOString()
    return `${text.slice(0, at)}${letter}${text.slice(at + 1)}`
  })
  holds(property(oneof(broken, string({ minLength: 23, maxLength: 25 }), constantFrom('2026-02-30T00:00:00.000Z', '2026-02-28T24:00:00.000Z', '2026-02-28T23:59:60.000Z', '2026-03-01T12:00:00Z', '+012026-03-01T12:00:00.000Z', '2026-13-01T00:00:00.000Z')), (text) => {
    const time = Date.parse(text)
    const isExact = text.length === 24 && !Number.isNaN(time) && new Date(time).toISOString() === text
    assert.equal(exactTime(text), isExact ? time : undefined)
  }), { numRuns: 2000 })
})
