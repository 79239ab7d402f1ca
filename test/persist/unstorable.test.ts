// What no table can hold because of its size is the caller's error, 4xx and no crash; what is of a wrong kind stays the handler's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUnstorable } from '../../src/errors/index.ts'
import { toAttributes } from '../../src/persist/attributes.ts'
import { toKey } from '../../src/persist/keys.ts'
import type { PersistDefinition } from '../../src/openapi/table.ts'
import { apiDocument, compileApi, type LooseHandlers, open, operation } from '../runtime/service-fixture.ts'

const definition: PersistDefinition = {
  name: 'Thing', table: 'things', key: { partition: 'id', sort: 'at' }, indexes: [{ name: 'by-owner', partition: 'owner', sort: 'name' }],
  keyTypes: { id: 'S', at: 'N', owner: 'S', name: 'S' }, properties: {},
}
const spec = await compileApi(apiDocument({ '/save': { get: operation('save') } }))
const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => ({ inner }), 1)
const half = '\ud800'

const saved: [name: string, part: Record<string, unknown>][] = [
  ['a number beyond 9.99e125', { value: 1e199 }],
  ['a number below 1e-130', { value: -1e-199 }],
  ['a number of 39 digits', { value: 123456789012345678901234567890123456789n }],
  ['a number without an end', { list: [{ value: Infinity }] }],
  ['no number', { value: Number.NaN }],
  ['an empty text in a key', { id: '' }],
  ['an empty text in the key of an index', { owner: '' }],
  ['a partition key above 2048 bytes', { id: 'ä'.repeat(1025) }],
  ['a sort key of an index above 1024 bytes', { owner: 'ann', name: 'x'.repeat(1025) }],
  ['a key that is a number beyond what is held', { at: 1e199 }],
  ['nesting deeper than 32 levels', { deep }],
  ['half of a character', { text: `a${half}b` }],
  ['half of a character in a key', { id: half }],
  ['half of a character in a name', { [half]: 1 }],
  ['the name __proto__', { map: JSON.parse('{"__proto__": 1}') as unknown }],
]

for (const [name, part] of saved) {
  test(`${name} is refused with 400 VALUE_NOT_STORABLE, and no report is made`, async () => {
    const save = (): unknown => toAttributes({ id: 'a', at: 1, ...part }, definition)
    assert.throws(save, (error) => isUnstorable(error) && (error instanceof RangeError || error instanceof TypeError))
    for (const hides of [true, false]) {
      const { send, log } = open({ spec, handlers: { save } as LooseHandlers }, { config: { hide_internal_errors: hides } })
      const { status, json } = await send('GET /save')
      assert.deepEqual([status, json['error']], [400, 'VALUE_NOT_STORABLE'])
      assert.equal(json['error_description'] === 'A value of the request cannot be stored', hides)
      const line = log.at(-1)!
      assert.deepEqual([line['level'], line['status']], ['warn', 400])
      assert.match(String(line['error_description']), /things/)
      assert.match((line['causes'] as { stack: string }[])[0]!.stack, /attributes\.ts/)
    }
  })
}

test('an item above 400 KB is refused with 413 ITEM_TOO_LARGE, and no report is made', async () => {
  for (const hides of [true, false]) {
    const { send, log } = open({ spec, handlers: { save: () => toAttributes({ id: 'a', at: 1, text: 'x'.repeat(410_000) }, definition) } as LooseHandlers }, { config: { hide_internal_errors: hides } })
    const { status, json } = await send('GET /save')
    assert.deepEqual([status, json['error']], [413, 'ITEM_TOO_LARGE'])
    assert.equal(json['error_description'] === 'The item is larger than what can be stored', hides)
    assert.equal(log.at(-1)!['level'], 'warn')
  }
})

test('keys that are looked for are held to the same', () => {
  for (const key of [{ id: '', at: 1 }, { id: 'x'.repeat(2049), at: 1 }, { id: 'a', at: 1e199 }, { id: half, at: 1 }]) assert.throws(() => toKey(definition, key), isUnstorable)
})

test('what holds is stored', () => {
  for (const part of [{ value: 9.99e125 }, { value: 1e-130 }, { id: 'x'.repeat(2048) }, { owner: 'ann', name: 'x'.repeat(1024) }, { text: '😀' }, { owner: undefined }]) assert.ok(toAttributes({ id: 'a', at: 1, ...part }, definition))
})

test('a value of a kind that no table holds is the handler\'s fault, and stays a 500', async () => {
  for (const part of [{ value: Promise.resolve(1) }, { value: () => 1 }, { id: 7 }, { at: 'x' }, { id: null }, { at: undefined, value: Symbol('s') }]) {
    const save = (): unknown => toAttributes({ id: 'a', at: 1, ...part }, definition)
    assert.throws(save, (error) => error instanceof TypeError && !isUnstorable(error))
    const { status, json } = await open({ spec, handlers: { save } as LooseHandlers }).send('GET /save')
    assert.deepEqual([status, json['error']], [500, 'UNHANDLED_SERVER_ERROR'])
  }
})

test('a handler that catches the error says what it likes', async () => {
  const save = (): unknown => {
    try {
      return toAttributes({ id: '', at: 1 }, definition)
    } catch (error) {
      return { caught: (error as Error).name }
    }
  }
  assert.deepEqual((await open({ spec, handlers: { save } as LooseHandlers }).send('GET /save')).json, { caught: 'TypeError' })
})
