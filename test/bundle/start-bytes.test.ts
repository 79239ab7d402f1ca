// The bytes that a start loads: counted where they are compiled and read, held at 100 KB, printed, and told by their sources.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import jsonwebtoken from 'jsonwebtoken'
import { bundleFunction, findEntries } from '../../src/bundle/index.ts'
import { compileConfig, loadConfig } from '../../src/config/build.ts'
import { generate } from '../../src/openapi/index.ts'
import { makeProject } from '../dev/project-fixture.ts'
import { type Asked, bytesOf, inputsOf, type Step, traceStart } from './loaded-by-start.ts'

const limit = 100_000
const secret = 'a-secret-of-this-test-only'
const environment = { METRICS_BACKEND_PASSWORD: 'of-this-test-only' }
const authorization = `Bearer ${jsonwebtoken.sign({ sub: 'ann' }, secret, { issuer: 'builds', audience: 'builds', expiresIn: 600 })}`

let folder: string
before(async () => {
  await generate(process.cwd())
  folder = await mkdtemp(join(tmpdir(), 'klue-start-'))
})
after(() => rm(folder, { recursive: true, force: true }))

// As the stage that real users depend on has it: its lines hold no bodies.
async function bundled(root: string, entry: string, into: string): Promise<string> {
  await bundleFunction({ root, entry, folder: into })
  const { merged } = loadConfig({ root, stage: 'live', secrets: environment })
  await writeFile(join(into, 'klue-config.json'), JSON.stringify(compileConfig({ ...merged, values: { ...merged.values, jwt_secret: secret } })))
  return into
}

function list(steps: Step[], count: number): string {
  return inputsOf(steps, process.cwd()).slice(0, count).map(([source, bytes]) => `  ${bytes} ${source}`).join('\n')
}

function hold(context: TestContext, name: string, steps: Step[]): void {
  const start = steps.slice(0, 2)
  const told = ({ loaded }: Step): string => loaded.map(({ file, bytes }) => `${basename(file)} ${bytes}`).join(', ')
  context.diagnostic(`${bytesOf(start)} bytes are loaded by a start of ${name} and its first answer: ${start.map(told).join(', ')}`)
  for (const later of steps.slice(2)) context.diagnostic(`${bytesOf([later])} more by ${later.name} ${later.status}: ${told(later)}`)
  assert.ok(bytesOf(start) <= limit, `A start of ${name} loads ${bytesOf(start)} bytes, ${bytesOf(start) - limit} too many. Load what is rarely needed with its first use. It comes from:\n${list(start, 40)}`)
}

test('a start builds no sets of Unicode and takes node:crypto without Web Crypto, each of which would be more than a tenth of it', async () => {
  for (const entry of findEntries(process.cwd(), 'builds')) {
    const text = await readFile(join(await bundled(process.cwd(), entry, join(folder, `text-${basename(entry, '.ts')}`)), 'index.mjs'), 'utf8')
    const expressions = [...text.matchAll(/\/(?:\\.|\[(?:\\.|[^\]\n\\])*\]|[^/\n\\[])+\/[a-z]*u[a-z]*/g)].map(([literal]) => literal)
    assert.ok(expressions.length > 0)
    // V8 parses every expression with the module that it stands in, also that of a function that never runs.
    assert.deepEqual(expressions.filter((literal) => literal.includes(String.raw`\p{`)), [])
    assert.doesNotMatch(text, /from ?"(?:node:)?crypto"/)
  }
})

// What an operation needs beyond a start: a validator, and the words of its faults.
const later: Record<string, Asked[]> = { builds: [['GET', '/jobs/a/metrics/b/deviation', '', {}], ['GET', '/jobs/a/metrics/b/deviation', 'threshold=much', { authorization }]] }

for (const entry of findEntries(process.cwd(), 'builds')) {
  const name = basename(entry, '.ts')
  test(`a start of ${entry} loads at most 100 KB`, async (context) => {
    const steps = await traceStart(await bundled(process.cwd(), entry, join(folder, name)), { env: environment, requests: [['GET', '/ping'], ...(later[name] ?? [])] })
    assert.deepEqual(steps.slice(1).map(({ status }) => status), [200, ...(name in later ? [401, 400] : [])])
    hold(context, entry, steps)
  })
}

