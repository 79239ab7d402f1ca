#!/usr/bin/env node
// The klue command: `klue dev` from the one file that the package holds of it, the others from theirs.
import { existsSync } from 'node:fs'

const words = process.argv.slice(2)
const devAlone = new URL('../local/dev.js', import.meta.url)
// From Node 22 on what it compiled is kept for the next start.
if (words[0] === 'dev') (process.getBuiltinModule('node:module') as { enableCompileCache?(): unknown }).enableCompileCache?.()
process.exitCode = words[0] === 'dev' && existsSync(devAlone) ? await ((await import(devAlone.href)) as typeof import('./dev-alone.ts')).runDevAlone(words) : await (await import('./all.ts')).runAnyCommand(words)
