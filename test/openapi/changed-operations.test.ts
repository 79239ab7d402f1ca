// A run after a change takes over what has not changed: its files must be those of a run from nothing, and its faults too.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { isUsageError } from '../../src/errors/index.ts'
import { generate } from '../../src/openapi/index.ts'
import { project, snapshot, write } from './project.ts'

type Json = Record<string, unknown>
type Edit = [name: string, edit: (document: Json) => void]

const whole = gunzipSync(readFileSync(new URL('../fixtures/github.json.gz', import.meta.url))).toString('utf8')
let part: string | undefined

function github(): Json {
  return JSON.parse((part ??= JSON.stringify(partOf(JSON.parse(whole) as Json)))) as Json
}

// Some fifty paths of GitHub's document with the components that they and the edits use.
function partOf(document: Json): Json {
  Object.assign(document, { paths: Object.fromEntries(Object.entries(at(document, 'paths')).filter((_, index) => index % 16 === 0)) })
  const used = new Set(['schemas/workflow-run', 'schemas/pull-request', 'schemas/issue', ...refsIn(at(document, 'paths'))])
  for (const place of used) for (const ref of refsIn(at(document, 'components', ...place.split('/')))) used.add(ref)
  for (const [kind, parts] of Object.entries(at(document, 'components'))) if (kind !== 'securitySchemes') Object.assign(at(document, 'components'), { [kind]: Object.fromEntries(Object.entries(parts as Json).filter(([name]) => used.has(`${kind}/${name}`))) })
  return document
}

function refsIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, place = '']) => place)
}

const at = (document: Json, ...keys: string[]): Json => keys.reduce((value, key) => value[key] as Json, document)
const path = (document: Json, index: number): Json => Object.values(at(document, 'paths'))[index] as Json
const operation = (document: Json, index: number): Json => Object.values(path(document, index)).find((value) => (value as Json)['responses'] !== undefined) as Json
const reply = (schema: unknown): Json => ({ 200: { description: 'ok', content: { 'application/json': { schema } } } })

const edits: Edit[] = [
  ['a summary', (document) => void Object.assign(operation(document, 3), { summary: 'Another one' })],
  ['a parameter', (document) => void Object.assign(operation(document, 5), { parameters: [{ name: 'extra', in: 'query', schema: { type: 'integer', default: 3 } }] })],
  ['another schema', (document) => void Object.assign(operation(document, 7), { responses: reply({ type: 'array', items: { $ref: '#/components/schemas/workflow-run' } }) })],
  ['a schema that nothing else uses', (document) => {
    Object.assign(operation(document, 7), { responses: reply({ type: 'string' }) })
    Object.assign(operation(document, 9), { requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/pull-request' } } } } })
  }],
  ['a new path', (document) => void Object.assign(at(document, 'paths'), { '/new/{id}': { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }], get: { operationId: 'new/get', responses: reply({ $ref: '#/components/schemas/issue' }) } } })],
  ['an operation whose file would be called like another', (document) => void Object.assign(at(document, 'paths'), { '/newer': { get: { operationId: 'New/Get', responses: reply({ type: 'boolean' }) } } })],
  ['a path in another place', (document) => {
    const [first, ...others] = Object.entries(at(document, 'paths'))
    Object.assign(document, { paths: Object.fromEntries([...others, first!]) })
  }],
  ['a renamed operation', (document) => void Object.assign(operation(document, 11), { operationId: 'renamed' })],
  ['a removed path', (document) => void delete at(document, 'paths')[Object.keys(at(document, 'paths'))[2]!]],
  ['a component', (document) => void Object.assign(at(document, 'components', 'schemas', 'issue', 'properties'), { added: { type: 'string', default: 'x', readOnly: true } })],
  ['unevaluated properties', (document) => void Object.assign(at(document, 'paths', '/newer', 'get'), { responses: reply({ allOf: [{ type: 'object', properties: { a: {} } }], unevaluatedProperties: false }) })],
  ['a summary after that', (document) => void Object.assign(operation(document, 3), { summary: 'And one more' })],
  ['a format that nothing has used', (document) => void Object.assign(at(document, 'paths', '/newer', 'get'), { responses: reply({ type: 'string', format: 'shelf-mark' }) })],
  ['a reference to another operation', (document) => void Object.assign(at(document, 'paths'), { '/newest': { get: { operationId: 'newest', responses: reply({ $ref: '#/paths/~1newer/get/responses/200/content/application~1json/schema' }) } } })],
  ['what another operation refers to', (document) => void Object.assign(at(document, 'paths', '/newer', 'get'), { responses: reply({ type: 'integer' }) })],
]

