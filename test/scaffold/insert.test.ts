// Keys are inserted as text: what is there keeps every comment and every space.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { isUsageError } from '../../src/errors/index.ts'
import { insertKeys } from '../../src/scaffold/insert.ts'

const get = "get:\n  operationId: a\n  responses:\n    '200': { description: ok }\n"

function insert(text: string, at: string[], yaml: string = get): string {
  return insertKeys(text, { file: 'apis/x.yaml', insertions: [{ at, yaml }] })
}

interface Case {
  title: string
  text: string
  at: string[]
  wanted: string
}

const cases: Case[] = [
  {
    title: 'a path behind others, before the comment of what follows',
    text: 'openapi: 3.1.0 # version\npaths:\n  # first\n  /a:\n    get: {} # end\n\n# parts\ncomponents: {}\n',
    at: ['paths', '/b/{id}'],
    wanted: "openapi: 3.1.0 # version\npaths:\n  # first\n  /a:\n    get: {} # end\n  /b/{id}:\n    get:\n      operationId: a\n      responses:\n        '200': { description: ok }\n\n# parts\ncomponents: {}\n",
  },
  {
    title: 'a path apart from the others, as they are',
    text: 'paths:\n    /a:\n        get: {}\n\n    /b:\n        get: {}\n',
    at: ['paths', '/c'],
    wanted: "paths:\n    /a:\n        get: {}\n\n    /b:\n        get: {}\n\n    /c:\n      get:\n        operationId: a\n        responses:\n          '200': { description: ok }\n",
  },
  {
    title: 'a method into a path that is there',
    text: 'paths:\n  /a:\n    post:\n      description: |\n        Long\n        text\n\ntags: []\n',
    at: ['paths', '/a'],
    wanted: "paths:\n  /a:\n    post:\n      description: |\n        Long\n        text\n    get:\n      operationId: a\n      responses:\n        '200': { description: ok }\n\ntags: []\n",
  },
  { title: 'into {}', text: 'paths: {} # none\nx: 1\n', at: ['paths', '/a'], wanted: "paths:\n  /a:\n    get:\n      operationId: a\n      responses:\n        '200': { description: ok } # none\nx: 1\n" },
  { title: 'into nothing', text: 'paths:\nx: 1', at: ['paths', '/a'], wanted: "paths:\n  /a:\n    get:\n      operationId: a\n      responses:\n        '200': { description: ok }\nx: 1" },
  { title: 'a key that is missing on the way', text: '# x\nname: a', at: ['stages', 'local'], wanted: "# x\nname: a\nstages:\n  local:\n    get:\n      operationId: a\n      responses:\n        '200': { description: ok }" },
  { title: 'into a mapping on one line', text: 'paths: { /a: { post: { x: 1 } } }\n', at: ['paths', '/a'], wanted: 'paths: { /a: { post: { x: 1 }, "get": {"operationId":"a","responses":{"200":{"description":"ok"}}} } }\n' },
  {
    title: 'into JSON',
    text: '{\n  "paths": {\n    "/a": { "post": {} }\n  },\n  "x": 1\n}\n',
    at: ['paths', '/b'],
    wanted: '{\n  "paths": {\n    "/a": { "post": {} },\n    "/b": {\n      "get": {\n        "operationId": "a",\n        "responses": {\n          "200": {\n            "description": "ok"\n          }\n        }\n      }\n    }\n  },\n  "x": 1\n}\n',
  },
  { title: 'into empty JSON', text: '{\n  "paths": {}\n}', at: ['paths', '/b'], wanted: '{\n  "paths": {\n    "/b": {\n      "get": {\n        "operationId": "a",\n        "responses": {\n          "200": {\n            "description": "ok"\n          }\n        }\n      }\n    }\n  }\n}' },
]

for (const { title, text, at, wanted } of cases) {
  test(`inserts ${title}`, () => {
    assert.equal(insert(text, at), wanted)
    assert.equal(insert(text.replaceAll('\n', '\r\n'), at), wanted.replaceAll('\n', '\r\n'))
    let part = parse(insert(text, at)) as Record<string, never>
    for (const key of at) part = part[key]!
    assert.deepEqual(part['get'], parse(get)['get'])
  })
}

test('several insertions stand in the order they were given', () => {
  const text = insertKeys('a:\n  x: 1\nb:\n  y: 1\n', { file: 'x.yaml', insertions: [{ at: ['a'], yaml: 'one: 1' }, { at: ['b'], yaml: 'two: 2' }, { at: ['a'], yaml: 'three: 3' }] })
  assert.equal(text, 'a:\n  x: 1\n  one: 1\n  three: 3\nb:\n  y: 1\n  two: 2\n')
})

test('an alias or a list is refused with its place', () => {
  for (const text of ['x: &x { a: 1 }\npaths: *x\n', 'paths: [1]\n']) {
    assert.throws(() => insert(text, ['paths', '/a']), (error) => isUsageError(error) && error.faults[0]!.code === 'document-shape' && error.faults[0]!.pointer === '/paths' && error.faults[0]!.file === 'apis/x.yaml')
  }
})
