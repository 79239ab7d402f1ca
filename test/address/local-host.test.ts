// Hosts of this machine, by which alone its listeners are called.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isLocalHost } from '../../src/address/index.ts'

test('names and loopback addresses of this machine, with any port and in any spelling', () => {
  for (const host of ['localhost', 'localhost:8080', 'LOCALHOST', 'localhost.', 'app.localhost', 'a.b.localhost:1', '127.0.0.1', '127.0.0.1:65535', '127.255.255.254', '127.1', '[::1]', '[::1]:80', '[0:0:0:0:0:0:0:1]']) assert.equal(isLocalHost(host), true, host)
})

test('nothing else', () => {
  for (const host of [undefined, '', ':80', 'evil.test', 'localhost.evil.test', 'evil-localhost', 'notlocalhost', '127.0.0.1.evil.test', '127.0.0.1.nip.io', '10.0.0.1', '0.0.0.0', '[::]', '[::2]', '128.0.0.1', 'evil@localhost', 'localhost@evil.test', 'localhost/evil', 'localhost#', 'localhost?x', 'localhost\\evil', 'localhost, evil.test', 'localhost:80:80', 'localhost:abc', 'local host', '..localhost..', 'localhost%00.evil.test']) assert.equal(isLocalHost(host), false, host)
})

test('further hosts count by their whole name, or with all below it', () => {
  const further = ['app.test', '*.dev.test']
  for (const host of ['app.test', 'APP.test:81', 'a.dev.test', 'a.b.dev.test', 'localhost']) assert.equal(isLocalHost(host, further), true, host)
  for (const host of ['x.app.test', 'dev.test', 'adev.test', 'app.test.evil.test', 'evil.test']) assert.equal(isLocalHost(host, further), false, host)
})

test('no text is taken for this machine that a browser would send elsewhere', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom('localhost', '127.0.0.1', '.', ':', '@', '/', '[', ']', '::1', 'evil.test', '%', '80'), fc.string()), { maxLength: 6 }), (pieces) => {
    const host = pieces.join('')
    if (!isLocalHost(host)) return
    assert.match(new URL(`http://${host}/`).hostname, /^(.*\.)?localhost\.?$|^127\.\d+\.\d+\.\d+$|^\[::1\]$/)
  }), { numRuns: 3000 })
})