test('a run after a change writes the bytes of a run from nothing', async (t) => {
  const document = github()
  const root = project(t, { 'apis/gh.json': JSON.stringify(document) })
  await generate(root)
  for (const [name, edit] of edits) {
    edit(document)
    const text = JSON.stringify(document)
    write(root, 'apis/gh.json', text)
    const { written } = await generate(root)
    const fresh = project(t, { 'apis/gh.json': text })
    await generate(fresh)
    assertSame(root, fresh, name)
    assert.ok(written.length > 0, name)
    assert.deepEqual((await generate(root)).written, [], name)
    assert.deepEqual((await generate(root, { check: true })).stale, [], name)
  }
})

test('a run after a change finds the faults of a run from nothing', async (t) => {
  const faulty: Edit[] = [
    ['an operationId twice', (document) => void Object.assign(operation(document, 3), { operationId: operation(document, 8)['operationId'] })],
    ['a broken reference', (document) => void Object.assign(operation(document, 3), { responses: reply({ $ref: '#/components/schemas/nothing' }) })],
    ['a type that does not exist', (document) => void Object.assign(operation(document, 3), { responses: reply({ type: 'strnig' }) })],
    ['a wrong extension', (document) => void Object.assign(operation(document, 3), { 'x-klue-timeout': 'long' })],
    ['a path like another', (document) => void (at(document, 'paths')[`${Object.keys(at(document, 'paths')).find((key) => key.endsWith('}'))!.replace(/\{[^}]*\}$/, '{other}')}`] = { get: { operationId: 'other', responses: {} } })],
    ['a circle', (document) => void Object.assign(at(document, 'paths'), { '/circle': { get: { operationId: 'circle', responses: reply({ allOf: [{ $ref: '#/paths/~1circle/get/responses/200/content/application~1json/schema' }] }) } } })],
    ['a security scheme that does not exist', (document) => void Object.assign(operation(document, 3), { security: [{ nothing: [] }] })],
    ['a slow pattern', (document) => void Object.assign(operation(document, 3), { responses: reply({ type: 'string', pattern: '^(?!x)(a+)+$' }) })],
  ]
  const root = project(t, { 'apis/gh.json': JSON.stringify(github()) })
  await generate(root)
  for (const [name, edit] of faulty) {
    const document = github()
    edit(document)
    write(root, 'apis/gh.json', JSON.stringify(document))
    const [after, fresh] = [await faultsOf(root), await faultsOf(project(t, { 'apis/gh.json': JSON.stringify(document) }))]
    assert.ok(after.length > 0, name)
    assert.deepEqual(after, fresh, name)
  }
  write(root, 'apis/gh.json', JSON.stringify(github()))
  assert.deepEqual((await generate(root)).written, [])
})

test('what is remembered wrongly or about other files is not used', async (t) => {
  const document = github()
  const root = project(t, { 'apis/gh.json': JSON.stringify(document) })
  await generate(root)
  const before = snapshot(join(root, 'functions'))
  // Another size: the remembered time alone would not do.
  for (const file of ['gh.ts', 'gh/schemas/issue.cjs']) writeFileSync(join(root, 'functions/gen', file), 'broken')
  Object.assign(operation(document, 3), { summary: 'Another one' })
  write(root, 'apis/gh.json', JSON.stringify(document))
  assert.ok((await generate(root)).written.includes('functions/gen/gh/schemas/issue.cjs'))
  Object.assign(operation(document, 3), { summary: operation(github(), 3)['summary'] })
  write(root, 'apis/gh.json', JSON.stringify(document))
  await generate(root)
  assert.deepEqual(snapshot(join(root, 'functions')), before)
})

async function faultsOf(root: string): Promise<unknown[]> {
  try {
    await generate(root)
    return []
  } catch (error) {
    assert.ok(isUsageError(error))
    return [...error.faults]
  }
}

function assertSame(root: string, fresh: string, name: string): void {
  const [made, wanted] = [snapshot(join(root, 'functions')), snapshot(join(fresh, 'functions'))]
  assert.deepEqual(Object.keys(made).sort(), Object.keys(wanted).sort(), name)
  for (const [file, text] of Object.entries(wanted)) assert.ok(made[file] === text, `${name}: ${file}`)
}

