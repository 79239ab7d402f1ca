// Times of lines: as Date prints them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert as check, double, integer, oneof, property } from 'fast-check'
import { isoTime } from '../../src/runtime/exchange/log.ts'

test('a time is printed as Date prints it, in whatever order times come', () => {
  check(property(array(oneof(integer({ min: -8.64e15, max: 8.64e15 }), integer({ min: 1_700_000_000_000, max: 1_700_000_010_000 }), double({ min: 0, max: 8e15, noNaN: true })), { minLength: 1 }), (times) => {
    for (const time of times) assert.equal(isoTime(time), new Date(time).toISOString(), String(time))
  }))
})
