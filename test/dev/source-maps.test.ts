// The maps of what klue dev runs lead to the files of the developer, so that breakpoints bind and stacks name real places.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findEntries, openLocalBundler } from '../../src/bundle/index.ts'
import { generateProject } from '../../src/dev/index.ts'
import { localStack } from '../../src/dev/local-stack.ts'
import { makeProject, notesService } from './project-fixture.ts'
import { sourcesIn } from './sources-of-build.ts'

const project = await makeProject({
  'functions/notes.ts': notesService.replace("import { toLambda }", "import { depth } from './parts/deep.ts'\nimport { toLambda }").replace('export const service', 'export const place = depth\n\nexport const service'),
  'functions/parts/deep.ts': '// Deep.\nexport const depth = (): Error => new Error("deep")\n',
  'functions/other.ts': notesService.replace("import { toLambda }", "import { depth } from './parts/deep.ts'\nimport { toLambda }").replace('export const service', 'export const place = depth\n\nexport const service'),
})
after(() => project.remove())
await generateProject(project.root)
const folder = join(project.root, '.klue', 'dev', '1')
const bundler = await openLocalBundler({ root: project.root, entries: findEntries(project.root, 'notes'), folder, apis: join(project.root, '.klue', 'apis'), kept: join(project.root, '.klue', 'bundle.json') })
after(() => bundler.dispose())

test('every source of every file exists, in the first build, a later one and one that was kept', async () => {
  await bundler.build()
  await bundler.build()
  const again = await openLocalBundler({ root: project.root, entries: findEntries(project.root, 'notes'), folder: join(project.root, '.klue', 'dev', '2'), apis: join(project.root, '.klue', 'apis'), kept: join(project.root, '.klue', 'bundle.json') })
  await again.build()
  for (const built of [join(folder, 'build-1'), join(folder, 'build-2'), join(project.root, '.klue', 'dev', '2', 'build-1')]) {
    const sources = sourcesIn(built)
    for (const own of ['functions/notes.ts', 'functions/other.ts', 'functions/parts/deep.ts', 'functions/gen/notes.ts']) assert.ok(sources.includes(resolve(project.root, own)), `${own} in ${sources.join()}`)
    for (const source of sources) assert.ok(existsSync(source), source)
  }
  await again.dispose()
})

test('a stack of bundled code is told with the places of the sources', async () => {
  const { modules } = await bundler.build()
  const address = modules.get('functions/notes.ts')!
  const built = dirname(fileURLToPath(address))
  const chunk = readdirSync(join(built, '..')).find((name) => name.startsWith('chunk-') && readFileSync(join(built, '..', name), 'utf8').includes('"deep"'))!
  const path = realpathSync(join(built, '..', chunk))
  const lines = readFileSync(path, 'utf8').split('\n')
  const line = lines.findIndex((text) => text.includes('"deep"'))
  const told = localStack(join(project.root, '.klue'))
  const stack = (at: string): string => `Error: deep\n    at depth (${at})\n    at async node:internal/x:1:2`
  assert.equal(told(stack(`${pathToFileURL(path).href}:${line + 1}:${lines[line]!.indexOf('new Error') + 1}`)), stack(`${resolve(project.root, 'functions/parts/deep.ts')}:2:35`))
  assert.equal(told(stack(`${path}:${line + 1}:${lines[line]!.indexOf('new Error') + 1}`)), stack(`${resolve(project.root, 'functions/parts/deep.ts')}:2:35`), 'as a path')
  // What has no map, or is no file of a build, stays as it is.
  for (const at of [`${pathToFileURL(path).href}x:1:1`, 'file:///elsewhere/a.mjs:1:1', `${pathToFileURL(join(project.root, '.klue', 'gone.mjs')).href}:1:1`]) assert.equal(told(stack(at)), stack(at))
})
