// Compares documents with the path below which their tasks are seen: it belongs to klue.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/index.ts'
import type { Fault } from '../errors/index.ts'
import { locate } from '../openapi/index.ts'
import { findOperation, taskOperations, toSegments } from '../runtime/edge.ts'
import type { LocatedService } from './import-services.ts'

/** A fault for each operation or route that answers where the tasks of a service are to be seen. */
export function checkTasksPath(root: string, services: readonly LocatedService[], { tasksPath, basePath }: Pick<Config, 'tasksPath' | 'basePath'>): Fault[] {
  return services.flatMap(({ entry, service }) => {
    const prefixes = new Set(service.apis.filter(({ spec }) => taskOperations(spec).length > 0).map(({ spec }) => `${basePath ? spec.table.basePath : ''}${tasksPath}`))
    return [...prefixes].flatMap((prefix) => ['GET', 'DELETE'].flatMap((method): Fault[] => {
      const path = `${prefix}/00000000-0000-4000-8000-000000000000`
      const own = Object.keys(service.routes).filter((name) => name.startsWith(`${method} ${prefix}/{`) && !name.slice(method.length + prefix.length + 2).includes('/'))
      return [
        ...own.map((name) => ({ code: 'tasks-path-taken', file: entry, message: `the route ${name} stands where tasks are to be seen`, hint: 'give it another path, or set tasks_path' })),
        ...service.apis.flatMap(({ spec: { table } }): Fault[] => {
          const match = findOperation(table, method, toSegments(path, false))
          if (match.kind !== 'operation') return []
          const { id, path: template } = match.operation
          const pointer = `/paths/${template.slice(basePath ? table.basePath.length : 0).replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}`
          return [{ code: 'tasks-path-taken', file: table.document, pointer, ...placeOf(root, table.document, pointer), message: `${id} answers at ${template}, where tasks are to be seen`, hint: 'give it another path, or set tasks_path' }]
        }),
      ]
    }))
  })
}

function placeOf(root: string, file: string, pointer: string): object {
  try {
    return locate({ file, text: readFileSync(join(root, file), 'utf8') }, pointer) ?? {}
  } catch {
    // The document may be gone since it was compiled; the fault stays.
    return {}
  }
}
