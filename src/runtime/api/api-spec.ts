// The handle on a compiled API: its table, and the validators of each operation on their first use.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../errors/index.ts'
import type { ApiTable, CompiledOperation, ReplyValidators, RequestValidators, ValueValidators } from '../../openapi/index.ts'
import { boundPatterns } from './linear-patterns.ts'
import { openPack } from './packed-api.ts'

/** The security schemes that operations use, and the positions of the operations with a decorator, and of those that run as tasks. */
export interface UsedNames {
  schemes: readonly string[]
  decorated: readonly number[]
  /** Positions of the operations that run as tasks; absent where there are none. */
  tasks?: readonly number[]
}

/** A compiled API; made by generated code through `loadSpec`. */
export interface ApiSpec<Operations = unknown> {
  readonly table: ApiTable
  request(operation: CompiledOperation): RequestValidators
  reply(operation: CompiledOperation): ReplyValidators
  /** The validators of an exported schema. */
  value(file: string): ValueValidators
  /** The names that a start needs; undefined where finding them takes a look at every operation. */
  used?(): UsedNames | undefined
  /** Carries the types; never set. */
  readonly types?: Operations
}

/** A component schema with `x-klue-schema: true`, as generated code exports it: the types of its values as they are received, given and handed out. */
export interface Schema<Received = unknown, Given = Received, Reply = Received> {
  readonly spec: ApiSpec
  /** File name of its validators. */
  readonly file: string
  /** Carries the types; never set. */
  readonly types?: { received: Received; given: Given; reply: Reply }
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
  let opened: ApiSpec | undefined
  const open = (): ApiSpec => {
    if (opened !== undefined) return opened
    return (opened = openPack(fileURLToPath(folder)) ?? openFiles(read<ApiTable>('table.cjs'), read))
  }
  return {
    get table() {
      return open().table
    },
    used: () => open().used?.(),
    request: (operation) => open().request(operation),
    reply: (operation) => open().reply(operation),
    value: (file) => open().value(file),
  }
}

// The API as klue generate writes it: for each operation one file for its request and one for its replies.
function openFiles(table: ApiTable, read: <Content>(file: string) => Content): ApiSpec {
  // `require` remembers what it has read.
  const bounded = <Content>(file: string): Content => {
    boundPatterns()
    return read<Content>(`${file}.cjs`)
  }
  return {
    table,
    request: (operation) => bounded<RequestValidators>(`requests/${operation.file}`),
    reply: (operation) => bounded<ReplyValidators>(`replies/${operation.file}`),
    value: (file) => bounded<ValueValidators>(`values/${file}`),
  }
}

/** The names in use: those that the pack lists, else those found in the whole table. */
export function usedNames(spec: ApiSpec): UsedNames {
  const known = spec.used?.()
  if (known !== undefined) return known
  const { operations } = spec.table
  return {
    schemes: [...new Set(operations.flatMap(({ security }) => security.flatMap(Object.keys)))],
    decorated: operations.flatMap(({ settings }, position) => (settings.decorateServer === undefined ? [] : [position])),
    tasks: operations.flatMap(({ settings }, position) => (settings.task === undefined ? [] : [position])),
  }
}
