// klue generate as a whole: what it writes, keeps, removes and refuses.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { generate } from '../../src/openapi/index.ts'
import { generated, openapi, opened, project, snapshot, write } from './project.ts'

const pets = openapi(`
/pets:
  get:
    operationId: listPets
    parameters: [{ name: limit, in: query, schema: { type: integer, default: 10 } }]
    responses: { 200: { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Pet' } } } } } }
  post:
    operationId: addPet
    requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
    responses: { 201: { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } } }
`, `
schemas:
  Pet:
    type: object
    required: [name]
    properties:
      name: { type: string, minLength: 1, format: hostname }
      born: { type: string, format: date-time }
      tags: { type: array, uniqueItems: true, items: { type: object } }
      parents: { type: array, items: { $ref: '#/components/schemas/Pet' } }
`)

test('writes the same bytes from nothing, again, and in another place', async (t) => {
  const one = project(t, { 'apis/pets.yaml': pets })
  const first = await generate(one)
  assert.deepEqual(first.written.filter((path) => path.endsWith('.ts')), ['functions/gen/pets.client.ts', 'functions/gen/pets.ts'])
  assert.deepEqual(first.apis.map(({ api, operations }) => [api, operations]), [['pets', 2]])
  const before = snapshot(join(one, 'functions'))
  const second = await generate(one)
  assert.deepEqual([second.written, second.unchanged], [[], first.written])
  assert.deepEqual(snapshot(join(one, 'functions')), before)
  const other = project(t, { 'apis/pets.yaml': pets })
  await generate(other)
  assert.deepEqual(snapshot(join(other, 'functions')), before)
  assert.ok(Object.values(before).every((text) => !text.includes(tmpdir())))
})

test('compiles only what changed, to the bytes that a whole run gives', async (t) => {
  const root = project(t, { 'apis/pets.yaml': pets })
  await generate(root)
  const changed = pets.replace('default: 10', 'default: 20')
  write(root, 'apis/pets.yaml', changed)
  const { written } = await generate(root)
  assert.deepEqual(written, ['functions/gen/pets/requests/listPets.cjs'])
  const fresh = project(t, { 'apis/pets.yaml': changed })
  await generate(fresh)
  assert.deepEqual(snapshot(join(root, 'functions')), snapshot(join(fresh, 'functions')))
})

test('mends a file that was changed or lost', async (t) => {
  const root = project(t, { 'apis/pets.yaml': pets })
  await generate(root)
  const before = snapshot(join(root, 'functions'))
  write(root, 'functions/gen/pets/schemas/Pet.cjs', 'broken')
  rmSync(join(root, 'functions/gen/pets/table.cjs'))
  write(root, 'functions/gen/pets.ts', 'edited')
  const { written } = await generate(root)
  assert.deepEqual(written, ['functions/gen/pets.ts', 'functions/gen/pets/schemas/Pet.cjs', 'functions/gen/pets/table.cjs'])
  assert.deepEqual(snapshot(join(root, 'functions')), before)
  write(root, 'functions/gen/pets/cache.json', '{')
  assert.deepEqual((await generate(root)).written, [])
})

test('removes the files of removed operations and documents, and nothing of anybody else', async (t) => {
  const root = project(t, { 'apis/pets.yaml': pets, 'apis/shops.yaml': pets, 'functions/gen/own.ts': '// mine\n', 'functions/gen/own/table.txt': 'mine' })
  await generate(root)
  write(root, 'apis/pets.yaml', pets.replace('operationId: addPet', 'operationId: putPet'))
  rmSync(join(root, 'apis/shops.yaml'))
  const { removed } = await generate(root)
  assert.deepEqual(removed.filter((path) => path.startsWith('functions/gen/pets')), ['functions/gen/pets/replies/addPet.cjs', 'functions/gen/pets/requests/addPet.cjs'])
  assert.ok(removed.includes('functions/gen/shops.ts') && removed.includes('functions/gen/shops.client.ts') && removed.includes('functions/gen/shops/table.cjs'))
  assert.deepEqual(removed.filter((path) => path.includes('own')), [])
  assert.ok(existsSync(join(root, 'functions/gen/own.ts')) && existsSync(join(root, 'functions/gen/own/table.txt')))
})

test('check writes nothing and says what is stale', async (t) => {
  const root = project(t, { 'apis/pets.yaml': pets })
  assert.deepEqual((await generate(root, { check: true })).stale, ['functions/gen/pets.client.ts', 'functions/gen/pets.ts'])
  assert.equal(existsSync(join(root, 'functions')), false)
  await generate(root)
  assert.deepEqual((await generate(root, { check: true })).stale, [])
  write(root, 'apis/pets.yaml', pets.replace('operationId: addPet', 'operationId: putPet'))
  const before = snapshot(join(root, 'functions'))
  const { stale, written, removed } = await generate(root, { check: true })
  assert.deepEqual([written, removed], [[], []])
  assert.deepEqual(stale, ['functions/gen/pets.client.ts', 'functions/gen/pets.ts', 'functions/gen/pets/replies/addPet.cjs', 'functions/gen/pets/replies/putPet.cjs', 'functions/gen/pets/requests/addPet.cjs', 'functions/gen/pets/requests/putPet.cjs', 'functions/gen/pets/table.cjs'])
  assert.deepEqual(snapshot(join(root, 'functions')), before)
})

