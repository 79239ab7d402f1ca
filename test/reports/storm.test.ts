// Many processes, one failure: one message, an exact count.
import { test } from 'node:test'
import { storm } from './storm.ts'

test('500 failures from 6 processes are one message and an exact count', () => storm({ processes: 6, failures: 500 }))
