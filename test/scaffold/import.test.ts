// klue import: documents as they are found become services whose operations are stubs.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { isUsageError } from '../../src/errors/index.ts'
import { importDocument, initProject } from '../../src/scaffold/index.ts'
import { klue, startKlue } from '../cli/klue-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-import-'))
mkdirSync(join(folder, 'node_modules'))
symlinkSync(resolve('.'), join(folder, 'node_modules', 'klue'), 'dir')
after(() => rmSync(folder, { recursive: true, force: true }))

function write(file: string, text: string | Buffer): string {
  mkdirSync(join(folder, file, '..'), { recursive: true })
  writeFileSync(join(folder, file), text)
  return join(folder, file)
}

const shop = `# A shop.
swagger: "2.0"
info: { title: Shop, version: "1" }
securityDefinitions:
  api key: { type: apiKey, name: x-key, in: header }
paths:
  /things:
    get:
      tags: [Things & more]
      summary: Lists */ things
      produces: [application/json]
      responses: { 200: { description: ok, schema: { type: array, items: { type: string, example: bolt } } } }
    post:
      tags: [Things & more]
      operationId: things/add
      security: [{ api key: [] }]
      responses:
        204: { description: done } # nothing to say
  /things/{id}:
    delete:
      parameters: [{ name: id, in: path, required: true, type: integer }]
      responses:
        204: { description: gone }
`

test('a document makes a service: a file a tag, names for operations without one, its text as it was', async () => {
  const file = write('Shop_v1.yaml', shop)
  const root = join(folder, 'shop')
  const imported = await importDocument({ root, file, name: 'shop' })
  assert.deepEqual([imported.name, imported.operations, imported.named], ['shop', 3, ['GET /things → getThings', 'DELETE /things/{id} → deleteThingsById']])
  assert.deepEqual(readdirSync(join(root, 'functions', 'shop')).sort(), ['operations.ts', 'things-more.ts'])
  const text = readFileSync(join(root, 'apis', 'shop.yaml'), 'utf8')
  assert.equal(text.replaceAll(/\n      operationId: (getThings|deleteThingsById)(?=\n)/g, ''), shop)
  assert.equal((parse(text) as { paths: Record<string, Record<string, { operationId: string }>> }).paths['/things']!['get']!.operationId, 'getThings')
  const checked = await klue(root, ['check'])
  assert.equal(checked.code, 0, checked.stderr)
  const tested = await klue(root, ['test', '--json'])
  assert.equal(tested.code, 0, tested.stdout + tested.stderr)
})

async function answers(root: string, calls: [string, string, Record<string, string>?][]): Promise<{ status: number; body: unknown }[]> {
  const server = startKlue(root, ['dev', '--port', '0', '--in-memory', '--no-watch'])
  try {
    const url = /service +(http\S+)/.exec(await server.until('Ctrl-C stops it.'))![1]!
    const all = []
    for (const [method, path, headers] of calls) {
      const answer = await fetch(url + path, { method, headers: headers ?? {} })
      const text = await answer.text()
      all.push({ status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) })
    }
    return all
  } finally {
    server.child.kill('SIGTERM')
    await server.finished
  }
}

test('on this machine it answers from its document, elsewhere 501; schemes let nobody in', async () => {
  const root = join(folder, 'shop')
  const calls: Parameters<typeof answers>[1] = [['GET', '/things'], ['POST', '/things', { 'x-key': 'anything' }]]
  assert.deepEqual(await answers(root, calls), [{ status: 200, body: ['bolt'] }, { status: 204, body: undefined }])
  const config = join(root, 'klue-config.yaml')
  writeFileSync(config, readFileSync(config, 'utf8').replace('mock: true', 'mock: false'))
  const [open, closed] = await answers(root, calls)
  assert.deepEqual([open!.status, (open!.body as { error: string }).error], [501, 'NOT_IMPLEMENTED'])
  assert.deepEqual([closed!.status, (closed!.body as { error: string }).error], [501, 'NOT_IMPLEMENTED'])
})

