// What a Lambda function holds: nothing that reads documents, compiles schemas or builds stacks; and that it runs.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { SourceMap } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { bundleFunction, type FunctionBundle } from '../../src/bundle/index.ts'
import { compileConfig } from '../../src/config/build.ts'
import { generate } from '../../src/openapi/index.ts'

let folder: string
let bundle: FunctionBundle
before(async () => {
  await generate(process.cwd())
  folder = await mkdtemp(join(tmpdir(), 'klue-bundle-'))
  bundle = await bundleFunction({ root: process.cwd(), entry: 'functions/builds.ts', folder })
})
after(() => rm(folder, { recursive: true, force: true }))

test('no input parses documents, compiles schemas or belongs to another part of the kit', () => {
  const inputs = Object.keys(bundle.metafile.inputs)
  const forbidden = /node_modules\/(ajv|ajv-formats|yaml|js-yaml|lodash|@apidevtools|openapi-schema-validator|swagger2openapi|oas-|dereference-json-schema|mock-json-schema|bath-es5|qs|dynalite|esbuild|tsx|aws-cdk-lib|constructs|typescript)(\/|$)|src\/(openapi|infra|cli|dev|testing|bundle|docpage|platform\/local)\/|src\/config\/(build|load|yaml-source|key-table|\w+-keys|check-\w+|merged|compile|show)|\.ya?ml$/
  assert.deepEqual(inputs.filter((input) => forbidden.test(input)), [])
  assert.ok(inputs.some((input) => input.endsWith('openapi-backend/backend.js')), 'openapi-backend is the binding')
  assert.deepEqual(inputs.filter((input) => /openapi-backend\/(?!backend\.js)/.test(input)), [])
})

test('openapi-backend comes without its methods for whole documents', async () => {
  const text = await readFile(bundle.file, 'utf8')
  assert.ok(text.includes('handleRequest'))
  assert.doesNotMatch(text, /mockResponseForOperation|validateDefinition|loadDocument|__createBinding/)
})

test('the whole document is not in it', async () => {
  const text = await readFile(bundle.file, 'utf8')
  assert.equal(text.includes('Records measurements of CI jobs'), false)
})

test('a start loads one module, which takes of Node only what it uses; what comes later takes from it', async () => {
  const text = await readFile(bundle.file, 'utf8')
  const imported = [...text.matchAll(/(?:from|import)\s*"([^"]+)"/g)].map(([, path]) => path)
  // Of node:crypto, which the service imports, the one name is looked up: an import would load Web Crypto with it.
  assert.deepEqual(imported, [])
  assert.match(text, /getBuiltinModule\("node:crypto"\)/)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.mjs') && !['index.mjs', 'call.mjs'].includes(name))
  const later = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  assert.ok(later.some((code) => /from ?['"]\.\/index\.mjs['"]/.test(code)), 'later parts share what the start has')
  // All of them can be loaded: no name is asked for that the start does not give.
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', `for (const file of ${JSON.stringify(files)}) await import(${JSON.stringify(`${pathToFileURL(folder).href}/`)} + file)`])
  assert.equal(stderr, '')
})

test('places in it are told as places in the sources', async () => {
  const text = await readFile(bundle.file, 'utf8')
  const before = text.slice(0, text.indexOf('"is nested too deeply"')).split('\n')
  const map = new SourceMap(JSON.parse(await readFile(`${bundle.file}.map`, 'utf8')) as ConstructorParameters<typeof SourceMap>[0])
  const entry = map.findEntry(before.length - 1, before.at(-1)!.length) as { originalSource: string; originalLine: number }
  assert.match(entry.originalSource, /src\/runtime\/input\/validate\.ts$/)
  const line = (await readFile('src/runtime/input/validate.ts', 'utf8')).split('\n')[entry.originalLine]
  assert.match(line!, /is nested too deeply/)
})

test('validators lie beside it, in one file of which only parts are read, and need no package', async () => {
  const files = await readdir(join(folder, 'builds'), { recursive: true })
  assert.deepEqual(files.sort(), ['api.json', 'api.pack'])
  const text = await readFile(join(folder, 'builds', 'api.pack'), 'utf8')
  // Ajv's helpers carry the text of a require for its code generator: only calls count.
  for (const [, wanted] of text.matchAll(/(?<!['"`])require\(["']([^"']+)["']\)/g)) assert.match(wanted!, /^\.\.?\//, `it requires ${wanted}`)
})

test('it answers events in a process that has nothing else', async () => {
  const config = compileConfig({ stage: 'test', values: { name: 'builds', jwt_issuer: 'builds', jwt_audience: 'builds', jwt_secret: 'a-secret-of-this-test-only' }, places: {} })
  await writeFile(join(folder, 'klue-config.json'), JSON.stringify(config))
  await writeFile(join(folder, 'call.mjs'), `
    import { handler } from './index.mjs'
    const event = (method, rawPath, headers = {}) => ({ version: '2.0', rawPath, rawQueryString: '', headers, body: 'x', requestContext: { requestId: 'r', stage: '$default', http: { method, sourceIp: '1.2.3.4' } } })
    const answers = []
    for (const [method, path, headers] of [['GET', '/ping'], ['GET', '/version'], ['GET', '/jobs/a/measurements'], ['POST', '/login'], ['GET', '/nothing'], ['POST', '/login', { 'content-type': 'multipart/form-data; boundary=X' }]]) answers.push(await handler(event(method, path, headers), {}))
    process.stderr.write(JSON.stringify(answers.map(({ statusCode, body }) => [statusCode, JSON.parse(body).error ?? JSON.parse(body)])))
  `)
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, 'call.mjs')], { env: { LAMBDA_TASK_ROOT: folder } })
  assert.deepEqual(JSON.parse(stderr), [[200, {}], [200, { name: 'builds', version: '1.0.0', container: '' }], [401, 'AUTHORIZATION_HEADER_MISSING'], [400, 'INVALID_PARAMETER'], [404, 'NOT_FOUND'], [415, 'UNSUPPORTED_MEDIA_TYPE']])
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { kind: string; status: number })
  assert.deepEqual(lines.map(({ kind, status }) => [kind, status]), [['request', 200], ['request', 200], ['request', 401], ['request', 400], ['request', 404], ['request', 415]])
})
