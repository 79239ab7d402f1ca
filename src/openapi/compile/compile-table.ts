// Compiles a document into its operation table.
import { uniqueFileNames } from '../files/file-names.ts'
import type { ApiDocument } from '../read/document.ts'
import { arrayOf, followRefs, objectOf } from '../read/pointers.ts'
import type { ApiTable, ClientSpec, SecurityScheme } from '../table.ts'
import { compileFormats } from './custom-formats.ts'
import { compileOperation, listOperations, type RawOperation } from './operations.ts'
import { persistedSchemas } from './persist.ts'
import { compileRoutes } from './routes.ts'

export interface CompiledApi {
  table: ApiTable
  operations: { raw: RawOperation; file: string }[]
  /** Server URLs with the defaults of their variables filled in. */
  servers: string[]
}

/** Compiles a checked document; with `basePath`, the paths begin with the path of the first server. */
export function compileApi(api: ApiDocument, options: { basePath: boolean }): CompiledApi {
  const raws = listOperations(api)
  const files = uniqueFileNames(raws.map((raw) => ({ key: raw.id, wanted: raw.id })))
  const operations = raws.map((raw) => ({ raw, file: files.get(raw.id) ?? raw.id }))
  const servers = serversOf(api)
  const basePath = basePathOf(servers[0])
  const custom = compileFormats(api, raws)
  const compiled = operations.map(({ raw, file }, position) => {
    const formats = custom?.operations[position]
    return { ...compileOperation(api, raw, { file, basePath: options.basePath ? basePath : '' }), ...(formats === undefined ? {} : { formats }) }
  })
  const info = objectOf(api.document?.['info'])
  return {
    operations,
    servers,
    table: {
      api: api.api,
      title: textOf(info['title'], api.api),
      version: textOf(info['version'], ''),
      ...(typeof info['description'] === 'string' ? { description: info['description'] } : {}),
      openapi: api.openapi,
      document: api.file,
      basePath,
      securitySchemes: schemesOf(api),
      ...(custom === undefined ? {} : { formats: custom.formats }),
      operations: compiled,
      routes: compileRoutes(compiled),
      persist: persistedSchemas(api).map(({ definition }) => definition),
    },
  }
}

/** What the client needs of a compiled API. */
export function clientSpecOf({ table, servers }: CompiledApi): Omit<ClientSpec, 'types' | 'calls'> {
  const operations = table.operations.map(({ id, clientName, method, path, parameters, body, security, settings, replies }) => ({ id, clientName, method, path, parameters, ...(body === undefined ? {} : { body }), security, settings, replies }))
  return { api: table.api, servers, securitySchemes: table.securitySchemes, operations }
}

function textOf(value: unknown, fallback: string): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : fallback
}

function serversOf(api: ApiDocument): string[] {
  return arrayOf(api.document?.['servers']).map(objectOf).flatMap((server) => {
    if (typeof server['url'] !== 'string') return []
    const variables = objectOf(server['variables'])
    return [server['url'].replace(/\{([^{}]*)\}/g, (whole, name: string) => textOf(objectOf(variables[name])['default'], whole))]
  })
}

function basePathOf(url: string | undefined): string {
  const path = (url ?? '').replace(/^[a-z][a-z0-9+.-]*:/i, '').replace(/^\/\/[^/?#]*/, '').replace(/[?#].*$/, '').replace(/\/+$/, '')
  return path === '' || path.startsWith('/') ? path : `/${path}`
}

function schemesOf(api: ApiDocument): Record<string, SecurityScheme> {
  const schemes = objectOf(objectOf(api.document?.['components'])['securitySchemes'])
  return Object.fromEntries(Object.entries(schemes).map(([name, value]) => [name, schemeOf(objectOf(followRefs(api.document, value)))]))
}

function schemeOf(scheme: Record<string, unknown>): SecurityScheme {
  const http = scheme['type'] === 'http' ? textOf(scheme['scheme'], '').toLowerCase() : undefined
  if (http === 'bearer' || http === 'basic') return { kind: http }
  if (http !== undefined || scheme['type'] === 'mutualTLS') return { kind: 'custom', scheme: textOf(scheme['scheme'], textOf(scheme['type'], '')) }
  if (scheme['type'] !== 'apiKey') return { kind: 'custom' }
  const place = scheme['in'] as 'header' | 'query' | 'cookie'
  const name = textOf(scheme['name'], '')
  return { kind: 'apiKey', name: place === 'header' ? name.toLowerCase() : name, in: place }
}
