// The URL of a call: the path with its arguments, the query with its pairs.
import { catalog, type ErrorDetail } from '../errors/index.ts'
import type { ClientOperation } from '../openapi/table.ts'
import { pathText, queryPairs, undeclared } from './parameter-text.ts'

type Values = Record<string, unknown>

/** The path with its arguments. Throws INVALID_PARAMETER that names every argument that is missing or cannot stand in a path. */
export function pathOf(operation: ClientOperation, values: Values): string {
  const errors: ErrorDetail[] = []
  const refuse = (name: string, message: string): string => {
    errors.push({ pointer: `/path/${name}`, message })
    return ''
  }
  const path = operation.path.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined || value === null) return refuse(name, 'is missing')
    const parameter = operation.parameters.find((candidate) => candidate.in === 'path' && candidate.name === name) ?? undeclared(name, 'path')
    const text = pathText(parameter, value)
    // An empty segment would reach another operation, such as the listing instead of one item.
    return text === '' ? refuse(name, 'must not be empty') : text
  })
  // fetch would resolve such a segment, even a percent-encoded one, and call another path.
  if (path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) for (const name of namesIn(operation.path)) refuse(name, "must not make a path segment '.' or '..'")
  if (errors.length === 0) return path
  const list = errors.map((error) => `'${error.pointer.slice('/path/'.length)}' ${error.message}`).join(', ')
  throw catalog.INVALID_PARAMETER(`The path of ${operation.id} cannot be written: ${list}`, { errors })
}

/** The query without `?`; empty where nothing is sent. Values of undefined and null are left out. */
export function queryOf(operation: ClientOperation, values: Values, additional: Values): string {
  const pairs: string[] = []
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue
    pairs.push(...queryPairs(operation.parameters.find((candidate) => candidate.in === 'query' && candidate.name === name) ?? undeclared(name, 'query'), value))
  }
  for (const [name, value] of Object.entries(additional)) pairs.push(...queryPairs(undeclared(name, 'query'), value))
  return pairs.join('&')
}

function namesIn(path: string): string[] {
  return [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1]!)
}
