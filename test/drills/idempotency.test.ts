// The storm of equal requests with one key in full size; test/runtime/key-storm.test.ts is the small one.
import { test } from 'node:test'
import { keyStorm } from '../runtime/key-storm.ts'

test('1,000 equal requests from 20 processes with 20 kills: one recorded effect, one answer', () => keyStorm({ processes: 20, requests: 1000, kills: 20 }))
