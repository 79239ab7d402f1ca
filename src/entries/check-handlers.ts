// Compares the operations of the served APIs with the handlers that exist.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fault, nearest } from '../errors/index.ts'
import type { LocatedService } from './import-services.ts'

/** A fault for each operation without handler and each handler without operation. */
export function checkHandlers(root: string, services: LocatedService[]): Fault[] {
  const faults: Fault[] = []
  const seen = new Set<string>()
  for (const { entry, service } of services) {
    for (const { spec, handlers } of service.apis) {
      const { table } = spec
      if (seen.has(table.api)) continue
      seen.add(table.api)
      const operations = table.operations.map((operation) => operation.id)
      const bound = Object.keys(handlers).filter((id) => handlers[id] !== undefined)
      const [hasHandler, hasOperation] = [new Set(bound), new Set(operations)]
      const unbound = operations.filter((id) => !hasHandler.has(id))
      const unknown = bound.filter((id) => !hasOperation.has(id))
      for (const id of unbound) faults.push({ code: 'handler-missing', file: table.document, ...locate(join(root, table.document), id), message: `the operation ${id} has no handler`, hint: hintFor(id, unknown, `add ${id} to the handlers in ${entry}`) })
      for (const id of unknown) faults.push({ code: 'handler-unknown', ...locateHandler(root, entry, id), message: `the handler ${id} belongs to no operation of ${table.document}`, hint: hintFor(id, unbound, 'add the operation to the document, or remove the handler') })
    }
  }
  return faults
}

function hintFor(id: string, candidates: string[], otherwise: string): string {
  const similar = nearest(id, candidates)
  return similar === undefined ? otherwise : `did you mean ${JSON.stringify(similar)}?`
}

function locateHandler(root: string, entry: string, id: string): { file: string; line?: number } {
  const files = [entry, ...handlerFiles(root)]
  for (const file of files) {
    const place = locate(join(root, file), id)
    if (place.line !== undefined) return { file, ...place }
  }
  return { file: entry }
}

function handlerFiles(root: string): string[] {
  return readdirSync(join(root, 'functions'), { recursive: true, encoding: 'utf8' })
    .map((file) => `functions/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('functions/gen/'))
}

// The first line that holds the name as a word; for an operation that is its operationId.
function locate(path: string, id: string): { line?: number } {
  const lines = readFileSync(path, 'utf8').split('\n')
  const name = id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const exact = lines.findIndex((line) => new RegExp(`operationId["']?\\s*:\\s*["']?${name}["']?\\s*,?\\s*$`).test(line))
  const line = exact >= 0 ? exact : lines.findIndex((text) => new RegExp(`(^|[^\\w$])${name}([^\\w$]|$)`).test(text))
  return line < 0 ? {} : { line: line + 1 }
}
