// Which credentials an operation asks for, and where they travel.
import { UsageError } from '../errors/index.ts'
import type { ClientOperation, ClientSpec, SecurityScheme } from '../openapi/table.ts'
import type { ClientOptions } from './options.ts'

/** What proves the caller's identity. */
export interface Credentials {
  headers: Record<string, string>
  query: Record<string, string>
  cookies: Record<string, string>
}

/**
 * The credentials for an operation: those of its first alternative that asks for some and can be satisfied as a whole.
 * An operation that asks for nothing gets nothing, so that tokens do not go where they are not needed.
 */
export function credentialsFor(operation: ClientOperation, spec: ClientSpec, given: ClientOptions & { token?: string }): Credentials {
  const none: Credentials = { headers: {}, query: {}, cookies: {} }
  for (const alternative of operation.security) {
    const names = Object.keys(alternative)
    const parts = names.map((name) => proofOf(name, spec.securitySchemes[name], given))
    if (names.length === 0 || parts.includes(undefined)) continue
    return parts.reduce<Credentials>((all, part) => ({
      headers: { ...all.headers, ...part!.headers },
      query: { ...all.query, ...part!.query },
      cookies: { ...all.cookies, ...part!.cookies },
    }), none)
  }
  return none
}

/** Whether a token can be of use to an operation, so that it is worth asking for. */
export function takesToken(operation: ClientOperation, spec: ClientSpec): boolean {
  return operation.security.some((alternative) => Object.keys(alternative).some((name) => isTokenScheme(spec.securitySchemes[name])))
}

function proofOf(name: string, scheme: SecurityScheme | undefined, given: ClientOptions & { token?: string }): Partial<Credentials> | undefined {
  if (isTokenScheme(scheme)) return given.token ? { headers: { authorization: `Bearer ${given.token}` } } : undefined
  if (scheme?.kind === 'basic') return given.username === undefined ? undefined : { headers: { authorization: `Basic ${basicText(given.username, given.password ?? '')}` } }
  if (scheme?.kind !== 'apiKey') return undefined
  const key = typeof given.apiKey === 'object' ? given.apiKey[name] : given.apiKey
  if (key === undefined || key === '') return undefined
  if (scheme.in === 'header') return { headers: { [scheme.name.toLowerCase()]: key } }
  return scheme.in === 'query' ? { query: { [scheme.name]: key } } : { cookies: { [scheme.name]: key } }
}

// oauth2 and openIdConnect carry their tokens as Bearer too.
function isTokenScheme(scheme: SecurityScheme | undefined): boolean {
  return scheme?.kind === 'bearer' || scheme?.kind === 'custom'
}

function basicText(username: string, password: string): string {
  if (username.includes(':')) throw new UsageError({ code: 'client-username-invalid', file: '', pointer: 'username', message: 'A user name for Basic authentication must not hold a colon', hint: 'what follows the first colon would be read as the password' })
  // btoa takes one byte a character; names and passwords may hold more.
  return btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)))
}
