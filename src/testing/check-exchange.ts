// Compares every exchange with the specification as it happens, and notes what was reached.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRequire } from 'node:module'
import { bareType, chooseMedia, isJsonOf } from '../media/index.ts'
import type { ApiTable, CompiledOperation, ReplyValidators } from '../openapi/index.ts'
import { boundPatterns, declaredReply, findOperation, headerFaults, toSegments, validate } from '../runtime/edge.ts'
import { writePrivateFile } from '../workfolder/index.ts'
import type { Target } from './target.ts'

/** An answer as the helpers saw it. */
export interface SeenExchange {
  method: string
  /** Without query. */
  path: string
  status: number
  contentType: string
  headers: Headers
  /** Parsed where it is JSON, else text. */
  body: unknown
}

export interface Checker {
  /** Whether the body of an answer is JSON, by its media type or by what the document declares of that. */
  isJson(exchange: Pick<SeenExchange, 'method' | 'path' | 'status' | 'contentType'>): boolean
  /** What in an answer does not match the specification, one sentence each; empty where all is well. */
  check(exchange: SeenExchange): string[]
  /** Leaves what was reached for the runner's table. */
  save(): void
}

interface CheckedApi {
  table: ApiTable
  replies(operation: CompiledOperation): ReplyValidators
}

/** Opens the compiled APIs of a project for checking. */
export function openChecker(target: Target): Checker {
  const apis = compiledApis(target.root)
  const reached = new Set<string>()
  return {
    isJson(exchange) {
      const found = locate(apis, exchange)
      return isJsonOf(found === undefined ? undefined : declaredReply(found.operation, exchange.status), exchange.contentType)
    },
    check(exchange) {
      const found = locate(apis, exchange)
      if (found === undefined) return []
      const { api, operation } = found
      const reply = declaredReply(operation, exchange.status)
      if (reply !== undefined) reached.add(JSON.stringify([api.table.api, operation.id, reply.status]))
      return faults(api, operation, exchange)
    },
    save() {
      if (reached.size === 0) return
      writePrivateFile(join(target.coverageFolder, `${process.pid}.json`), JSON.stringify([...reached].map((entry) => JSON.parse(entry) as unknown)))
    },
  }
}

/** The compiled APIs below functions/gen. */
export function compiledApis(root: string): CheckedApi[] {
  const folder = join(root, 'functions', 'gen')
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'table.cjs')))
  return names.map(({ name }) => {
    const load = createRequire(pathToFileURL(join(folder, name, 'table.cjs')))
    return { table: load('./table.cjs') as ApiTable, replies: (operation) => {
      boundPatterns()
      return load(`./replies/${operation.file}.cjs`) as ReplyValidators
    } }
  })
}

function locate(apis: CheckedApi[], { method, path }: Pick<SeenExchange, 'method' | 'path'>): { api: CheckedApi; operation: CompiledOperation } | undefined {
  let segments: string[]
  try {
    segments = toSegments(path, false)
  } catch {
    // A test of malformed paths: no operation is meant.
    return undefined
  }
  for (const api of apis) {
    const match = findOperation(api.table, method, segments)
    if (match.kind === 'operation') return { api, operation: match.operation }
  }
  return undefined
}

function faults(api: CheckedApi, operation: CompiledOperation, exchange: SeenExchange): string[] {
  const reply = declaredReply(operation, exchange.status)
  // The kit's own errors cannot know the headers that a document wants of an error.
  const wrong = reply === undefined || exchange.status >= 400 ? [] : headerFaults(api.replies(operation), reply.status, Object.fromEntries(exchange.headers))
  return [...bodyFaults(api, operation, exchange), ...wrong.map(({ pointer, message }) => `${operation.id} ${exchange.status}: ${pointer} ${message}`)]
}

function bodyFaults(api: CheckedApi, operation: CompiledOperation, { method, status, contentType, body }: SeenExchange): string[] {
  const reply = declaredReply(operation, status)
  const name = `${operation.id} ${status}`
  if (reply === undefined) return [`${name}: this status is not declared in ${api.table.document}`]
  if (method === 'HEAD' || body === '' || body === undefined) return reply.media.length > 0 && method !== 'HEAD' && status !== 304 ? [`${name}: a body is declared, but there is none`] : []
  const type = bareType(contentType)
  const media = chooseMedia(reply.media, type)
  if (media === undefined) return [`${name}: the media type ${type === '' ? '(none)' : type} is not declared`]
  const validator = api.replies(operation).replies[reply.status]?.[media]
  return validator === undefined ? [] : validate(validator, body, '/body').map(({ pointer, message }) => `${name}: ${pointer} ${message}`)
}
