// Makes all files of one API, taking from the last run what has not changed.
import { join } from 'node:path'
import { messageOf, UsageError } from '../errors/index.ts'
import { compileApi } from './compile-table.ts'
import { type PlannedModule, planValidators } from './compile-validators.ts'
import { type ApiDocument, faultIn } from './document.ts'
import { emitTable } from './emit-table.ts'
import { emitClient, emitTypes } from './emit-typescript.ts'
import { type GenerateCache, hashText, readText } from './output-folder.ts'
import { buildValidatorRuntime } from './validator-runtime.ts'

export interface EmitOptions {
  basePath: boolean
  cache: GenerateCache | undefined
  /** The output folder. */
  folder: string
  /** Only what is committed. */
  typesOnly: boolean
}

/** A file to be written; `hash` where it lies there already with these bytes. */
export interface EmittedFile {
  key: string
  text: string
  hash?: string
}

/** The files of an API by path below the output folder, each with the key of what it was made from. */
export async function emitApi(api: ApiDocument, options: EmitOptions): Promise<{ files: Map<string, EmittedFile>; operations: number }> {
  const compiled = compileApi(api, options)
  const files = new Map<string, EmittedFile>()
  files.set(`${api.api}.ts`, { key: '', text: emitTypes(api, compiled) })
  files.set(`${api.api}.client.ts`, { key: '', text: emitClient(api, compiled) })
  const operations = compiled.operations.length
  if (options.typesOnly) return { files, operations }
  files.set(`${api.api}/table.cjs`, { key: '', text: emitTable(compiled.table) })
  const runtime = `${api.api}/runtime.cjs`
  files.set(runtime, unchanged(options, runtime, 'runtime') ?? { key: 'runtime', text: await buildValidatorRuntime() })
  const faults = []
  for (const module of planValidators(api, compiled.operations)) {
    const path = `${api.api}/${module.path}`
    try {
      files.set(path, unchanged(options, path, module.key) ?? { key: module.key, text: module.code() })
    } catch (error) {
      faults.push(faultIn(api, { code: 'schema-invalid', pointer: module.pointer, message: `The schemas of ${nameOf(module)} cannot be compiled: ${messageOf(error)}` }))
    }
  }
  if (faults.length > 0) throw new UsageError(faults)
  return { files, operations }
}

function unchanged(options: EmitOptions, path: string, key: string): EmittedFile | undefined {
  const known = options.cache?.files[path]
  if (known?.key !== key) return undefined
  const text = readText(join(options.folder, path))
  return text !== undefined && hashText(text) === known.hash ? { key, text, hash: known.hash } : undefined
}

function nameOf(module: PlannedModule): string {
  return module.path.replace(/\.cjs$/, '')
}
