// Temporary projects with API documents, generated and loaded as a service would.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { generate, type ApiTable, type ReplyValidators, type RequestValidators } from '../../src/openapi/index.ts'

/** A project folder with these files, removed after the test. */
export function project(t: Pick<TestContext, 'after'>, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'klue-spec-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) write(root, path, text)
  return root
}

export function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** An OpenAPI 3.0 document in YAML around these paths and components. */
export function openapi(paths: string, components: string = '', version: string = '3.0.3'): string {
  return `openapi: ${version}\ninfo: { title: Test, version: 1.0.0 }\npaths:\n${indented(paths)}${components === '' ? '' : `components:\n${indented(components)}`}`
}

function indented(text: string): string {
  return text.replace(/^\n/, '').replace(/\s*$/, '\n').replace(/^(?=.)/gm, '  ')
}

export interface Generated {
  root: string
  table: ApiTable
  request: (id: string) => RequestValidators
  reply: (id: string) => ReplyValidators
  text: (path: string) => string
}

/** Generates a project of one document and opens its compiled files. */
export async function generated(t: Pick<TestContext, 'after'>, document: string, more: Record<string, string> = {}): Promise<Generated> {
  const root = project(t, { 'apis/test.yaml': document, ...more })
  await generate(root)
  return opened(root, 'test')
}

/** Opens the compiled files of an API. */
export function opened(root: string, api: string): Generated {
  const folder = join(root, 'functions/gen', api)
  const load = createRequire(join(folder, 'x.cjs'))
  const table = load('./table.cjs') as ApiTable
  const fileOf = (id: string): string => table.operations.find((operation) => operation.id === id)?.file ?? id
  return {
    root,
    table,
    request: (id) => load(`./requests/${fileOf(id)}.cjs`) as RequestValidators,
    reply: (id) => load(`./replies/${fileOf(id)}.cjs`) as ReplyValidators,
    text: (path) => readFileSync(join(root, 'functions/gen', path), 'utf8'),
  }
}

/** A gzipped document of test/fixtures. */
export function fixture(name: string): string {
  return gunzipSync(readFileSync(fileURLToPath(new URL(`../fixtures/${name}.gz`, import.meta.url)))).toString('utf8')
}

/** Every file below a folder with its text, by path. */
export function snapshot(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(entries.map((entry) => join(entry.parentPath, entry.name)).sort().map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]))
}
