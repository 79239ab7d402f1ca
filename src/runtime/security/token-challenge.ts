// The challenge of a refused caller where tokens are all that an operation takes: the most frequent refusal, so it is not loaded first.
import { catalog, type HttpError } from '../../errors/index.ts'
import type { SecurityScheme } from '../../openapi/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { readCookies } from '../input/parameters.ts'

/** The schemes that a refused caller may satisfy: those that the operation names, for an operation without security those of its API. */
export function schemesOf({ api, operation }: Exchange): SecurityScheme[] {
  const schemes = api?.spec.table.securitySchemes ?? {}
  const wanted = (operation?.security ?? []).flatMap((alternative) => Object.keys(alternative))
  return (wanted.length > 0 ? wanted : Object.keys(schemes)).flatMap((name) => (Object.hasOwn(schemes, name) ? [schemes[name]!] : []))
}

/** WWW-Authenticate where every scheme takes a token, or none is known: private routes of every service take one. Undefined where there are others. */
export function tokenChallenge(exchange: Exchange, error: HttpError | undefined): string | undefined {
  return schemesOf(exchange).every(isTokenScheme) ? bearer(error !== undefined && isTokenRefused(exchange, error)) : undefined
}

/** Whether a scheme is satisfied by a token in the header Authorization. */
export function isTokenScheme(scheme: SecurityScheme): boolean {
  return scheme.kind === 'bearer' || (scheme.kind === 'custom' && scheme.scheme === undefined)
}

/** The challenge for tokens. */
export function bearer(isRefusedToken: boolean): string {
  return isRefusedToken ? 'Bearer error="invalid_token"' : 'Bearer'
}

/** Whether a 401 refuses a token that was sent. One that the handler gives does not: its token let the request in. */
export function isTokenRefused({ request: { headers }, context, input }: Exchange, { status, code }: HttpError): boolean {
  if (status !== 401 || context.user !== undefined || input !== undefined) return false
  const authorization = headers['authorization']?.trim() ?? ''
  return code === catalog.TOKEN_INVALID.code || code === catalog.TOKEN_EXPIRED.code || (authorization === '' ? Boolean(readCookies(headers['cookie'])['token']) : /^bearer\b/i.test(authorization))
}
