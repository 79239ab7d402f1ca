// The storm of the issue in full size; test/reports/storm.test.ts is the small one.
import { test } from 'node:test'
import { storm } from '../reports/storm.ts'

test('10,000 failures from 50 processes are one message at once, one digest, and an exact count', () => storm({ processes: 50, failures: 10_000 }))
