// Each style of a parameter as the OpenAPI specification's table writes it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieText, headerText, pathText, queryPairs } from '../../src/client/parameter-text.ts'
import { parameter } from './things.ts'

const list = ['blue', 'black']
const object = { R: 100, G: 200 }

test('path styles', () => {
  const path = (style: 'simple' | 'label' | 'matrix', explode: boolean, value: unknown): string => pathText(parameter({ name: 'color', in: 'path', style, explode }), value)
  assert.deepEqual([path('simple', false, 'blue'), path('simple', false, list), path('simple', false, object), path('simple', true, object)], ['blue', 'blue,black', 'R,100,G,200', 'R=100,G=200'])
  assert.deepEqual([path('label', false, 'blue'), path('label', true, list), path('label', false, list), path('label', true, object), path('label', false, object)], ['.blue', '.blue.black', '.blue,black', '.R=100.G=200', '.R,100,G,200'])
  assert.deepEqual([path('matrix', false, 'blue'), path('matrix', false, list), path('matrix', true, list), path('matrix', false, object), path('matrix', true, object)], [';color=blue', ';color=blue,black', ';color=blue;color=black', ';color=R,100,G,200', ';R=100;G=200'])
  assert.equal(path('simple', false, 'a/b?c#d%e é'), 'a%2Fb%3Fc%23d%25e%20%C3%A9')
})

test('query styles', () => {
  const query = (part: object, value: unknown): string => queryPairs(parameter({ name: 'color', in: 'query', ...part }), value).join('&')
  assert.equal(query({}, 'a&b=c'), 'color=a%26b%3Dc')
  assert.equal(query({}, list), 'color=blue&color=black')
  assert.equal(query({ explode: false }, list), 'color=blue,black')
  assert.equal(query({}, object), 'R=100&G=200')
  assert.equal(query({ explode: false }, object), 'color=R,100,G,200')
  assert.equal(query({ style: 'spaceDelimited', explode: false }, list), 'color=blue%20black')
  assert.equal(query({ style: 'pipeDelimited', explode: false }, list), 'color=blue%7Cblack')
  assert.equal(query({ style: 'pipeDelimited', explode: true }, list), 'color=blue&color=black')
  assert.equal(query({ explode: false, separator: '\t' }, list), 'color=blue%09black')
  assert.equal(query({ style: 'deepObject' }, { a: 1, b: { c: [2, 3] }, d: undefined }), 'color%5Ba%5D=1&color%5Bb%5D%5Bc%5D=2&color%5Bb%5D%5Bc%5D=3')
  assert.equal(query({ content: 'application/json' }, { a: [1] }), 'color=%7B%22a%22%3A%5B1%5D%7D')
  assert.equal(query({ allowReserved: true }, 'http://a/?b=c&d+#'), 'color=http://a/?b=c%26d%2B%23')
  assert.equal(query({ explode: false }, []), '')
  assert.equal(query({}, [1, null, undefined, 2]), 'color=1&color=2')
  assert.equal(query({}, new Date(0)), 'color=1970-01-01T00%3A00%3A00.000Z')
  assert.equal(query({}, true), 'color=true')
})

test('headers and cookies', () => {
  assert.equal(headerText(parameter({ name: 'x', in: 'header' }), list), 'blue,black')
  assert.equal(headerText(parameter({ name: 'x', in: 'header', explode: true }), object), 'R=100,G=200')
  assert.equal(headerText(parameter({ name: 'x', in: 'header', content: 'application/json' }), object), '{"R":100,"G":200}')
  assert.equal(cookieText(parameter({ name: 'c', in: 'cookie' }), 'a;b'), 'c=a%3Bb')
  assert.equal(cookieText(parameter({ name: 'c', in: 'cookie', explode: false }), list), 'c=blue,black')
})
