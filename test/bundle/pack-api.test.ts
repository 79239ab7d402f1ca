// A packed API says and decides what the files of klue generate do.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { packApi } from '../../src/bundle/pack-api.ts'
import { findOperation } from '../../src/runtime/edge.ts'
import { loadSpec } from '../../src/runtime/index.ts'
import { generate } from '../../src/openapi/index.ts'
import { fixture, project } from '../openapi/project.ts'

test('GitHub: routes, operations and validators', async (t) => {
  const root = project(t, { 'apis/github.json': fixture('github.json') })
  await generate(root)
  const folder = mkdtempSync(join(tmpdir(), 'klue-pack-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  await packApi(join(root, 'functions/gen/github'), join(folder, 'github'))
  const files = loadSpec(pathToFileURL(join(root, 'functions/gen/github/')))
  const packed = loadSpec(pathToFileURL(join(folder, 'github/')))
  // First as a request looks at it, before anything has read the list as a whole.
  for (const [method, path] of [['GET', 'repos/o/r/compare/a...b'], ['GET', 'repos/o/r/compare/a'], ['PATCH', 'repos/o/r/issues/1'], ['GET', 'nothing'], ['PUT', 'user'], ['GET', '__proto__']] as const) {
    assert.deepEqual(findOperation(packed.table, method, path.split('/')), findOperation(files.table, method, path.split('/')), path)
  }
  assert.equal(packed.table.operations[files.table.operations.length], undefined)
  assert.deepEqual([...packed.table.operations], files.table.operations)
  assert.deepEqual(JSON.parse(JSON.stringify(packed.table.routes)), JSON.parse(JSON.stringify(files.table.routes)))
  for (const [index, operation] of packed.table.operations.entries()) {
    const pairs = [[packed.request(operation), files.request(files.table.operations[index]!)], [packed.reply(operation), files.reply(files.table.operations[index]!)]] as const
    for (const [ours, theirs] of pairs) {
      assert.deepEqual(outline(ours), outline(theirs), operation.id)
      for (const value of [{}, [], [{}], null, { path: {}, query: { per_page: 'x' } }, { name: 1, id: 'x', title: [] }]) assert.deepEqual(faults(ours, value), faults(theirs, value), operation.id)
    }
  }
})

type Tree = { [key: string]: Tree } | ((value: unknown) => boolean)

function outline(tree: unknown): unknown {
  return typeof tree === 'function' ? 'validator' : Object.fromEntries(Object.entries(tree as Record<string, Tree>).map(([key, part]) => [key, outline(part)]))
}

function faults(tree: unknown, value: unknown): unknown {
  if (typeof tree !== 'function') return Object.values(tree as Record<string, Tree>).map((part) => faults(part, value))
  const validator = tree as ((value: unknown) => boolean) & { errors?: unknown }
  return [validator(structuredClone(value)), validator.errors]
}

test('patterns that would back-track for years are bounded, packed and in files, with or without others before', { timeout: 120_000 }, async (t) => {
  const schema = (pattern: string): unknown => ({ parameters: [{ name: 'text', in: 'query', schema: { type: 'string', pattern } }], responses: { 200: { description: 'ok' } } })
  const document = { openapi: '3.0.3', info: { title: 'Patterns', version: '1' }, paths: { '/a': { get: { operationId: 'a', ...(schema('^(a+)+$') as object) } }, '/shared': { post: { operationId: 'shared', requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Text' } } } }, responses: { 200: { description: 'ok' } } } } }, components: { schemas: { Text: { type: 'string', pattern: '^([a-z0-9]+[-.]?)*$' } } } }
  const root = project(t, { 'apis/patterns.json': JSON.stringify(document) })
  await generate(root)
  await packApi(join(root, 'functions/gen/patterns'), join(root, 'packed'))
  // In processes of their own: a bound once set stays.
  for (const folder of ['functions/gen/patterns/', 'packed/']) for (const [index, take] of [[0, "request.parameters({ query: { text } })"], [1, "request.body['application/json'](text)"]] as const) {
    const script = `
      import { loadSpec } from './src/runtime/index.ts'
      const spec = loadSpec(new URL(${JSON.stringify(pathToFileURL(join(root, folder)).href)}))
      const request = spec.request(spec.table.operations[${index}])
      const text = 'a'.repeat(60) + '!'
      console.log(${take})
    `
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=klue-source', '--import', 'tsx', '--input-type=module', '-e', script], { timeout: 100_000 })
    assert.equal(stdout.trim(), 'false', `${folder} ${index}`)
  }
})
