// Makes all files of one API, taking from the last run what has not changed.
import { join } from 'node:path'
import { messageOf, UsageError } from '../errors/index.ts'
import { compileApi } from './compile/compile-table.ts'
import { emitTable } from './compile/emit-table.ts'
import { type KeptPlan, type PlannedModule, planValidators } from './compile/validators/compile-validators.ts'
import { buildValidatorRuntime } from './compile/validators/validator-runtime.ts'
import { changedPaths, type DocumentParts } from './files/document-parts.ts'
import type { CompiledParts } from './files/memory.ts'
import { type GenerateCache, readText, type WrittenFiles } from './files/output-folder.ts'
import { loadPlan, storePlan } from './files/plan-record.ts'
import { typePieces, type TypePieces } from './files/type-pieces.ts'
import { type ApiDocument, faultIn } from './read/document.ts'
import { keysOf } from './read/pointers.ts'
import { emitClient, emitTypes } from './types/emit-typescript.ts'

export interface EmitOptions {
  basePath: boolean
  cache: GenerateCache | undefined
  /** The output folder. */
  folder: string
  files: WrittenFiles
  /** Only what is committed. */
  typesOnly: boolean
  parts: DocumentParts | undefined
  /** How the parts of the run before were compiled. */
  before: CompiledParts | undefined
}

/** A file to be written; `hash` is set if the file is already there with these bytes. */
export interface EmittedFile {
  key: string
  text: string
  hash?: string
}

export interface EmittedApi {
  /** By path below the output folder, each with the key of what it was made from. */
  files: Map<string, EmittedFile>
  operations: number
  /** What the next run may take from this one. */
  compiled: CompiledParts | undefined
}

export async function emitApi(api: ApiDocument, options: EmitOptions): Promise<EmittedApi> {
  const compiled = compileApi(api, options)
  const files = new Map<string, EmittedFile>()
  const types = emitTypes(api, compiled, keptTypes(api, options))
  files.set(`${api.api}.ts`, { key: '', text: types.text })
  files.set(`${api.api}.client.ts`, { key: '', text: emitClient(api, compiled) })
  const operations = compiled.operations.length
  if (options.typesOnly) return { files, operations, compiled: undefined }
  files.set(`${api.api}/table.cjs`, { key: '', text: emitTable(compiled.table) })
  const runtime = `${api.api}/runtime.cjs`
  files.set(runtime, unchanged(options, runtime, 'runtime') ?? { key: 'runtime', text: await buildValidatorRuntime() })
  const { modules, record } = planValidators(api, compiled.operations, keptPlan(api, options))
  const faults = []
  for (const module of modules) {
    const path = `${api.api}/${module.path}`
    try {
      files.set(path, unchanged(options, path, module.key) ?? { key: module.key, text: module.code() })
    } catch (error) {
      faults.push(faultIn(api, { code: 'schema-invalid', pointer: module.pointer, message: `The schemas of ${nameOf(module)} cannot be compiled: ${messageOf(error)}` }))
    }
  }
  if (faults.length > 0) throw new UsageError(faults)
  return { files, operations, compiled: options.parts === undefined ? undefined : { parts: options.parts, plan: storePlan(record), types: types.stored } }
}

function keptTypes(api: ApiDocument, { before, folder, parts }: EmitOptions): TypePieces {
  const changed = changedPaths(parts, before?.parts)
  if (before === undefined || changed === undefined) return typePieces()
  const isUnchanged = (id: string): boolean => {
    const pointer = id.slice(id.indexOf(' ') + 1)
    return id.startsWith('type ') || !changed.has(keysOf(pointer)[1] ?? '')
  }
  return typePieces({ text: readText(join(folder, `${api.api}.ts`)) ?? '', stored: before.types, isUnchanged })
}

function keptPlan(api: ApiDocument, { before, cache, parts }: EmitOptions): KeptPlan | undefined {
  const changed = changedPaths(parts, before?.parts)
  if (before === undefined || changed === undefined || cache === undefined) return undefined
  return { record: loadPlan(before.plan), isUnchanged: ({ path }) => !changed.has(path), keyOf: (path) => cache.files[`${api.api}/${path}`]?.key }
}

function unchanged({ cache, files }: EmitOptions, path: string, key: string): EmittedFile | undefined {
  const known = cache?.files[path]
  return known?.key === key && files.holds(path, known.hash) ? { key, text: '', hash: known.hash } : undefined
}

function nameOf(module: PlannedModule): string {
  return module.path.replace(/\.cjs$/, '')
}
