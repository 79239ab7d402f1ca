// klue import: a service from a document that exists, with a stub for every operation.
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { UsageError } from '../errors/index.ts'
import { type ApiDocument, checkApis, generate, listOperations, type RawOperation, readApi } from '../openapi/index.ts'
import { operationName, refuseApi } from './add-operation.ts'
import { checkServiceName, nameOfFolder } from './init.ts'
import { insertKeys, type Insertion } from './insert.ts'
import { kitVersions } from './kit-versions.ts'
import { readShape } from './project-shape.ts'
import { type Files, serviceFiles } from './service-files.ts'
import { stubFiles } from './stub-files.ts'
import { refuseExisting, writeFiles } from './write-files.ts'

export interface ImportOptions {
  /** Folder of the project; without klue-config.yaml the service is made there. */
  root: string
  /** Path of the document, relative to `root` or absolute. */
  file: string
  /** Name of the API; made of the file's by default. */
  name?: string | undefined
}

export interface Imported {
  name: string
  operations: number
  /** Files that were written, relative to the project's folder, without what is generated. */
  files: string[]
  /** Operations that had no operationId, with the one they got: `METHOD /path → id`. */
  named: string[]
}

/** Makes an API of a document. Throws a UsageError with every fault of the document; nothing is written then. */
export async function importDocument({ root, file, ...options }: ImportOptions): Promise<Imported> {
  const name = options.name ?? nameOfDocument(file)
  checkServiceName(name)
  const path = resolve(root, file)
  if (!existsSync(path)) throw new UsageError({ code: 'file-unreadable', file, message: 'There is no such document', hint: 'check the path' })
  const { document, text, extension, named } = await readForImport(path)
  const operations = listOperations(document)
  const isNew = !existsSync(join(root, 'klue-config.yaml'))
  const service = isNew ? newService(name, operations) : await existingService(root, name)
  const files: Files = { ...service, [`apis/${name}${extension}`]: text, ...stubFiles({ api: name, document, operations, isMain: isNew }) }
  refuseExisting(root, Object.keys(files).filter((path) => path !== 'klue-config.yaml' || isNew))
  await writeFiles(root, files, () => generate(root))
  return { name, operations: operations.length, files: Object.keys(files), named }
}

function nameOfDocument(file: string): string {
  const name = nameOfFolder(basename(file).replace(/(\.(openapi|swagger))?\.(ya?ml|json)$/i, ''))
  if (name !== undefined) return name
  throw new UsageError({ code: 'name-invalid', file, message: 'No name for an API can be made of the name of this file', hint: 'pass --name NAME' })
}

interface Readable {
  document: ApiDocument
  text: string
  extension: string
  named: string[]
}

/** The document as it will stand in apis/: as it is, with an operationId for each operation; in one file where it was in several. */
async function readForImport(path: string): Promise<Readable> {
  const folder = dirname(path)
  const read = await readApi(folder, basename(path))
  if (read.document === undefined || read.faults.length > 0) throw new UsageError(read.faults)
  const isWhole = read.sources.length === 1
  const extension = isWhole && extname(path) !== '.json' ? '.yaml' : '.json'
  const original = isWhole ? readFileSync(path, 'utf8').replace(/^\uFEFF/, '') : `${JSON.stringify(read.document, null, 2)}\n`
  const nameless = listOperations(read).filter(({ id }) => id === '')
  const named = namesFor(nameless, new Set(listOperations(read).map(({ id }) => id)))
  const insertions = nameless.map((operation, index): Insertion => ({ at: ['paths', operation.path, operation.method.toLowerCase()], yaml: `operationId: ${named[index]!}` }))
  const text = insertions.length === 0 ? original : insertKeys(original, { file: basename(path), insertions })
  // Read again as it will be written: the faults are those of that file.
  const document = insertions.length === 0 ? read : await readApi(folder, basename(path), (wanted) => (wanted === basename(path) ? text : readFileSync(join(folder, wanted), 'utf8')))
  const faults = checkApis([document])
  if (faults.length > 0) throw new UsageError(faults)
  return { document, text, extension, named: nameless.map(({ method, path }, index) => `${method} ${path} → ${named[index]!}`) }
}

function namesFor(operations: readonly RawOperation[], taken: Set<string>): string[] {
  return operations.map(({ method, path }) => {
    const name = operationName(method, path)
    let free = name
    for (let number = 2; taken.has(free); number += 1) free = `${name}${number}`
    taken.add(free)
    return free
  })
}

function newService(name: string, operations: readonly RawOperation[]): Files {
  const first = operations.find(({ method, path }) => method === 'GET' && !path.includes('{'))?.path ?? '/ping'
  return serviceFiles({ name, versions: kitVersions(), login: false, mock: true, firstPath: first })
}

async function existingService(root: string, name: string): Promise<Files> {
  const shape = await readShape(root)
  refuseApi(shape, name)
  const file = 'klue-config.yaml'
  const text = readFileSync(join(root, file), 'utf8')
  // Somebody who decided on it, decided.
  return /^\s*mock:/m.test(text) ? {} : { [file]: insertKeys(text, { file, insertions: [{ at: ['stages', 'local'], yaml: '# Operations that are not written yet answer from the examples and schemas of their document.\nmock: true' }] }) }
}
