// What V8 compiles with the module of a start: the functions that first requests run, counted by V8's own coverage, and no others.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import jsonwebtoken from 'jsonwebtoken'
import { bundleFunction } from '../../src/bundle/index.ts'
import { eachRequest } from '../../src/bundle/each-request.ts'
import { withEager } from '../../src/bundle/eager-functions.ts'
import { compileConfig } from '../../src/config/build.ts'
import { generate } from '../../src/openapi/index.ts'
import { makeProject } from '../dev/project-fixture.ts'

const secret = 'a-secret-of-this-test-only'
const word = "{ content: { application/json: { schema: { type: object, required: [text], properties: { text: { type: string, maxLength: 50, pattern: '^[a-z]+$' } } } } } }"
const document = `openapi: 3.0.3
info: { title: Words, version: '1' }
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
paths:
  /words/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }, { name: page, in: query, schema: { type: integer } }]
    get: { operationId: readWord, responses: { 200: ${word.replace('{', "{ description: '',")} } }
    post: { operationId: writeWord, security: [{ token: [] }], requestBody: ${word}, responses: { 200: ${word.replace('{', "{ description: '',")} } }
`
const service = `import { toLambda } from 'klue/lambda'
import { defineService } from 'klue/runtime'
import { words } from './gen/words.ts'
export const handler = toLambda(defineService({ spec: words, handlers: { readWord: () => ({ text: 'a' }), writeWord: ({ body }) => body ?? { text: 'b' } } }))
`
const authorization = `Bearer ${jsonwebtoken.sign({ sub: 'ann' }, secret, { expiresIn: 600 })}`
const kinds: Record<string, { method: string; body?: string; headers: Record<string, string>; status: number }> = {
  'a validated POST': { method: 'POST', body: '{"text":"a"}', headers: { 'content-type': 'application/json', authorization }, status: 200 },
  'a GET': { method: 'GET', headers: {}, status: 200 },
  'a wrong body': { method: 'POST', body: '{"text":"1"}', headers: { 'content-type': 'application/json', authorization }, status: 400 },
  'no token': { method: 'POST', body: '{"text":"a"}', headers: { 'content-type': 'application/json' }, status: 401 },
}

/** By `file name`, in which kinds of a first request each function of the kit ran. */
const ran = new Map<string, Set<string>>()
let folder: string
let remove: () => Promise<void>
before(async () => {
  const made = await makeProject({ 'apis/words.yaml': document, 'functions/words.ts': service })
  remove = made.remove
  await generate(made.root)
  folder = join(await realpath(made.root), 'bundle')
  await bundleFunction({ root: made.root, entry: 'functions/words.ts', folder })
  await writeFile(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'live', values: { name: 'words', jwt_secret: secret, live: true, live_host: 'words.example.com' }, places: {} })))
  for (const kind of Object.keys(kinds)) await run(kind)
})
after(() => remove())

async function run(kind: string): Promise<void> {
  const { method, body, headers, status } = kinds[kind]!
  const event = { version: '2.0', rawPath: '/words/7', rawQueryString: 'page=2', headers, body, requestContext: { requestId: 'r', stage: '$default', http: { method, sourceIp: '192.0.2.1' } } }
  const script = `const { handler } = await import('./index.mjs'); process.stderr.write(String((await handler(${JSON.stringify(event)}, {})).statusCode))`
  const told = join(folder, `coverage-${method}-${status}`)
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, env: { LAMBDA_TASK_ROOT: folder, NODE_V8_COVERAGE: told } })
  assert.equal(stderr, String(status))
  for (const file of await readdir(told)) {
    const { result } = JSON.parse(await readFile(join(told, file), 'utf8')) as { result: { url: string; functions: { ranges: { startOffset: number; count: number }[] }[] }[] }
    for (const { url, functions } of result.filter(({ url }) => url.startsWith('file:') && url.endsWith('.mjs'))) await note(kind, fileURLToPath(url), functions.map(({ ranges }) => ranges[0]!).filter(({ count }) => count > 0).map(({ startOffset }) => startOffset))
  }
}

const kit = resolve('src')
const texts = new Map<string, string[]>()

async function note(kind: string, module: string, offsets: number[]): Promise<void> {
  const map = new SourceMap(JSON.parse(await readFile(`${module}.map`, 'utf8')) as ConstructorParameters<typeof SourceMap>[0])
  const text = await readFile(module, 'utf8')
  for (const offset of offsets) {
    const lines = text.slice(0, offset).split('\n')
    const { originalSource: source, originalLine: line } = map.findEntry(lines.length - 1, lines.at(-1)!.length) as { originalSource?: string; originalLine: number }
    const file = source === undefined ? '' : await realpath(resolve(module, '..', source)).catch(() => '')
    if (!file.startsWith(`${kit}/`)) continue
    if (!texts.has(file)) texts.set(file, (await readFile(file, 'utf8')).split('\n'))
    const name = /^(?:export )?(?:async )?function (\w+)/.exec(texts.get(file)![line]!)?.[1]
    if (name === undefined) continue
    const key = `${relative(kit, file).replace(/\.ts$/, '')} ${name}`
    ran.set(key, (ran.get(key) ?? new Set()).add(kind))
  }
}

const named = Object.entries(eachRequest).flatMap(([file, names]) => names.split(' ').map((name) => `${file} ${name}`))

test('each function that is compiled with the start runs in at least two of four kinds of a first request', () => {
  assert.deepEqual(named.filter((key) => (ran.get(key)?.size ?? 0) < 2).map((key) => `${key}: ${[...(ran.get(key) ?? [])].join(', ')}`), [])
  assert.equal(new Set(named).size, named.length)
})

// Where a module runs a function at its top, above it, brackets would come too late.
const runAboveTheirPlaces = ['errors/catalog ofInternals']

test('each function that runs in all of them is compiled with the start', () => {
  assert.deepEqual([...ran].filter(([key, seen]) => seen.size === Object.keys(kinds).length && !named.includes(key) && !runAboveTheirPlaces.includes(key)).map(([key]) => key), [])
})

test('a function stays in its lines and does what it did; a name that is none is told', () => {
  const text = 'export async function one(a: number): Promise<number> {\n  return two(a)\n}\n\nfunction two(a: number): number {\n  return a\n}\n'
  assert.equal(withEager(text, ['one', 'two']), 'export const one = (async function(a: number): Promise<number> {\n  return two(a)\n})\n\nconst two = (function(a: number): number {\n  return a\n})\n')
  assert.throws(() => withEager(text, ['three']), /names three/)
})

test('what the kit exports never changes its value, so that later parts may take it as a list', async () => {
  const files = (await readdir(kit, { recursive: true })).filter((file) => file.endsWith('.ts'))
  for (const file of files) {
    const text = await readFile(join(kit, file), 'utf8')
    assert.doesNotMatch(text, /^export (?:let|var)\b/m, file)
    const changing = [...text.matchAll(/^let (\w+)/gm)].map(([, name]) => name!)
    for (const [, names] of text.matchAll(/^export \{([^}]*)\}(?! from)/gm)) for (const name of names!.split(',')) assert.ok(!changing.includes(name.trim().split(' ')[0]!), `${file} exports ${name}`)
  }
})
