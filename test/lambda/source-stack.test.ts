// Stacks of bundled code, told by their sources.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { sourceStack } from '../../src/lambda/source-stack.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-stack-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('a place in a bundle becomes that of its source', async () => {
  writeFileSync(join(folder, 'handler.ts'), 'interface Nothing {}\n\nexport function fail(): Nothing {\n  throw new Error("on purpose")\n}\n')
  await build({ entryPoints: [join(folder, 'handler.ts')], outfile: join(folder, 'out', 'index.mjs'), bundle: true, minify: true, format: 'esm', sourcemap: 'linked' })
  // The loader of these tests would do it by itself, as Lambda does not.
  process.setSourceMapsEnabled(false)
  const { fail } = (await import(pathToFileURL(join(folder, 'out', 'index.mjs')).href)) as { fail: () => void }
  assert.throws(fail, (error: Error) => {
    assert.match(error.stack!, /index\.mjs:1:/)
    assert.match(sourceStack(error.stack!), /on purpose\n.*\(?handler\.ts:4:9\)?/)
    return true
  })
})

test('what has no map, or a broken one, stays as it is', () => {
  writeFileSync(join(folder, 'broken.js.map'), '{')
  const stack = `Error: x\n    at one (${folder}/unmapped.mjs:1:2)\n    at two (file://${folder}/broken.js:3:4)\n    at node:internal/main:5:6`
  assert.equal(sourceStack(stack), stack)
})
