// klue check and the synthesis find what a start finds: they import and start each entry file.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { checkProject } from '../../src/dev/index.ts'
import { checkStart } from '../../src/entries/index.ts'
import { type Fault, isUsageError } from '../../src/errors/index.ts'
import { prepareProject } from '../../src/infra/index.ts'
import { project, write } from '../openapi/project.ts'

const document = `openapi: 3.0.3
info: { title: T, version: '1' }
paths:
  /a:
    get:
      operationId: getA
      x-decorate-server: audited
      security: [{ key: [] }]
      responses: { 200: { description: ok } }
  /b:
    get:
      operationId: getB
      x-decorate-server: timed
      responses: { 200: { description: ok } }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
`
const entry = (options: string, top: string = ''): string => `import { toLambda } from 'klue/lambda'
import { defineService } from 'klue/runtime'
import { shop } from './gen/shop.ts'
${top}
export const service = defineService({ spec: shop, handlers: { getA: () => undefined as never, getB: () => undefined as never }, ${options} })
export const handler = toLambda(service)
`
const whole = "security: { key: () => undefined as never }, decorators: { audited: (handler) => handler, timed: (handler) => handler }"

// Below the repository, where `klue` is these sources.
function shop(t: TestContext, text: string): string {
  mkdirSync('.klue', { recursive: true })
  const root = mkdtempSync(resolve('.klue', 'check-start-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries({ 'klue-config.yaml': 'name: shop\n', 'apis/shop.yaml': document, 'functions/shop.ts': text })) write(root, path, content)
  return root
}

type Told = [code: string, file: string, line: number | undefined]

async function checked(root: string): Promise<Told[]> {
  return (await checkProject(root)).faults.map(toldOf)
}

// Lines of functions come from source maps, which the loader of these tests keeps to itself.
function toldOf({ code, file, line }: Fault): Told {
  return [code, file, file.endsWith('.ts') ? undefined : line]
}

async function prepared(root: string): Promise<Told[]> {
  try {
    await prepareProject({ root, stage: 'dev', version: 'v' })
    return []
  } catch (error) {
    if (!isUsageError(error)) throw error
    return error.faults.map(toldOf)
  }
}

for (const [name, text, faults] of [
  ['nothing wrong', entry(whole), []],
  ['decorators and a security check that are missing', entry('decorators: {}'), [['decorator-missing', 'apis/shop.yaml', 7], ['decorator-missing', 'apis/shop.yaml', 13], ['security-handler-missing', 'apis/shop.yaml', 17]]],
  ['a raw route that is none', entry(`${whole}, routes: { 'robots.txt': () => '' }`), [['raw-route-invalid', 'functions/shop.ts', undefined]]],
  ['a decorator that throws', entry("security: { key: () => undefined as never }, decorators: { timed: (handler) => handler, audited: () => {\n  throw new Error('no') } }"), [['entry-failed', 'functions/shop.ts', undefined]]],
  ['an error at the top', entry(whole, "\nif (true) throw new TypeError('no data')"), [['entry-failed', 'functions/shop.ts', undefined]]],
] as [string, string, Told[]][]) {
  test(`check and synthesis tell the same of ${name}`, async (t) => {
    const root = shop(t, text)
    assert.deepEqual(await checked(root), faults)
    assert.deepEqual(await prepared(root), faults)
  })
}

test('a file that asks for the configuration at its top is told', async (t) => {
  const root = shop(t, entry(whole, "import { getConfig } from 'klue/runtime'\ngetConfig()"))
  assert.deepEqual(await checked(root), [['config-not-loaded', 'functions/shop.ts', undefined]])
})

test('what a file does at its top stays in the thread of the check', async (t) => {
  const root = project(t, { 'klue-config.yaml': 'name: shop\n' })
  const faultOf = async (text: string): Promise<unknown[]> => {
    write(root, 'functions/shop.mjs', text)
    const [fault, ...more] = await checkStart({ root, stage: undefined, modules: new Map([['functions/shop.ts', pathToFileURL(join(root, 'functions/shop.mjs'))]]) }, 3000)
    assert.deepEqual(more, [])
    return [fault?.code, fault?.file, fault?.message]
  }
  assert.deepEqual(await faultOf('process.exit(3)'), ['entry-failed', 'functions/shop.ts', 'importing this file ends the process with code 3'])
  assert.deepEqual(await faultOf('for (;;);'), ['entry-failed', 'functions/shop.ts', 'importing this file has not come to an end within 3 seconds'])
  assert.deepEqual(await faultOf("import 'no-such-package-anywhere'"), ['entry-failed', 'functions/shop.ts', "importing this file fails: Cannot find package 'no-such-package-anywhere'"])
  assert.deepEqual(await faultOf('setInterval(() => undefined, 1000); export const service = 1'), ['no-service', 'functions/shop.ts', 'this entry file does not export a service'])
})
