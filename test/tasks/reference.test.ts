// docs/reference/tasks.md says what the code does: options, errors, states, and the sentences of what cannot be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scheduleKeys } from '../../src/config/schedule-keys.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { defineTask, type Task, type TaskOptions } from '../../src/runtime/index.ts'
import * as errors from '../../src/tasks/task-errors.ts'
import { pauseMs } from '../../src/tasks/run-task.ts'
import { tableRows } from '../rules/pages.ts'
import { anything } from './engine.ts'

const page = 'docs/reference/tasks.md'
const cells = (heading: string): string[][] => tableRows(page, heading).map((row) => row.map((cell) => cell.replaceAll('`', '')))

// The compiler holds this list against the type.
const options: Record<keyof TaskOptions, string> = {
  input: 'required', result: 'nothing is kept', attempts: '3', backoff: '10, 3600', timeoutSeconds: '60', slowMs: 'half its time', concurrency: 'no limit', key: "'one-at-a-time'", delaySeconds: '0', retain: '7, 90, 1', identity: "'service'",
}

test('it has each option of a task with its default', () => {
  assert.deepEqual(Object.fromEntries(cells('## Options of defineTask').map(([name, , without]) => [name, without])), options)
  const { options: made } = defineTask('made', { input: anything }, () => undefined)
  assert.deepEqual({ ...made, input: undefined }, { input: undefined, attempts: 3, timeoutSeconds: 60, slowMs: 30_000, delaySeconds: 0, identity: 'service', key: 'one-at-a-time', backoff: { firstSeconds: 10, maxSeconds: 3600 }, retain: { succeededDays: 7, failedDays: 90, inputDays: 1 } })
})

test('it has each key of a schedule with its default', () => {
  assert.deepEqual(cells('## Schedules').map(([name]) => name), Object.keys(scheduleKeys))
  assert.deepEqual(cells('## Schedules').at(-2)![2], 'UTC')
})

test('it has each error with its status and whether it is tried again', () => {
  assert.deepEqual(cells('## Errors').map(([code, status, , retried]) => [code, Number(status), retried]).sort(), Object.values(errors).map((make) => [make.code, make.status, make().retry === false ? 'no' : 'yes']))
})

test('it has each state', () => {
  const states: Record<import('../../src/store/index.ts').TaskStatus, true> = { scheduled: true, queued: true, running: true, succeeded: true, failed: true, cancelled: true }
  assert.deepEqual(cells('## States').map(([state]) => state), Object.keys(states))
})

test('what cannot be is told in one sentence each, all at once', () => {
  const cases: [unknown, unknown, unknown, RegExp[]][] = [
    ['two words', {}, () => undefined, [/^defineTask: the name of a task must begin with a letter and have letters, digits and hyphens, at most 64, not "two words"$/]],
    ['t', undefined, () => undefined, [/^defineTask\(t\): the options must be an object, not undefined \(pass \{ input: … \}\)$/]],
    ['t', {}, 'no function', [/^defineTask\(t\)\.input: a task needs an input \(a schema that generated code exports: set x-klue-schema: true on it in the document and run "klue generate"\)$/, /^defineTask\(t\): the handler must be a function, not "no function"$/]],
    ['t', { input: { type: 'object' } }, () => undefined, [/^defineTask\(t\)\.input: input must be a schema that generated code exports/]],
    ['t', { input: anything, attempts: 0, timeoutSeconds: 901 }, () => undefined, [/^defineTask\(t\)\.attempts: attempts must be a whole number from 1 to 100, not 0$/, /^defineTask\(t\)\.timeoutSeconds: timeoutSeconds must be a whole number of seconds from 1 to 900, not 901$/]],
    ['t', { input: anything, atempts: 3 }, () => undefined, [/^defineTask\(t\)\.atempts: a task has no option atempts \(did you mean "attempts"\?\)$/]],
    ['t', { input: anything, key: 'window' }, () => undefined, [/^defineTask\(t\)\.key: key must be 'one-at-a-time' or \{ windowSeconds \} of up to a year, not "window"$/]],
    ['t', { input: anything, retain: { days: 3 } }, () => undefined, [/^defineTask\(t\)\.retain: retain must be an object: succeededDays a whole number of days from 1 to 3650,/]],
    ['t', { input: anything, backoff: { firstSeconds: -1 } }, () => undefined, [/^defineTask\(t\)\.backoff: backoff must be an object: firstSeconds a number of seconds from 0 to 86400/]],
    ['t', { input: anything, identity: 'me' }, () => undefined, [/^defineTask\(t\)\.identity: identity must be 'service' or 'fail', not "me"$/]],
  ]
  for (const [name, given, handler, sentences] of cases) {
    assert.throws(() => defineTask(name as never, given as never, handler as never), (error) => {
      assert.ok(isUsageError(error))
      const told = error.message.split('\n')
      assert.equal(told.length, sentences.length, error.message)
      for (const [index, sentence] of sentences.entries()) assert.match(told[index]!, sentence)
      return true
    })
  }
})

test('pauses double from the first to the longest, a fifth more or less', () => {
  const made = defineTask('made', { input: anything }, () => undefined) as unknown as Task
  assert.deepEqual([0, 1, 2, 8, 9, 60].map((attempt) => pauseMs(made, attempt, 0.5) / 1000), [10, 20, 40, 2560, 3600, 3600])
  assert.deepEqual([0, 1].map((random) => pauseMs(made, 0, random)), [8000, 12_000])
})
