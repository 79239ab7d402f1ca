// The bundle of the start before is used only where esbuild would make the same one.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readKept, writeKept } from '../../src/bundle/kept-bundle.ts'
import { openLocalBundler } from '../../src/bundle/index.ts'

const root = await mkdtemp(join(tmpdir(), 'klue-kept-'))
after(() => rm(root, { recursive: true, force: true }))
await mkdir(join(root, 'functions'))
const [entry, part] = [join(root, 'functions', 'entry.ts'), join(root, 'functions', 'part.ts')]
await writeFile(entry, "export { value } from './part.ts'\n")
await writeFile(part, 'export const value: number = 1\n')

const place = { root, entries: ['functions/entry.ts'], path: join(root, '.klue', 'bundle.json') }
const bundle = { files: [['functions/entry.mjs', 'export const value = 1\n']] as [string, string][], inputs: [entry, part], apis: [] }
const later = (): number => Date.now() + 60_000

test('it is read until a file, a name beside it or a setting changes', async () => {
  assert.equal(readKept(place), undefined)
  for (const change of [
    () => writeFile(part, 'export const value: number = 2\n'),
    async () => {
      await writeFile(part, 'export const value: number = 3\n')
      await utimes(part, 1, 1)
    },
    () => writeFile(join(root, 'functions', 'part.js'), ''),
    () => writeFile(join(root, 'tsconfig.json'), '{}'),
    () => writeFile(join(root, 'package.json'), '{}'),
  ]) {
    writeKept(place, bundle, later())
    assert.deepEqual(readKept(place)?.files, bundle.files)
    await change()
    assert.equal(readKept(place), undefined, String(change))
  }
  writeKept(place, bundle, later())
  assert.equal(readKept({ ...place, entries: [] }), undefined)
  await rm(part)
  assert.equal(readKept(place), undefined)
  await writeFile(part, 'export const value: number = 1\n')
})

test('what may have changed meanwhile, or inherits settings from elsewhere, is not kept', async () => {
  await rm(place.path)
  writeKept(place, bundle, Date.now())
  assert.equal(readKept(place), undefined)
  await writeFile(join(root, 'tsconfig.json'), '{ "extends": "../base.json" }')
  writeKept(place, bundle, later())
  assert.equal(readKept(place), undefined)
  await rm(join(root, 'tsconfig.json'))
})

test('a bundler starts with what was kept, and makes its own from the first change on', async () => {
  // Marked, to tell it from one that was made now.
  writeKept(place, { ...bundle, files: [['functions/entry.mjs', 'export const value = "kept"\n']] }, later())
  const bundler = await openLocalBundler({ root, entries: place.entries, folder: join(root, '.klue', 'dev'), kept: place.path })
  const values: unknown[] = []
  for (const text of [undefined, 'export const value: number = 5\n']) {
    if (text !== undefined) await writeFile(part, text)
    const { modules } = await bundler.build()
    values.push(((await import(modules.get('functions/entry.ts')!.href)) as { value: unknown }).value)
  }
  await bundler.dispose()
  assert.deepEqual(values, ['kept', 5])
  assert.ok(!(await readFile(place.path, 'utf8')).includes('value = 5'))
})
