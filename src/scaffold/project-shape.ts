// What a project is made of so far: its name, its documents, and the file that starts each API.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { loadConfig } from '../config/build.ts'
import { nearest, UsageError } from '../errors/index.ts'
import { type ApiDocument, readApis } from '../openapi/index.ts'

export interface ProjectShape {
  root: string
  /** Name of the service. */
  name: string
  documents: readonly ApiDocument[]
}

/** Reads a project. Throws a UsageError where the folder holds none. */
export async function readShape(root: string): Promise<ProjectShape> {
  if (!existsSync(join(root, 'klue-config.yaml'))) throw new UsageError({ code: 'no-project', file: 'klue-config.yaml', message: 'this folder holds no service', hint: 'make one with klue init, or change into its folder' })
  const { config } = loadConfig({ root, unset: 'leave out' })
  return { root, name: config.name, documents: await readApis(root) }
}

/** The document of an API; without a name the one called like the service, or the only one. */
export function chooseDocument({ name, documents }: ProjectShape, wanted: string | undefined): ApiDocument {
  const found = wanted === undefined ? (documents.find(({ api }) => api === name) ?? (documents.length === 1 ? documents[0] : undefined)) : documents.find(({ api }) => api === wanted)
  if (found !== undefined) return found
  const names = documents.map(({ api }) => api)
  if (wanted === undefined) throw new UsageError({ code: 'api-unknown', file: 'apis', message: `There is no API called ${name} like the service`, hint: names.length === 0 ? 'make one with klue add api NAME' : `say which: --api ${names.join(' or --api ')}` })
  const near = nearest(wanted, names)
  throw new UsageError({ code: 'api-unknown', file: 'apis', message: `There is no document for the API ${JSON.stringify(wanted)}`, hint: near === undefined ? `make it with klue add api ${wanted}` : `did you mean ${near}?` })
}

/** The file in functions/ that defines the service of an API, with its text; relative to the project's folder. */
export function definingFile(root: string, api: string): { file: string; text: string } {
  const folder = join(root, 'functions')
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).sort() : []
  const texts = names.map((name) => ({ file: `functions/${name}`, text: readFileSync(join(folder, name), 'utf8') }))
  const found = texts.filter(({ text }) => /\bdefineService\(/.test(text) && new RegExp(`from ['"]\\./gen/${api}\\.ts['"]`).test(text))
  // An entry that only asks for the types of another API does not define it.
  const own = found.find(({ file }) => basename(file, '.ts') === api) ?? found[0]
  if (own === undefined) throw new UsageError({ code: 'no-service', file: 'functions', message: `No file in functions/ defines the service of the API ${api}`, hint: `add functions/${api}.ts with defineService({ spec, handlers }), where spec comes from './gen/${api}.ts'` })
  return own
}

/** Which tests have to name the API of a call: those whose API is not served by the main service. */
export function isServedByMain({ root, name }: ProjectShape, api: string): boolean {
  const { file } = definingFile(root, api)
  if (basename(file, '.ts') === name) return true
  const main = join(root, 'functions', `${name}.ts`)
  const isIncluded = existsSync(main) && readFileSync(main, 'utf8').includes(`from './${basename(file)}'`)
  return isIncluded || !readFileSync(join(root, file), 'utf8').includes('klue/lambda')
}