test('counted is what is compiled and read, once, and not what merely lies there; the sources are named', async () => {
  const blob = (size: number): string => `export const blob = ${JSON.stringify('x'.repeat(size))}\n`
  const { root, remove } = await makeProject({
    'apis/words.yaml': "openapi: 3.0.3\ninfo: { title: Words, version: '1' }\npaths: { /word: { get: { operationId: word, responses: { 200: { description: '', content: { application/json: { schema: {} } } } } } } }\n",
    'functions/large.ts': blob(30_000),
    'functions/late.ts': blob(20_000),
    'functions/words.ts': `import { readFileSync } from 'node:fs'
import { toLambda } from 'klue/lambda'
import { defineService } from 'klue/runtime'
import { words } from './gen/words.ts'
import { blob } from './large.ts'
const read = readFileSync(new URL('./data.txt', import.meta.url), 'utf8')
export const handler = toLambda(defineService({ spec: words, handlers: { word: async () => ({ length: read.length + blob.length + (await import('./late.ts')).blob.length }) } }))
`,
    'klue-config.yaml': 'name: words\nlive_host: words.example.com\n',
  })
  after(remove)
  await generate(root)
  const into = join(root, 'bundle')
  await writeFile(join(root, 'data.txt'), '')
  await bundled(root, 'functions/words.ts', into)
  await writeFile(join(into, 'data.txt'), 'y'.repeat(10_000))
  const [start, ping, word] = await traceStart(into, { requests: [['GET', '/ping'], ['GET', '/word']] }) as [Step, Step, Step]
  const inputs = new Map(inputsOf([start, ping], root))
  assert.equal(inputs.get('bundle/data.txt'), 10_000)
  const large = inputs.get('functions/large.ts')!
  assert.ok(large >= 30_000 && large < 30_100, `${large} bytes of functions/large.ts`)
  assert.equal(inputs.get('functions/late.ts'), undefined)
  assert.ok(inputsOf([word], root).some(([source, bytes]) => source === 'functions/late.ts' && bytes >= 20_000), 'what comes with the first use is told with it')
  // Every byte of a module is told by some source.
  assert.equal([...inputs.values()].reduce((sum, bytes) => sum + bytes, 0), bytesOf([start, ping]))
  assert.equal(start.loaded.find(({ file }) => file.endsWith('index.mjs'))!.bytes, (await readFile(join(into, 'index.mjs'))).length)
})

test('what idempotency keys need is loaded with the first request of an operation that asks for them, and is no part of any start', async (context) => {
  const started = async (asks: string): Promise<Step[]> => {
    const { root, remove } = await makeProject({
      'apis/words.yaml': `openapi: 3.0.3\ninfo: { title: Words, version: '1' }\npaths: { /word: { post: { operationId: word, ${asks} responses: { 200: { description: '', content: { application/json: { schema: {} } } } } } } }\n`,
      'functions/words.ts': "import { toLambda } from 'klue/lambda'\nimport { defineService } from 'klue/runtime'\nimport { words } from './gen/words.ts'\nexport const handler = toLambda(defineService({ spec: words, handlers: { word: () => ({}) } }))\n",
      'klue-config.yaml': 'name: words\nlive_host: words.example.com\n',
    })
    after(remove)
    await generate(root)
    // Refused, as it brings no key: nothing else is loaded with it.
    return traceStart(await bundled(root, 'functions/words.ts', join(root, 'bundle')), { requests: [['GET', '/ping'], ['POST', '/word']] })
  }
  const [plain, keyed] = [await started(''), await started('x-klue-idempotency: { key: header, anonymous: true },')]
  assert.deepEqual([plain, keyed].map((steps) => steps.at(-1)!.status), [200, 400])
  const ofKeys = (steps: Step[]): number => inputsOf(steps, process.cwd()).filter(([source]) => source.startsWith('src/runtime/idempotency/')).reduce((sum, [, bytes]) => sum + bytes, 0)
  context.diagnostic(`${ofKeys(plain)} bytes of src/runtime/idempotency are loaded without keys, ${ofKeys(keyed)} with the first of them; a start with them loads ${bytesOf(keyed.slice(0, 2)) - bytesOf(plain.slice(0, 2))} bytes more`)
  assert.ok(ofKeys(plain) <= 100, 'the loader alone')
  assert.ok(bytesOf(keyed.slice(0, 2)) - bytesOf(plain.slice(0, 2)) <= 200, 'what the table of operations says of it')
  assert.ok(ofKeys(keyed) <= 7000, 'what the first request with a key loads')
})
