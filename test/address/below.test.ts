// A path below its base: whatever a stranger wrote as a path, the request goes to the base's own host.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { addressBelow, isPathOfOrigin } from '../../src/address/index.ts'

const hostile = ['//other.test/x', '/\\other.test/x', '\\\\other.test/x', '\\/other.test', 'http://other.test/', 'http:other.test', 'https:/other.test', '@other.test/', ':80@other.test/', '.other.test/', '/\t/other.test/x', '\n//other.test', '/\r\n/other.test', 'other.test', '', ' //other.test', '///other.test', 'javascript:alert(1)']

test('what leads to another host is no path of the origin', () => {
  for (const path of hostile) assert.equal(isPathOfOrigin(path), false, JSON.stringify(path))
  for (const path of ['/', '/a', '/a//b', '/a?b=//c', '/@other.test', '/:80', '/http://other.test/', '/%2F%2Fother.test', '/a\\b']) assert.equal(isPathOfOrigin(path), true, path)
})

test('a path is put behind that of the base, and keeps what it is', () => {
  for (const [base, path, whole] of [
    ['http://h.test:81', '/a/b?c=d%20e', 'http://h.test:81/a/b?c=d%20e'],
    ['http://h.test/', '/', 'http://h.test/'],
    ['https://h.test/v1/', '/a', 'https://h.test/v1/a'],
    ['https://h.test/v1', '//a', 'https://h.test/v1//a'],
    ['https://h.test', '//other.test/x', 'https://h.test//other.test/x'],
    ['https://h.test', '/\\other.test/x', 'https://h.test/%5Cother.test/x'],
    ['https://h.test', '/a\tb\r\nc#d', 'https://h.test/a%09b%0D%0Ac%23d'],
    ['https://h.test/v1', '/a/../b', 'https://h.test/v1/b'],
  ] as const) assert.equal(addressBelow(base, path)?.href, whole, path)
})

test('what is no path, leads out of the base, or has no base, is none', () => {
  for (const [base, path] of [['https://h.test', 'a'], ['https://h.test', '@other.test'], ['https://h.test', '.other.test/'], ['https://h.test', ''], ['https://h.test/v1', '/../v2'], ['https://h.test/v1', '/%2e%2e/v2'], ['https://h.test/v1', '/../v11/x'], ['ftp://h.test', '/a'], ['nowhere', '/a']] as const) assert.equal(addressBelow(base, path), undefined, `${base} ${path}`)
})

test('no text whatever changes the origin, the user or the base', () => {
  const piece = fc.oneof(fc.constantFrom('/', '//', '\\', '@', ':', '.', '..', '%2e', '?', '#', '\t', '\n', '\r', ' ', 'http:', 'other.test', '80', '[::1]'), fc.string({ unit: 'binary' }))
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom('http://h.test', 'https://h.test:8443/v1/', 'http://127.0.0.1:8080/a/b'), (pieces, base) => {
    const path = pieces.join('')
    const url = addressBelow(base, path)
    if (url === undefined) return
    const from = new URL(base)
    assert.deepEqual([url.origin, url.username, url.password, url.hash], [from.origin, '', '', ''])
    assert.ok(`${url.pathname}/`.startsWith(`${from.pathname.replace(/\/$/, '')}/`))
    if (isPathOfOrigin(path)) assert.equal(new URL(path, from).origin, from.origin)
  }), { numRuns: 3000 })
})