test('a handler that is written takes the place of what is made up', async () => {
  const root = join(folder, 'shop')
  const config = join(root, 'klue-config.yaml')
  writeFileSync(config, readFileSync(config, 'utf8').replace('mock: false', 'mock: true'))
  const file = join(root, 'functions', 'shop', 'things-more.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace('getThings: notImplemented', "getThings: () => ['nut']"))
  assert.deepEqual((await answers(root, [['GET', '/things'], ['DELETE', '/things/7']])).map(({ status, body }) => [status, body]), [[200, ['nut']], [204, undefined]])
})

test('a document in several files becomes one, beside what the project has', async () => {
  const root = join(folder, 'mine')
  await initProject({ root, name: 'mine', format: 'yaml', login: false })
  write('parts/schemas.yaml', 'Thing: { type: object, properties: { name: { type: string, example: bolt } } }\n')
  const file = write('parts/stock.openapi.yaml', "openapi: 3.0.3\ninfo: { title: Stock, version: '1' }\npaths:\n  /stock:\n    get:\n      operationId: getStock\n      responses: { '200': { description: ok, content: { application/json: { schema: { $ref: 'schemas.yaml#/Thing' } } } } }\n")
  const imported = await importDocument({ root, file })
  assert.deepEqual(imported.files.sort(), ['apis/stock.json', 'functions/stock.ts', 'functions/stock/operations.ts', 'klue-config.yaml', 'testaccept/stock.test.ts'])
  assert.match(readFileSync(join(root, 'klue-config.yaml'), 'utf8'), /response_check: fail\n    # Operations.*\n    mock: true\n/)
  assert.ok(!readFileSync(join(root, 'apis', 'stock.json'), 'utf8').includes('schemas.yaml'))
  const tested = await klue(root, ['test', '--json'])
  assert.equal(tested.code, 0, tested.stdout + tested.stderr)
})

test('what cannot be imported is refused with its place, and nothing is written', async () => {
  const cases: [string, string, string][] = [
    ['broken.yaml', 'openapi: 3.0.3\npaths: [\n', 'syntax-error'],
    ['old.yaml', 'swagger: "1.2"\n', 'version-unsupported'],
    ['faulty.yaml', "openapi: 3.0.3\ninfo: { title: F, version: '1' }\npaths:\n  /a/{b}:\n    get: { operationId: a, security: [{ none: [] }], parameters: [{ name: b, in: path, required: true, schema: { type: string } }], responses: { '200': { description: ok } } }\n", 'security-scheme-unknown'],
  ]
  for (const [name, text, code] of cases) {
    const file = write(name, text)
    const root = join(folder, `refused-${name}`)
    await assert.rejects(importDocument({ root, file }), (error) => isUsageError(error) && error.faults.some((fault) => fault.code === code), code)
    assert.ok(!existsSync(root), name)
  }
  await assert.rejects(importDocument({ root: folder, file: 'nowhere.yaml' }), (error) => isUsageError(error) && error.faults[0]!.code === 'file-unreadable')
  await assert.rejects(importDocument({ root: join(folder, 'mine'), file: join(folder, 'parts/stock.openapi.yaml') }), (error) => isUsageError(error) && error.faults[0]!.code === 'api-double')
})

test("GitHub's document, with more than a thousand operations", async (t) => {
  const file = write('github.json', gunzipSync(readFileSync(resolve('test', 'fixtures', 'github.json.gz'))))
  const root = join(folder, 'github')
  const startedAt = performance.now()
  const imported = await importDocument({ root, file })
  t.diagnostic(`imported ${imported.operations} operations in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  assert.ok(imported.operations > 1000)
  const lengths = imported.files.filter((name) => name.startsWith('functions/github/')).map((name) => readFileSync(join(root, name), 'utf8').split('\n').length)
  assert.ok(lengths.length > 30 && Math.max(...lengths) < 500, `${lengths.length} files, the longest has ${Math.max(...lengths)} lines`)
  const checked = await klue(root, ['check'])
  assert.equal(checked.code, 0, checked.stderr)
  const [made] = await answers(root, [['GET', '/gists/public']])
  assert.equal(made!.status, 200)
})
