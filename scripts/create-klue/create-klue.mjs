#!/usr/bin/env node
// npm create klue my-service: runs klue init of the package klue, with the same words.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const manifest = createRequire(import.meta.url).resolve('klue/package.json')
process.argv.splice(2, 0, 'init')
await import(pathToFileURL(join(dirname(manifest), 'dist', 'cli', 'main.js')).href)
