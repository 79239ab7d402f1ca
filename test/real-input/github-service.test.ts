// A service on GitHub's own document: a few of its operations answer real-looking requests, good and bad, through both edges.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type LocalServer, startServer } from '../../src/dev/index.ts'
import { toLambda } from '../../src/lambda/index.ts'
import { openService } from '../../src/runtime/edge.ts'
import { loadSpec } from '../../src/runtime/index.ts'
import { generate } from '../../src/openapi/index.ts'
import { type LooseHandlers, type LooseOperations, open, testPlatform } from '../runtime/service-fixture.ts'

let root: string
let server: LocalServer
let lambda: ReturnType<typeof toLambda>

const handlers: LooseHandlers = {
  'repos/compare-commits': ({ path }) => ({ seen: path }),
  'repos/compare-commits-with-basehead': ({ path }) => ({ seen: path }),
  'issues/create': ({ path, body }) => ({ seen: { path, body } }),
  'issues/list-for-repo': ({ path, query }) => ({ seen: { path, query } }),
  'repos/get-content': ({ path, query }) => ({ seen: { path, query } }),
  'gists/delete': () => undefined,
  'markdown/render-raw': ({ body }) => String(body),
  'git/create-tree': ({ body }) => ({ seen: body }),
}

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'klue-github-'))
  await mkdir(join(root, 'apis'))
  await writeFile(join(root, 'apis', 'github.json'), gunzipSync(await readFile('test/fixtures/github.json.gz')))
  const result = await generate(root)
  assert.ok(result.apis[0]!.operations > 1000)
  const spec = loadSpec<LooseOperations>(pathToFileURL(join(root, 'functions', 'gen', 'github', '/')))
  const known = new Set(spec.table.operations.map(({ id }) => id))
  const bound = Object.fromEntries(Object.entries(handlers).filter(([id]) => known.has(id)))
  const { service } = open({ spec, handlers: bound })
  const platform = testPlatform({ config: { response_check: 'off' } })
  const { answer } = openService(service, platform)
  server = await startServer({ port: 0, bodyLimitBytes: () => platform.config.bodyLimitBytes, answer })
  lambda = toLambda(service, { platform: () => platform })
})
after(async () => {
  await server.close()
  await rm(root, { recursive: true, force: true })
})

interface Sent {
  headers?: Record<string, string>
  body?: string
}

async function bothEdges(line: string, { headers = {}, body }: Sent = {}): Promise<{ status: number; json: Record<string, unknown>; text: string }> {
  const [method, target] = line.split(' ') as [string, string]
  const overHttp = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sending = httpRequest({ port: server.port, host: '127.0.0.1', method, path: target, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }))
    })
    sending.on('error', reject).end(body)
  })
  const [path, query = ''] = target.split('?')
  // A function URL hands the path over as it came, so that both edges get the same request.
  const event = { version: '2.0', rawPath: path!, rawQueryString: query, headers, ...(body === undefined ? {} : { body }), requestContext: { domainName: 'x.lambda-url.eu-west-1.on.aws', http: { method } } }
  const overLambda = await lambda(event, {})
  const plain = (text: string): string => text.replace(/"error_id":"[^"]+"/, '')
  assert.equal(overLambda.statusCode, overHttp.status, line)
  assert.equal(plain(overLambda.body), plain(overHttp.text), line)
  return { ...overHttp, json: /^[{[]/.test(overHttp.text) ? (JSON.parse(overHttp.text) as Record<string, unknown>) : {} }
}

const json = { 'content-type': 'application/json' }

test('parameters are read, coerced and completed with their defaults', async () => {
  const { status, json: body } = await bothEdges('GET /repos/octokit/rest.js/issues?state=closed&labels=bug%2Cui&per_page=5&sort=updated')
  assert.equal(status, 200)
  const { path, query } = body['seen'] as { path: unknown; query: Record<string, unknown> }
  assert.deepEqual(path, { owner: 'octokit', repo: 'rest.js' })
  assert.deepEqual([query['state'], query['labels'], query['per_page'], query['sort'], query['direction'], query['page']], ['closed', 'bug,ui', 5, 'updated', 'desc', 1])
})

test('wrong parameters are named, all at once', async () => {
  const { status, json: body } = await bothEdges('GET /repos/octokit/rest.js/issues?state=some&sort=age&per_page=many&since=yesterday')
  assert.equal(status, 400)
  const pointers = (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer).sort()
  assert.deepEqual(pointers, ['/query/per_page', '/query/since', '/query/sort', '/query/state'])
})

test('a body is checked against its schema', async () => {
  const path = 'POST /repos/octokit/rest.js/issues'
  const good = { title: 'Found a bug', body: "I'm having a problem with this.", assignees: ['octocat'], milestone: 1, labels: ['bug', { name: 'ui', color: null }] }
  const accepted = await bothEdges(path, { headers: json, body: JSON.stringify(good) })
  assert.equal(accepted.status, 201)
  assert.deepEqual((accepted.json['seen'] as { body: unknown }).body, good)
  const refused = await bothEdges(path, { headers: json, body: JSON.stringify({ body: 5, assignees: 'octocat' }) })
  assert.equal(refused.status, 400)
  const pointers = (refused.json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)
  for (const pointer of ['/body/title', '/body/body', '/body/assignees']) assert.ok(pointers.includes(pointer), `${pointer} in ${pointers.join(' ')}`)
})

test('paths of whole and of partial segments are told apart', async () => {
  const whole = await bothEdges('GET /repos/octokit/rest.js/compare/main')
  assert.deepEqual([whole.status, whole.json['seen']], [200, { owner: 'octokit', repo: 'rest.js', basehead: 'main' }])
  const partial = await bothEdges('GET /repos/octokit/rest.js/compare/v1.0...feature%2Fx')
  assert.equal(partial.status, 200)
  const seen = partial.json['seen'] as Record<string, string>
  assert.deepEqual(seen['basehead'] ?? `${seen['base']}...${seen['head']}`, 'v1.0...feature/x')
})

test('null is taken where the document says nullable, also without a type', async () => {
  const tree = { tree: [{ path: 'file.rb', mode: '100644', type: 'blob', sha: null }] }
  const { status, json: body } = await bothEdges('POST /repos/octokit/rest.js/git/trees', { headers: json, body: JSON.stringify(tree) })
  assert.equal(status, 201)
  assert.deepEqual(body['seen'], tree)
})

test('text bodies, empty answers, methods and paths that are not there', async () => {
  const markdown = await bothEdges('POST /markdown/raw', { headers: { 'content-type': 'text/plain' }, body: 'Hello **world**' })
  assert.deepEqual([markdown.status, markdown.text], [200, 'Hello **world**'])
  assert.equal((await bothEdges('POST /markdown/raw', { headers: { 'content-type': 'application/pdf' }, body: '%PDF' })).status, 415)
  const deleted = await bothEdges('DELETE /gists/aa5a315d61ae9438b18d')
  assert.deepEqual([deleted.status, deleted.text], [204, ''])
  assert.equal((await bothEdges('PUT /gists/aa5a315d61ae9438b18d')).status, 405)
  assert.equal((await bothEdges('GET /nothing/here')).status, 404)
  assert.equal((await bothEdges('GET /repos/octokit/%E0%A4%A/issues')).status, 400)
})

test('an operation without handler is 501, after its request was checked', async () => {
  const { status, json: body } = await bothEdges('GET /repos/octokit/rest.js/pulls')
  assert.deepEqual([status, body['error']], [501, 'NOT_IMPLEMENTED'])
  assert.equal((await bothEdges('GET /repos/octokit/rest.js/pulls?per_page=x')).status, 400)
})
