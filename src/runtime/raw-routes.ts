// Routes beside the spec: the service's own raw handlers, and klue's built-ins.
import { UsageError } from '../errors/index.ts'
import { allowedMethods } from './api/match.ts'
import type { Exchange } from './exchange/exchange.ts'
import type { RawHandler } from './service.ts'

/** A raw route, ready to match. */
export interface RawRoute {
  /** `METHOD /path`; the operation's name in logs. */
  name: string
  method: string
  segments: string[]
  handler: RawHandler
  /** Answers in place of the handler, for routes of klue that look at the whole exchange. */
  answer?(exchange: Exchange, path: Record<string, string>): unknown
  /** Only for callers with a valid token. */
  isPrivate: boolean
}

export type RawMatch = { kind: 'route'; route: RawRoute; path: Record<string, string> } | { kind: 'method-not-allowed'; allow: string[] } | { kind: 'none' }

/** Reads `METHOD /path` keys. Throws a UsageError for one that is no such thing. */
export function toRawRoutes(routes: Readonly<Record<string, RawHandler>>, isPrivate: boolean = false): RawRoute[] {
  return Object.entries(routes).map(([name, handler]) => {
    const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(name) ?? []
    if (method === undefined || path === undefined) throw new UsageError({ code: 'raw-route-invalid', file: '', message: `The route ${JSON.stringify(name)} is not of the form "METHOD /path"`, hint: 'for example "GET /robots.txt"' })
    return { name, method, segments: path.split('/').slice(1), handler, isPrivate }
  })
}

/** Finds the raw route of a request; HEAD falls back to GET. */
export function findRawRoute(routes: readonly RawRoute[], method: string, segments: string[]): RawMatch {
  const allow = new Set<string>()
  for (const route of routes) {
    const path = valuesOf(route, segments)
    if (path === undefined) continue
    if (route.method === method || (method === 'HEAD' && route.method === 'GET')) return { kind: 'route', route, path }
    allow.add(route.method)
  }
  return allow.size === 0 ? { kind: 'none' } : { kind: 'method-not-allowed', allow: allowedMethods(allow) }
}

function valuesOf(route: RawRoute, segments: string[]): Record<string, string> | undefined {
  if (route.segments.length !== segments.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, wanted] of route.segments.entries()) {
    const [, before, name, after] = /^([^{]*)\{([^}]+)\}(.*)$/.exec(wanted) ?? []
    const segment = segments[index]!
    if (name === undefined) {
      if (wanted !== segment) return undefined
      continue
    }
    if (!segment.startsWith(before!) || !segment.endsWith(after!) || segment.length <= before!.length + after!.length) return undefined
    values[name] = segment.slice(before!.length, segment.length - after!.length)
  }
  return values
}
