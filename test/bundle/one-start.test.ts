// Services whose later parts need what their start has loaded: one that loads it again, and one that waits for such a part at its top.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { bundleFunction } from '../../src/bundle/index.ts'
import { compileConfig } from '../../src/config/build.ts'
import { generate } from '../../src/openapi/index.ts'
import { makeProject } from '../dev/project-fixture.ts'

const document = `openapi: 3.0.3
info: { title: Words, version: '1' }
paths: { /word: { get: { operationId: word, responses: { 200: { description: '', content: { application/json: { schema: {} } } } } } } }
`
const service = `import { toLambda } from 'klue/lambda'
import { defineError, defineService } from 'klue/runtime'
import { words } from './gen/words.ts'
const { chosen } = await import('./chosen.ts')
const old = await import('old-package')
export const NONE = defineError('NO_WORD', 404, 'There is no word')
export const handler = toLambda(defineService({ spec: words, handlers: { word: () => ({ chosen: chosen(), old: old.default.word }) } }))
`

const eager = `import { toLambda } from 'klue/lambda'
import { defineService } from 'klue/runtime'
import { words } from './gen/words.ts'
import { chosen } from './chosen.ts'
export const handler = toLambda(defineService({ spec: words, handlers: { word: async () => { const late = await import('./chosen.ts'); const later = await import('./later.ts'); return { chosen: chosen(), old: later.same === late.chosen && late.chosen === chosen } } } }))
`

test('what a start loads can be loaded once more later, and is the same', async () => {
  const { root, remove } = await makeProject({ 'apis/words.yaml': document, 'functions/words.ts': eager, 'functions/chosen.ts': "export const chosen = (): string => 'both'\n", 'functions/later.ts': "export { chosen as same } from './chosen.ts'\n" })
  after(remove)
  assert.deepEqual(await answerOf(root), { chosen: 'both', old: true })
})

test('a start that waits for a part works, and its places are told as those of the sources', async () => {
  const { root, remove } = await makeProject({ 'apis/words.yaml': document, 'functions/words.ts': service, 'functions/chosen.ts': "import { isError } from 'klue/runtime'\nexport const chosen = (): string => (isError(undefined) ? 'error' : 'late')\n" })
  after(remove)
  await mkdir(join(root, 'node_modules', 'old-package'), { recursive: true })
  await writeFile(join(root, 'node_modules', 'old-package', 'package.json'), '{ "name": "old-package", "main": "index.js" }')
  await writeFile(join(root, 'node_modules', 'old-package', 'index.js'), "module.exports = { word: require('path').posix.join('old', 'word') }\n")
  assert.deepEqual(await answerOf(root), { chosen: 'late', old: 'old/word' })
  assert.ok((await readFile(join(root, 'bundle', 'index.mjs.map'), 'utf8')).includes('functions/words.ts'))
})

test('later parts do not come with the start, and take what it has from its one module', async () => {
  const { root, remove } = await makeProject({ 'apis/words.yaml': document, 'functions/words.ts': eager, 'functions/chosen.ts': "export const chosen = (): string => 'both'\n", 'functions/later.ts': "export { chosen as same } from './chosen.ts'\n" })
  after(remove)
  await generate(root)
  const folder = join(root, 'bundle')
  const { metafile } = await bundleFunction({ root, entry: 'functions/words.ts', folder })
  const sourcesOf = async (file: string): Promise<string[]> => (JSON.parse(await readFile(join(folder, `${file}.map`), 'utf8')) as { sources: string[] }).sources
  const sources = await sourcesOf('index.mjs')
  const later = [...(await readFile('src/runtime/line/line-parts.ts', 'utf8')).matchAll(/'\.\/(.+\.ts)'/g)].map(([, name]) => `src/runtime/line/${name!}`)
  assert.ok(sources.some((source) => source.endsWith('src/runtime/line/lazy-line-parts.ts')))
  for (const file of later) assert.ok(!sources.some((source) => source.endsWith(file)), `${file} is loaded with the start`)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.mjs'))
  const importsOf = async (file: string): Promise<string[]> => [...(await readFile(join(folder, file), 'utf8')).matchAll(/\bfrom ?["']\.\/([\w.-]+)["']/g)].map(([, name]) => name!)
  // A line with a fault, and a refused token: common, so that each costs the one module that it needs.
  for (const wanted of [/^line-parts-/, /^refusal-/]) assert.deepEqual(await importsOf(files.find((name) => wanted.test(name))!), ['index.mjs'])
  assert.deepEqual(files.filter((name) => !Object.keys(metafile.outputs).some((path) => path.endsWith(name))), [], 'no module but those of esbuild')
})

// What the bundled function answers in a process of its own.
async function answerOf(root: string): Promise<unknown> {
  await generate(root)
  const folder = join(root, 'bundle')
  await bundleFunction({ root, entry: 'functions/words.ts', folder })
  await writeFile(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'test', values: { name: 'words' }, places: {} })))
  const script = "const { handler } = await import('./index.mjs'); const answer = await handler({ version: '2.0', rawPath: '/word', rawQueryString: '', headers: {}, requestContext: { requestId: 'r', stage: '$default', http: { method: 'GET', sourceIp: '1.2.3.4' } } }, {}); process.stderr.write(answer.body)"
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, env: { LAMBDA_TASK_ROOT: folder }, timeout: 60_000 })
  return JSON.parse(stderr) as unknown
}
