// The header WWW-Authenticate: what a 401 asks for, and which scopes a 403 lacks.
import { catalog, type HttpError } from '../../errors/index.ts'
import type { CompiledOperation, SecurityScheme } from '../../openapi/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { ApiResponse } from '../exchange/message.ts'
import { readCookies } from '../input/parameters.ts'

type Schemes = Readonly<Record<string, SecurityScheme>>

/**
 * The challenges of a 401 whose handler set none: one for each scheme that the operation names, for an operation
 * without security for each scheme of its API. With `error="invalid_token"` where `error` refuses a token that was sent.
 */
export function challenge(exchange: Exchange, error: HttpError | undefined): string {
  const schemes: Schemes = exchange.api?.spec.table.securitySchemes ?? {}
  const wanted = (exchange.operation?.security ?? []).flatMap((alternative) => Object.keys(alternative))
  const names = wanted.length > 0 ? wanted : Object.keys(schemes)
  const isRefusedToken = error !== undefined && isTokenRefused(exchange, error)
  const challenges = names.flatMap((name) => (Object.hasOwn(schemes, name) ? [challengeOf(schemes[name]!, isRefusedToken)] : []))
  // HTTP wants a challenge in every 401. Where no scheme is known it is Bearer, which private routes of every service take.
  return challenges.length === 0 ? bearer(isRefusedToken) : [...new Set(challenges)].join(', ')
}

/** Whether an answer is a 401 without WWW-Authenticate. */
export function needsChallenge({ status, headers }: ApiResponse): boolean {
  return status === 401 && !Object.keys(headers).some((name) => name.toLowerCase() === 'www-authenticate')
}

/** The headers of a 403 for want of scopes; none where the scopes do not come from a token. */
export function scopeChallenge(alternative: CompiledOperation['security'][number], schemes: Schemes): Record<string, string> {
  const wanted = Object.entries(alternative).filter(([name]) => Object.hasOwn(schemes, name) && isTokenScheme(schemes[name]!)).flatMap(([, scopes]) => scopes)
  return wanted.length === 0 ? {} : { 'www-authenticate': `Bearer error="insufficient_scope", scope=${quoted(wanted.join(' '))}` }
}

const tokenCodes: ReadonlySet<string> = new Set([catalog.TOKEN_INVALID.code, catalog.TOKEN_EXPIRED.code])

// A 401 that the handler gives is not about the token: that one let the request in.
function isTokenRefused({ request: { headers }, context, input }: Exchange, error: HttpError): boolean {
  if (error.status !== 401 || context.user !== undefined || input !== undefined) return false
  const authorization = headers['authorization']?.trim() ?? ''
  return tokenCodes.has(error.code) || (authorization === '' ? Boolean(readCookies(headers['cookie'])['token']) : /^bearer\b/i.test(authorization))
}

function challengeOf(scheme: SecurityScheme, isRefusedToken: boolean): string {
  if (isTokenScheme(scheme)) return bearer(isRefusedToken)
  if (scheme.kind === 'basic') return 'Basic realm="klue", charset="UTF-8"'
  if (scheme.kind === 'apiKey') return `ApiKey realm="klue", in=${quoted(scheme.in)}, name=${quoted(scheme.name)}`
  return `${scheme.kind === 'custom' ? scheme.scheme : scheme.kind} realm="klue"`
}

function isTokenScheme(scheme: SecurityScheme): boolean {
  return scheme.kind === 'bearer' || (scheme.kind === 'custom' && scheme.scheme === undefined)
}

function bearer(isRefusedToken: boolean): string {
  return isRefusedToken ? 'Bearer error="invalid_token"' : 'Bearer'
}

// Names and scopes come from documents; characters that would end the quoted string or break the header are replaced or escaped.
function quoted(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
