// What a refused caller is told: which of several refusals, and the header WWW-Authenticate. Loaded with the first refusal.
import { catalog, type HttpError, isHttpError } from '../../errors/index.ts'
import type { CompiledOperation, SecurityScheme } from '../../openapi/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { bearer, isTokenRefused, isTokenScheme, schemesOf } from './token-challenge.ts'

type Schemes = Readonly<Record<string, SecurityScheme>>

/** An alternative of an operation's security with the scopes that its user does not have. */
export interface Lacking {
  alternative: CompiledOperation['security'][number]
  lacking: string[]
}

/**
 * The challenges of a 401 whose handler set none: one for each scheme that the operation names, for an operation
 * without security for each scheme of its API. With `error="invalid_token"` where `error` refuses a token that was sent.
 */
export function challenge(exchange: Exchange, error: HttpError | undefined): string {
  const isRefusedToken = error !== undefined && isTokenRefused(exchange, error)
  const challenges = schemesOf(exchange).map((scheme) => challengeOf(scheme, isRefusedToken))
  // HTTP wants a challenge in every 401. Where no scheme is known it is Bearer, which private routes of every service take.
  return challenges.length === 0 ? bearer(isRefusedToken) : [...new Set(challenges)].join(', ')
}

/** The refusal to answer with, of several: first a check that failed itself, then one of credentials that were sent, then one of missing credentials. */
export function chooseRefusal(results: Record<string, unknown>, { request: { headers }, api }: Exchange): Error {
  const errors = Object.entries(results).map(([name, result]): [string, unknown] => [name, (result as { error?: unknown } | undefined)?.error])
  const broken = errors.find(([, error]) => error !== undefined && !isHttpError(error))
  if (broken !== undefined) return broken[1] as Error
  const refusals = errors.filter((entry): entry is [string, HttpError] => isHttpError(entry[1]))
  const missing = catalog.AUTHORIZATION_HEADER_MISSING.code
  const shown = refusals.filter(([, refusal]) => refusal.code !== missing)
  // Where the operation takes both Basic and Bearer, the header tells which of the two refusals applies.
  const word = headers['authorization']?.trim().split(/\s/, 1)[0]!.toLowerCase()
  const chosen = shown.find(([name]) => api?.spec.table.securitySchemes[name]?.kind === word) ?? shown[0] ?? refusals[0]
  return chosen?.[1] ?? catalog.UNAUTHORIZED()
}

/** The refusal of a user who lacks scopes; its header names the scopes, where they come from a token. */
export function scopeRefusal({ alternative, lacking }: Lacking, schemes: Schemes): HttpError {
  const wanted = Object.entries(alternative).filter(([name]) => Object.hasOwn(schemes, name) && isTokenScheme(schemes[name]!)).flatMap(([, scopes]) => scopes)
  const headers: Record<string, string> = wanted.length === 0 ? {} : { 'www-authenticate': `Bearer error="insufficient_scope", scope=${quoted(wanted.join(' '))}` }
  return catalog.FORBIDDEN(`The caller lacks the scope ${lacking.join(', ')}`, { headers })
}

function challengeOf(scheme: SecurityScheme, isRefusedToken: boolean): string {
  if (isTokenScheme(scheme)) return bearer(isRefusedToken)
  if (scheme.kind === 'basic') return 'Basic realm="klue", charset="UTF-8"'
  if (scheme.kind === 'apiKey') return `ApiKey realm="klue", in=${quoted(scheme.in)}, name=${quoted(scheme.name)}`
  return `${scheme.kind === 'custom' ? scheme.scheme : scheme.kind} realm="klue"`
}

// Names and scopes come from documents; characters that would end the quoted string or break the header are replaced or escaped.
function quoted(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
