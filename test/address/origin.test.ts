// Origins are compared whole: scheme, host, port.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSameOrigin, originOf, originOfHost } from '../../src/address/index.ts'

test('an origin has one spelling', () => {
  for (const [text, origin] of [['https://App.Example.com', 'https://app.example.com'], ['https://app.example.com:443', 'https://app.example.com'], ['HTTP://app.example.com:80', 'http://app.example.com'], ['http://app.example.com:443', 'http://app.example.com:443'], ['http://[::1]:8080', 'http://[::1]:8080'], ['https://bücher.example', 'https://xn--bcher-kva.example']] as const) assert.equal(originOf(text), origin)
  for (const text of ['null', '', '*', 'app.example.com', 'https://', 'https://a/b', 'https://a/', 'https://a?b', 'https://a#b', 'https://user@a', 'capacitor://localhost', 'file://', 'https://a b', 'https://a\\b', 'https://a, https://b', 'https://a:99999']) assert.equal(originOf(text), undefined, text)
})

test('two origins are the same by scheme, host and port', () => {
  assert.equal(isSameOrigin('https://app.test', ['https://APP.test:443']), true)
  for (const other of ['http://app.test', 'https://app.test:444', 'https://app.test.evil.test', 'https://evil.test', 'null', '']) assert.equal(isSameOrigin(other, ['https://app.test']), false, other)
  // What has no origin is the same as nothing, itself included.
  assert.equal(isSameOrigin('null', ['null']), false)
  assert.equal(isSameOrigin('capacitor://a', [originOf('capacitor://a')]), false)
  assert.equal(isSameOrigin('https://a', [undefined]), false)
})

test('the origin of a service is that of its scheme and its Host', () => {
  assert.equal(originOfHost('https', 'API.test:443'), 'https://api.test')
  assert.equal(originOfHost('http', 'api.test:8080'), 'http://api.test:8080')
  for (const host of [undefined, '', 'evil@api.test', 'api.test/x', 'a b']) assert.equal(originOfHost('https', host), undefined, host)
})
