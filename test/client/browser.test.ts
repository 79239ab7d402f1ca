// The client runs in browsers: its bundle needs nothing of Node and stays small.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

test('a browser bundle of klue/client holds only the client, the error model and media types', async () => {
  const result = await build({ entryPoints: [fileURLToPath(new URL('../../src/client/index.ts', import.meta.url))], bundle: true, platform: 'browser', format: 'esm', minify: true, write: false, metafile: true, logLevel: 'silent' })
  const inputs = Object.keys(result.metafile.inputs).map((input) => input.slice(input.indexOf('src/')))
  assert.deepEqual(inputs.filter((input) => !/^src\/(?:client|errors|media)\//.test(input)), [])
  const text = result.outputFiles[0]!.text
  assert.doesNotMatch(text, /\bprocess\.|\brequire\(|\bBuffer\b|["']node:/)
  assert.ok(text.length < 32_000, `${text.length} bytes`)
})
