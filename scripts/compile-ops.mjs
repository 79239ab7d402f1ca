// Compiles the document of the ops API and puts the result into dist/: node scripts/compile-ops.mjs
import { cpSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { generate } = await import(pathToFileURL(join(root, 'dist', 'openapi', 'generate.js')).href)
await generate(root, { documents: 'src/ops', outDir: 'src/ops/gen' })
cpSync(join(root, 'src', 'ops', 'gen', 'ops'), join(root, 'dist', 'ops', 'gen', 'ops'), { recursive: true })
