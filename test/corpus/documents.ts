// The public documents of the corpus, each compiled once in a temporary project.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type ApiSpec, loadSpec } from '../../src/runtime/index.ts'
import { type ApiDocument, checkApis, generate, readApis } from '../../src/openapi/index.ts'
import { fixture } from '../openapi/project.ts'

/** File names of test/fixtures without `.gz`. */
export const documentFiles: readonly string[] = ['github.json', 'kubernetes.json', 'galaxy.yaml', 'stripe.json', 'digitalocean.json', 'box.json', 'twilio.json', 'asana.json', 'adyen.json']

export interface CorpusDocument {
  name: string
  /** As `klue check` sees it: bundled and converted to OpenAPI 3. */
  api: ApiDocument
  spec: ApiSpec
  faults: string[]
}

/** Checks and generates a document of the corpus; its folder goes with the process. */
export async function openDocument(file: string): Promise<CorpusDocument> {
  const root = mkdtempSync(join(tmpdir(), 'klue-corpus-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'apis'))
  writeFileSync(join(root, 'apis', file), fixture(file))
  const [api] = await readApis(root)
  const faults = checkApis([api!]).map(({ message }) => message)
  await generate(root)
  const name = api!.api
  return { name, api: api!, faults, spec: loadSpec(pathToFileURL(join(root, 'functions', 'gen', name, '/'))) }
}
