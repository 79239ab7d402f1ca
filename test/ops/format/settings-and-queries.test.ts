// Dotted and nested settings, the parameters of a query, and how answers are written.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { isHttpError } from '../../../src/errors/index.ts'
import { flatten } from '../../../src/ops/format/flat-settings.ts'
import { stackText } from '../../../src/ops/format/print-stack.ts'
import { seedBody } from '../../../src/ops/format/query-error.ts'
import { readCat, readCommon, readFlags } from '../../../src/ops/format/read-query.ts'
import { writeAnswer } from '../../../src/ops/format/write-answer.ts'

function refusedAs(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    if (!isHttpError(error)) throw error
    assert.equal(error.status, 422)
    return JSON.parse(JSON.stringify(seedBody(error.errors ?? [])))
  }
  return assert.fail('nothing was refused')
}

test('settings get dotted keys, and no key reaches a prototype', () => {
  assert.deepEqual(flatten({ preempt: { status: 503, headers: { 'x-a': 'b' }, empty: {} }, read_only: true, list: [{ a: 1 }] }), { 'preempt.status': 503, 'preempt.headers.x-a': 'b', read_only: true, list: [{ a: 1 }] })
  assert.deepEqual(Object.keys(flatten(JSON.parse('{"__proto__": 1}') as Record<string, unknown>)), ['__proto__'])
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

test('flags are what the seed takes for yes and no', () => {
  for (const text of ['', '1', 'true', 'T', 'On', 'y', 'Yes', 'YES']) assert.equal(readCat({ v: text }).hasHeader, true, text)
  for (const text of ['0', 'false', 'F', 'off', 'N', 'no', undefined]) assert.equal(readCat({ v: text }).hasHeader, false, text)
  assert.deepEqual(refusedAs(() => readCat({ v: 'maybe', help: 'x', time: 'weeks' })), { querystring: { v: ['Not a valid boolean.'], help: ['Not a valid boolean.'], time: ['Must be one of: d, h, m, s, ms, micros, nanos.'] } })
  assert.deepEqual(readFlags({ include_defaults: '' }, ['include_defaults', 'flat_settings']), { include_defaults: true, flat_settings: false })
})

test('the format parameter beats Accept, and the first form is for who has no wish', () => {
  const form = (query: Record<string, string>, accept?: string): string => readCommon(query, { accept, forms: ['text', 'json', 'yaml'] }).form
  assert.equal(form({}), 'text')
  assert.equal(form({}, '*/*'), 'text')
  assert.equal(form({}, 'application/json'), 'json')
  assert.equal(form({}, 'application/yaml'), 'yaml')
  assert.equal(form({}, 'text/plain;q=0.5, application/json'), 'json')
  assert.equal(form({ format: 'yaml' }, 'application/json'), 'yaml')
  assert.equal(readCommon({ format: 'text' }, { accept: undefined, forms: ['json', 'yaml'] }).form, 'json')
  assert.deepEqual(refusedAs(() => form({ format: 'cbor', pretty: 'x' })), { querystring: { pretty: ['Not a valid boolean.'], format: ['Must be one of: text, json, yaml.'] } })
})

test('answers are JSON, indented JSON or YAML, of the parts that were asked for', () => {
  const value = { 12: { path: '/x', name: null, when: 'no' } }
  const written = (query: Record<string, string>): ReturnType<typeof writeAnswer> => writeAnswer(value, readCommon(query, { accept: undefined, forms: ['json', 'yaml'] }))
  assert.deepEqual(written({}), { contentType: 'application/json', text: '{"12":{"path":"/x","name":null,"when":"no"}}' })
  assert.equal(written({ pretty: '' }).text, `${JSON.stringify(value, null, 4)}\n`)
  assert.equal(written({ format: 'yaml' }).contentType, 'application/x-yaml')
  assert.deepEqual(parse(written({ format: 'yaml' }).text), { 12: { path: '/x', name: null, when: 'no' } })
  assert.equal(written({ filter_path: '*.path' }).text, '{"12":{"path":"/x"}}')
})

test('a stack tells the steps of a request, the newest last, and no line of it is forged', () => {
  const task = { id: 'n:1', action: 'getThing\nforged', crumbs: ['+0.000s table things: load', '+1.500s GET https://other.test/x'], frames: ['at inner (a.ts:1)', 'at outer (b.ts:2)'] }
  assert.deepEqual(stackText(task).split('\n'), ['Stack for <Task n:1 getThing forged> (most recent call last):', '  +0.000s table things: load', '  +1.500s GET https://other.test/x', '  The thread is busy in:', '    at outer (b.ts:2)', '    at inner (a.ts:1)', ''])
  assert.equal(stackText({ ...task, frames: [] }, 1).split('\n').length, 3)
  assert.match(stackText({ ...task, crumbs: [], frames: [] }), /^No stack for /)
})
