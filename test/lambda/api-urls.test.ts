// Addresses that the stack gives to functions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Config } from '../../src/config/index.ts'
import { addApiUrls } from '../../src/lambda/api-urls.ts'

const config = (apis: Config['apis']): Config => ({ apis }) as Config

test('an address is added to what the configuration says of an API, and never replaces one', () => {
  const given = config({ one: { username: 'u' }, two: { url: 'https://two.example' } })
  addApiUrls(given, 'one=https://a.example/x?y=z,two=https://b.example,three=https://c.example')
  assert.deepEqual(given.apis, { one: { url: 'https://a.example/x?y=z', username: 'u' }, two: { url: 'https://two.example' }, three: { url: 'https://c.example' } })
})

test('without the variable nothing changes', () => {
  const given = config({ one: { username: 'u' } })
  addApiUrls(given, undefined)
  assert.deepEqual(given.apis, { one: { username: 'u' } })
})
