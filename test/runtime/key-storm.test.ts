// A small storm of equal requests with one key, from processes that are killed.
import { test } from 'node:test'
import { keyStorm } from './key-storm.ts'

test('40 equal requests from 2 processes with 2 kills: one recorded effect, one answer', () => keyStorm({ processes: 2, requests: 40, kills: 2 }))
