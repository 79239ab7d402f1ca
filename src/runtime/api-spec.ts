// The handle on a compiled API: its table, and the validators of each operation on their first use.
import { createRequire } from 'node:module'
import { UsageError } from '../errors/index.ts'
import type { ApiTable, CompiledOperation, ReplyValidators, RequestValidators } from '../spec/index.ts'

/** A compiled API; made by generated code through `loadSpec`. */
export interface ApiSpec<Operations = unknown> {
  readonly table: ApiTable
  request(operation: CompiledOperation): RequestValidators
  reply(operation: CompiledOperation): ReplyValidators
  /** Carries the types; never set. */
  readonly types?: Operations
}

/**
 * Opens a compiled API. Nothing is read until the table or a validator is first used.
 * @param folder the folder that `klue generate` wrote, with a trailing slash
 */
export function loadSpec<Operations>(folder: URL): ApiSpec<Operations> {
  // require, not import: it is synchronous, so a validator can be fetched in the middle of a request.
  let load: ReturnType<typeof createRequire> | undefined
  const read = <Content>(file: string): Content => {
    load ??= createRequire(folder)
    try {
      return load(`./${file}`) as Content
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error
      throw new UsageError({ code: 'not-generated', file: decodeURIComponent(new URL(file, folder).pathname), message: 'this compiled part of the API is missing', hint: 'run "klue generate"' })
    }
  }
  let table: ApiTable | undefined
  const requests = new Map<CompiledOperation, RequestValidators>()
  return {
    get table() {
      return (table ??= read<ApiTable>('table.cjs'))
    },
    request(operation) {
      const known = requests.get(operation)
      if (known !== undefined) return known
      const validators = read<RequestValidators>(`requests/${operation.file}.cjs`)
      requests.set(operation, validators)
      return validators
    },
    reply: (operation) => read<ReplyValidators>(`replies/${operation.file}.cjs`),
  }
}
