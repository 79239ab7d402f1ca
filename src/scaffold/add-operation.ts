// klue add operation: its entry in the document, a handler, and a test that passes at once.
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { UsageError } from '../errors/index.ts'
import { type ApiDocument, generate, listOperations } from '../openapi/index.ts'
import { bindHandler } from './edit-entry.ts'
import { insertKeys } from './insert.ts'
import { handlerFile, operationYaml, type Planned, testFile } from './operation-files.ts'
import { chooseDocument, definingFile, isServedByMain, type ProjectShape, readShape } from './project-shape.ts'
import type { Files } from './service-files.ts'
import { refuseExisting, writeFiles } from './write-files.ts'

export interface AddOperationOptions {
  root: string
  method: string
  path: string
  /** Name of the API; by default the one called like the service. */
  api?: string | undefined
  /** The operationId; made of method and path by default. */
  id?: string | undefined
}

export interface Added {
  /** The operationId, or the name of the API. */
  name: string
  /** Files that are new or changed, relative to the project's folder. */
  files: string[]
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Adds an operation. Throws a UsageError where it cannot be added; nothing is written then. */
export async function addOperation({ root, path, ...options }: AddOperationOptions): Promise<Added> {
  const method = options.method.toUpperCase()
  if (!methods.includes(method)) throw invalid(`${options.method} is no method that klue adds`, `use one of ${methods.join(', ')}`)
  if (!/^\/(?!.*\/\/)[^\s?#]*$/.test(path)) throw invalid(`${path} is no path of an operation`, 'for example /notes/{id}')
  const shape = await readShape(root)
  const document = chooseDocument(shape, options.api)
  if (document.document === undefined) throw new UsageError(document.faults)
  const id = options.id ?? operationName(method, path)
  if (!/^[A-Za-z_$][\w$]*$/.test(id)) throw invalid(`${id} is no name for an operation and its handler`, 'use letters and digits, and begin with a letter')
  const planned: Planned = { id, method, path, api: document.api, ...securityOf(document), isMain: isServedByMain(shape, document.api), parameters: ownParameters(document, path), hasError: hasErrorResponse(document), isSwagger: document.dialect === '2.0' }
  const files = filesOf(shape, document, planned)
  await writeFiles(root, files, () => generate(root))
  return { name: id, files: Object.keys(files) }
}

/** `GET /notes/{id}` becomes `getNotesById`. */
export function operationName(method: string, path: string): string {
  const words = path.split('/').flatMap((segment) => segment.replaceAll(/\{([^}]*)\}/g, ' by $1 ').split(/[^A-Za-z0-9]+/)).filter((word) => word !== '')
  return method.toLowerCase() + (words.length === 0 ? 'Root' : words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join(''))
}

function invalid(message: string, hint: string): UsageError {
  return new UsageError({ code: 'operation-invalid', file: '', message, hint })
}

function filesOf({ root }: ProjectShape, document: ApiDocument, planned: Planned): Files {
  const { id, method, path, api } = planned
  const taken = listOperations(document).find((operation) => operation.id === id || (operation.method === method && operation.path === path))
  if (taken !== undefined) throw new UsageError({ code: 'operation-exists', file: document.file, pointer: taken.pointer, message: `${taken.method} ${taken.path} is there already, as ${taken.id}`, hint: taken.id === id ? 'pass another name with --id' : 'change it there' })
  const entry = definingFile(root, api)
  const created = { [`functions/${api}/${id}.ts`]: handlerFile(planned), [`testaccept/${id}.test.ts`]: testFile(planned) }
  refuseExisting(root, Object.keys(created))
  const text = readFileSync(join(root, document.file), 'utf8')
  return {
    [document.file]: insertKeys(text, { file: document.file, insertions: [{ at: ['paths', path], yaml: operationYaml(planned) }] }),
    [entry.file]: bindHandler(entry.text, { file: entry.file, id, from: `./${api}/${id}.ts` }),
    ...created,
  }
}

function ownParameters({ document }: ApiDocument, path: string): string[] {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!)
  const item = (document?.['paths'] as Record<string, { parameters?: { name?: string; $ref?: string }[] }> | undefined)?.[path]
  // A path item that declares parameters declares those of its path.
  return item?.parameters === undefined ? names : names.filter((name) => !item.parameters!.some((parameter) => parameter.$ref !== undefined || parameter.name === name))
}

function hasErrorResponse({ document }: ApiDocument): boolean {
  return (document?.['components'] as { responses?: Record<string, unknown> } | undefined)?.responses?.['Error'] !== undefined
}

function securityOf({ document }: ApiDocument): Pick<Planned, 'security'> {
  const security = document?.['security'] as Record<string, unknown>[] | undefined
  if (security === undefined || security.length === 0 || security.some((alternative) => Object.keys(alternative).length === 0)) return { security: 'none' }
  const schemes = (document?.['components'] as { securitySchemes?: Record<string, { type?: string; scheme?: string }> } | undefined)?.securitySchemes ?? {}
  const isBearer = security.some((alternative) => Object.keys(alternative).every((name) => schemes[name]?.type === 'http' && schemes[name].scheme?.toLowerCase() === 'bearer'))
  return { security: isBearer ? 'token' : 'other' }
}

/** Whether the documents of a project are written as JSON: those of a new API then are too. */
export function usesJson({ documents, name }: ProjectShape): boolean {
  const own = documents.find(({ api }) => api === name) ?? documents[0]
  return own !== undefined && own.file.endsWith('.json')
}

/** Whether a project has an API, or a file where its files would be. */
export function refuseApi({ root, documents }: ProjectShape, api: string): void {
  const taken = documents.find((document) => document.api.toLowerCase() === api.toLowerCase())
  if (taken !== undefined) throw new UsageError({ code: 'api-double', file: taken.file, message: `The API ${taken.api} is there already`, hint: 'choose another name' })
  const files = [`functions/${api}.ts`, `functions/${api}`].filter((file) => existsSync(join(root, file)))
  refuseExisting(root, files.map((file) => `functions/${basename(file)}`))
}