test('a clone without compiled files is fresh as long as the committed ones are', async (t) => {
  const root = project(t, { 'apis/pets.yaml': pets })
  await generate(root)
  rmSync(join(root, 'functions/gen/pets'), { recursive: true })
  assert.deepEqual((await generate(root, { check: true })).stale, [])
})

test('generates only the APIs that are asked for, elsewhere if wanted', async (t) => {
  const root = project(t, { 'apis/pets.yaml': pets, 'apis/more/shops.json': JSON.stringify({ swagger: '2.0', info: {}, paths: {} }), 'apis/more/part.yaml': 'Pet: {}' })
  const { written, apis } = await generate(root, { apis: ['shops'], outDir: 'made' })
  assert.deepEqual(apis.map(({ api }) => api), ['shops'])
  assert.deepEqual(written, ['made/shops.client.ts', 'made/shops.ts', 'made/shops/runtime.cjs', 'made/shops/table.cjs'])
})

test('writes nothing where there are faults', async (t) => {
  const root = project(t, { 'apis/pets.yaml': pets, 'apis/bad.yaml': 'openapi: 3.0.0\npaths: { /a: { get: {} } }' })
  await assert.rejects(generate(root), /operationId/)
  assert.equal(existsSync(join(root, 'functions')), false)
})

test('validators run without node_modules, inside a package of modules', async (t) => {
  const { root } = await generated(t, pets)
  const bare = mkdtempSync(join(tmpdir(), 'klue-bare-'))
  t.after(() => rmSync(bare, { recursive: true, force: true }))
  cpSync(join(root, 'functions/gen/test'), join(bare, 'test'), { recursive: true })
  writeFileSync(join(bare, 'package.json'), '{"type":"module"}')
  for (const [path, text] of Object.entries(snapshot(join(bare, 'test')))) {
    if (path === 'runtime.cjs') continue
    for (const [, target] of text.matchAll(/require\(([^)]*)\)/g)) assert.match(target ?? '', /^"\.\.\/(runtime|schemas\/[\w.-]+)\.cjs"$/, path)
  }
  const { body } = createRequire(join(bare, 'x.cjs'))('./test/requests/addPet.cjs') as { body: Record<string, (data: unknown) => boolean> }
  assert.equal(body['application/json']?.({ name: 'a.b', tags: [{}, { a: 1 }], parents: [{ name: 'c' }] }), true)
  assert.equal(body['application/json']?.({ name: 'a.b', tags: [{}, {}] }), false)
  assert.equal(body['application/json']?.({ name: '' }), false)
  assert.equal(body['application/json']?.({ name: 'a', born: 'yesterday' }), false)
})

test('file names are safe and unique where case does not count', async (t) => {
  const document = openapi(['repos/get', 'Repos/Get', 'con', 'a'.repeat(120), '..'].map((id, index) => `/p${index}:\n  get: { operationId: ${id}, responses: { 200: { description: ok } } }`).join('\n'))
  const { table } = await generated(t, document)
  const files = table.operations.map(({ file }) => file)
  assert.equal(new Set(files.map((file) => file.toLowerCase())).size, 5)
  for (const file of files) assert.match(file, /^[\w-]{1,100}$/)
  assert.match(files[0] ?? '', /^repos_get-[0-9a-f]{6}$/)
})

test('the base path is part of the routes only where it is asked for', async (t) => {
  const document = `${openapi('/pets:\n  get: { operationId: listPets, responses: { 200: { description: ok } } }')}servers: [{ url: 'https://{host}/v1/', variables: { host: { default: example.org } } }]\n`
  const root = project(t, { 'apis/test.yaml': document })
  await generate(root)
  const plain = opened(root, 'test').table
  assert.deepEqual([plain.basePath, plain.operations[0]?.path, Object.keys(plain.routes.literals ?? {})], ['/v1', '/pets', ['pets']])
  const other = project(t, { 'apis/test.yaml': document })
  await generate(other, { basePath: true })
  const based = opened(other, 'test').table
  assert.deepEqual([based.basePath, based.operations[0]?.path, Object.keys(based.routes.literals ?? {})], ['/v1', '/v1/pets', ['v1']])
  assert.match(readFileSync(join(other, 'functions/gen/test.client.ts'), 'utf8'), /servers: \["https:\/\/example.org\/v1\/"\]/)
})
