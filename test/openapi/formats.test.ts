// Custom formats in generated files: types and plans follow the list of the document, in fresh, changed and packed APIs.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { packApi } from '../../src/bundle/pack-api.ts'
import { loadSpec } from '../../src/runtime/index.ts'
import { checkApis, generate, readApis } from '../../src/openapi/index.ts'
import { project, write } from './project.ts'

const document = (head: string): string => `openapi: 3.0.3
info: { title: T, version: '1' }
${head}paths:
  /plain: { get: { operationId: plain, responses: { 200: { description: ok } } } }
  /a/{w}:
    post:
      operationId: a
      parameters: [{ in: path, name: w, required: true, schema: { $ref: '#/components/schemas/Week' } }]
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Tree' } } } }
      responses: { 200: { description: ok } }
  /texts:
    put:
      operationId: texts
      requestBody: { content: { text/plain: { schema: { $ref: '#/components/schemas/Week' } }, text/csv: { schema: { $ref: '#/components/schemas/Day' } }, multipart/form-data: { schema: { type: object, properties: { note: { type: string } } }, encoding: { note: { headers: { X-Week: { schema: { $ref: '#/components/schemas/Week' } }, X-Day: { schema: { $ref: '#/components/schemas/Day' } } } } } } } }
      responses: { 200: { description: ok, headers: { X-Week: { schema: { $ref: '#/components/schemas/Week' } }, X-Day: { schema: { $ref: '#/components/schemas/Day' } } }, content: { text/plain: { schema: { $ref: '#/components/schemas/Week' } } } } }
components:
  schemas:
    Week: { type: string, format: iso-week }
    Day: { type: string, format: date }
    Listed: { type: string, format: iso-week, enum: [2024-W01] }
    Tree: { type: object, properties: { at: { $ref: '#/components/schemas/Week' }, day: { $ref: '#/components/schemas/Day' }, listed: { $ref: '#/components/schemas/Listed' }, children: { type: array, items: { $ref: '#/components/schemas/Tree' } } } }
`
const named = document('x-klue-formats: [iso-week]\n')
const typesIn = (root: string): string => readFileSync(join(root, 'functions/gen/t.ts'), 'utf8')

test('types and plans come and go with the list', async (t) => {
  const root = project(t, { 'apis/t.yaml': document('') })
  await generate(root)
  assert.equal(typesIn(root).includes('Formatted'), false)
  assert.equal(readFileSync(join(root, 'functions/gen/t/table.cjs'), 'utf8').includes('"formats"'), false)
  write(root, 'apis/t.yaml', named)
  await generate(root)
  const fresh = project(t, { 'apis/t.yaml': named })
  await generate(fresh)
  assert.equal(typesIn(root), typesIn(fresh))
  assert.match(typesIn(root), /import \{ type ApiSpec, type Formatted, loadSpec \}[^]*type Week = Formatted<'iso-week'>/)
  assert.match(typesIn(root), /type Day = string\n[^]*type Listed = '2024-W01'/)
  write(root, 'apis/t.yaml', document(''))
  await generate(root)
  assert.equal(typesIn(root).includes('Formatted'), false)
})

const header = { properties: { 'x-week': { ref: '/components/schemas/Week' } } }
const texts = { body: { 'text/plain': { format: 'iso-week' } }, parts: { 'multipart/form-data': { note: header } }, replies: { 200: { 'text/plain': { format: 'iso-week' } } }, replyHeaders: { 200: header } }

test('the plan says where values lie, in files and packed alike', async (t) => {
  const root = project(t, { 'apis/t.yaml': named })
  await generate(root)
  const folder = join(root, 'functions/gen/t')
  await packApi(folder, join(root, 'packed'))
  for (const place of [folder, join(root, 'packed')]) {
    const { table } = loadSpec(pathToFileURL(`${place}/`))
    assert.deepEqual(table.operations.map(({ formats }) => formats), [undefined, { parameters: { properties: { path: { properties: { w: { ref: '/components/schemas/Week' } } } } }, body: { 'application/json': { ref: '/components/schemas/Tree' } } }, texts])
    assert.deepEqual(table.formats, { names: ['iso-week'], schemas: { '/components/schemas/Week': { format: 'iso-week' }, '/components/schemas/Tree': { properties: { at: { ref: '/components/schemas/Week' }, children: { items: { ref: '/components/schemas/Tree' } } } } } })
  }
})

test('a property called example has its format, and a schema in an example has none', async (t) => {
  const root = project(t, { 'apis/t.yaml': `openapi: 3.0.3
info: { title: T, version: '1' }
x-klue-formats: [iso-week]
paths:
  /a:
    post:
      operationId: a
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }
      responses: { 200: { description: ok } }
components:
  schemas:
    Thing: { type: object, properties: { example: { $ref: '#/components/schemas/Inner' }, examples: { type: string, format: iso-week } } }
    Inner: { type: object, properties: { example: { type: string, format: iso-week } } }
` })
  await generate(root)
  assert.match(readFileSync(join(root, 'functions/gen/t/table.cjs'), 'utf8'), /"example":\{"ref":"\/components\/schemas\/Inner"\}/)
  const [fault] = checkApis(await readApis(project(t, { 'apis/t.yaml': document('x-klue-formats: [other]\n').replace('200: { description: ok } }\n  /texts', '200: { description: ok, content: { application/json: { example: { type: string, format: other } } } } }\n  /texts') })))
  assert.equal(fault?.code, 'extension-invalid')
})
