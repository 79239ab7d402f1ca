// Documents that nobody here wrote pass check and generate, their types compile, their validators judge real-looking data.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkApis, generate, readApis, type RouteNode } from '../../src/openapi/index.ts'
import { typeErrors } from './compile-types.ts'
import { fixture, type Generated, opened, project } from './project.ts'

async function generatedFixture(t: Parameters<typeof project>[0], api: string, extension: string): Promise<Generated> {
  const root = project(t, { [`apis/${api}.${extension}`]: fixture(`${api}.${extension}`) })
  assert.deepEqual(checkApis(await readApis(root)), [])
  await generate(root)
  const folder = join(root, 'functions/gen')
  assert.deepEqual(typeErrors(folder, [join(folder, `${api}.ts`), join(folder, `${api}.client.ts`)]), [])
  return opened(root, api)
}

function faultsOf(validator: { (data: unknown): boolean; errors?: { instancePath: string }[] | null } | undefined, data: unknown): string[] {
  assert.ok(validator !== undefined)
  return validator(data) ? [] : (validator.errors ?? []).map(({ instancePath }) => instancePath)
}

test('GitHub, OpenAPI 3.0', async (t) => {
  const { table, request, reply } = await generatedFixture(t, 'github', 'json')
  assert.equal(table.operations.length, 1223)
  const create = request('issues/create')
  assert.deepEqual(faultsOf(create.body['application/json'], { title: 'Crash on start', labels: ['bug', { name: 'p1', color: null }], milestone: null, assignees: ['octocat'] }), [])
  assert.ok(faultsOf(create.body['application/json'], { body: 'no title', assignees: [1] }).includes('/assignees/0'))
  const list = request('issues/list-for-repo').parameters
  const parameters = { path: { owner: 'octocat', repo: 'hello' }, query: { per_page: '50' } as Record<string, unknown> }
  assert.deepEqual(faultsOf(list, parameters), [])
  assert.equal(parameters.query['per_page'], 50)
  assert.equal(parameters.query['page'], 1)
  assert.deepEqual(faultsOf(list, { path: { owner: 'o', repo: 'r' }, query: { state: 'ajar' } }), ['/query/state'])
  const label = reply('issues/get-label').replies['200']?.['application/json']
  const good = { id: 1, node_id: 'x', url: 'https://api.example.org/labels/bug', name: 'bug', description: null, color: 'f29513', default: true }
  assert.deepEqual(faultsOf(label, good), [])
  assert.deepEqual(faultsOf(label, { ...good, id: 'one' }), ['/id'])
  // Two paths that match some of the same requests: {base}...{head} goes first, {basehead} takes the rest.
  const compare = ['repos', undefined, undefined, 'compare'].reduce<RouteNode | undefined>((at, literal) => literal === undefined ? at?.parameter : at?.literals?.[literal], table.routes)
  const pathOf = (node: RouteNode | undefined): string | undefined => table.operations[node?.methods?.['GET']?.operation ?? -1]?.path
  assert.equal(pathOf(compare?.patterns?.[0]?.node), '/repos/{owner}/{repo}/compare/{base}...{head}')
  assert.equal(pathOf(compare?.parameter), '/repos/{owner}/{repo}/compare/{basehead}')
})

test('Kubernetes, Swagger 2.0', async (t) => {
  const { table, request, reply } = await generatedFixture(t, 'kubernetes', 'json')
  assert.equal(table.openapi, '2.0')
  const create = table.operations.find(({ id }) => id === 'createCoreV1NamespacedPod')
  assert.equal(create?.method, 'POST')
  assert.deepEqual(create?.parameters.map(({ name }) => name).includes('namespace'), true)
  const pod = { metadata: { name: 'web', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }] } }
  const validator = Object.values(request('createCoreV1NamespacedPod').body)[0]
  assert.deepEqual(faultsOf(validator, pod), [])
  assert.deepEqual(faultsOf(validator, { ...pod, spec: { containers: [{ image: 7, name: 'web' }] } }), ['/spec/containers/0/image'])
  const listed = reply('listCoreV1NamespacedPod').replies['200']?.['application/json']
  assert.deepEqual(faultsOf(listed, { items: [pod] }), [])
  assert.deepEqual(faultsOf(listed, { metadata: {} }), [''])
})

test('Scalar Galaxy, OpenAPI 3.1', async (t) => {
  const { table, request } = await generatedFixture(t, 'galaxy', 'yaml')
  assert.equal(table.openapi, '3.1.1')
  const create = request('createPlanet').body['application/json']
  assert.deepEqual(faultsOf(create, { name: 'Mars', type: 'terrestrial' }), [])
  assert.ok(faultsOf(create, { name: 4 }).includes('/name'))
})
