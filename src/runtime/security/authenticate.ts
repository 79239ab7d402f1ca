// The step authenticate: security handlers for the schemes of a spec, and the user whom they find.
import { isLocalHost, isSameOrigin, originOfHost } from '../../address/index.ts'
import { catalog, type HttpError, isError, toHttpError } from '../../errors/index.ts'
import type { CompiledOperation, SecurityScheme } from '../../openapi/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Context } from '../exchange/handler-context.ts'
import { isReply } from '../exchange/reply.ts'
import type { User } from '../exchange/user.ts'
import { headerOf, readCookies } from '../input/parameters.ts'
import { tokenOfHeader, userOfHeader, userOfToken } from './jwt.ts'
import { loadRefusal } from './lazy-refusal.ts'
import type { Lacking } from './refusal.ts'

/** What a caller shows for a scheme; `authorization` is the whole header for schemes of other kinds. */
export type Credentials =
  | { kind: 'basic'; username: string; password: string }
  | { kind: 'apiKey'; key: string }
  | { kind: 'bearer'; token: string }
  | { kind: 'custom'; authorization: string }

/**
 * Decides on credentials: something truthy lets the request in, an object becomes `context.user.claims`
 * (its `id` the user's id); anything falsy refuses it with 401, an HttpError that is thrown or returned with what it says.
 * Any other exception, and a list, a function, a reply or an `id` that is no text, is a failure of the check itself:
 * it refuses the request too, with 500.
 */
export type SecurityHandler = (credentials: Credentials, context: Context) => unknown

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The check of one scheme, in the form that openapi-backend calls: a User or its promise, or a thrown refusal. */
export function schemeCheck(name: string, scheme: SecurityScheme, own: SecurityHandler | undefined): (exchange: Exchange) => User | Promise<User> {
  return (exchange) => (own === undefined && scheme.kind === 'bearer' ? bearerUser(exchange) : ownUser({ name, scheme, own, exchange }))
}

/**
 * The user of the first alternative that the request satisfies; undefined where that one is open to everybody.
 * A promise that rejects with FORBIDDEN where the credentials are good but no alternative has the scopes that it asks for.
 */
export function chooseUser(alternatives: CompiledOperation['security'], results: Record<string, unknown>, schemes: Readonly<Record<string, SecurityScheme>>): User | Promise<never> | undefined {
  let refused: Lacking | undefined
  const isOpen = alternatives.length === 0 || alternatives.some((alternative) => Object.keys(alternative).length === 0)
  for (const alternative of alternatives) {
    const wanted = Object.entries(alternative)
    const users = wanted.map(([name]) => results[name]).filter(isUser)
    if (users.length < wanted.length || users.length === 0) continue
    const lacking = wanted.flatMap(([, scopes], index) => lackingScopes(scopes, users[index]!))
    if (lacking.length === 0) return users[0]
    refused ??= { alternative, lacking }
  }
  if (isOpen) return undefined
  if (refused === undefined) throw catalog.UNAUTHORIZED()
  const lacking = refused
  return loadRefusal().then(({ scopeRefusal }) => {
    throw scopeRefusal(lacking, schemes)
  })
}

/** The user of a bearer token, from the header or, where there is none, the cookie `token`, which holds it bare or behind `Bearer`. */
export function bearerUser(exchange: Exchange): User | Promise<User> {
  const { headers, method } = exchange.request
  if (headers['authorization']?.trim()) return userOfHeader(exchange.platform, headers['authorization'])
  const cookie = readCookies(headers['cookie'])['token']?.replaceAll('+', ' ').trim()
  if (cookie === undefined || cookie === '') throw catalog.AUTHORIZATION_HEADER_MISSING()
  // Browsers send cookies also with requests that other sites cause. From those sites, only requests that read are accepted.
  if (!safeMethods.has(method) && !isTrustedOrigin(exchange)) throw catalog.ORIGIN_FORBIDDEN()
  return /^bearer$|\s/i.test(cookie) ? userOfHeader(exchange.platform, cookie) : userOfToken(exchange.platform, cookie)
}

// The scheme counts: a page that was loaded over http may have been forged by anybody on the network.
function isTrustedOrigin({ request: { headers, scheme }, platform: { config } }: Exchange): boolean {
  const { origin, host } = headers
  if (origin === undefined) return false
  if (isSameOrigin(origin, config.cookieOrigins) || isSameOrigin(origin, [originOfHost(scheme ?? 'https', host)])) return true
  // An emulated gateway on this machine has no certificate; its pages come from this machine too, so http is accepted.
  return scheme === undefined && isLocalHost(host) && isSameOrigin(origin, [originOfHost('http', host)])
}

interface OwnCheck {
  name: string
  scheme: SecurityScheme
  own: SecurityHandler | undefined
  exchange: Exchange
}

async function ownUser({ name, scheme, own, exchange }: OwnCheck): Promise<User> {
  const credentials = readCredentials(scheme, exchange)
  // Fail closed: a scheme that nobody checks lets nobody in.
  if (own === undefined) throw catalog.UNAUTHORIZED(`No security handler is registered for the scheme ${name}`)
  const verdict = await own(credentials, exchange.context)
  if (!verdict) throw refusalOf(scheme)
  const claims = claimsOf(verdict, name)
  const id = claims['id'] ?? (credentials.kind === 'basic' ? credentials.username : '')
  return { id: id as string, claims, issuer: '', token: credentials.kind === 'bearer' ? credentials.token : '' }
}

// Truthy values that were hardly meant as a yes must let nobody in: an error that was returned instead of thrown, the rows
// of a query, a function that was not called. And an id that is no text must not become the id of everybody.
function claimsOf(verdict: unknown, name: string): Record<string, unknown> {
  if (isError(verdict)) throw toHttpError(verdict)
  if (verdict instanceof Error) throw verdict
  const odd = Array.isArray(verdict) ? 'a list' : isReply(verdict) ? 'a reply' : typeof verdict === 'function' ? 'a function' : undefined
  if (odd !== undefined) throw new TypeError(`The security handler of ${name} returned ${odd}; return true, an object of claims, or something falsy`)
  const claims = typeof verdict === 'object' ? (verdict as Record<string, unknown>) : {}
  const { id } = claims
  if (id !== undefined && (typeof id !== 'string' || id === '')) throw new TypeError(`The security handler of ${name} returned an id that is ${id === '' ? 'empty' : `no text but ${id === null ? 'null' : `a ${typeof id}`}`}; return the id of the user as text, or no id`)
  return claims
}

function readCredentials(scheme: SecurityScheme, exchange: Exchange): Credentials {
  const { headers, query } = exchange.request
  const authorization = headers['authorization']?.trim() ?? ''
  if (scheme.kind === 'apiKey') {
    const key = scheme.in === 'header' ? headerOf(headers, scheme.name.toLowerCase()) : scheme.in === 'cookie' ? readCookies(headers['cookie'])[scheme.name] : new URLSearchParams(query).get(scheme.name)
    if (!key) throw catalog.API_KEY_INVALID(`There is no API key in the ${scheme.in} ${scheme.name}`)
    return { kind: 'apiKey', key }
  }
  if (authorization === '') throw catalog.AUTHORIZATION_HEADER_MISSING()
  if (scheme.kind === 'bearer') return { kind: 'bearer', token: tokenOfHeader(authorization) }
  if (scheme.kind === 'custom') return { kind: 'custom', authorization }
  const encoded = /^basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1]
  const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon < 0) throw catalog.AUTHORIZATION_HEADER_MISSING('There is no Basic authorization in the HTTP request')
  // RFC 7617 forbids control characters. All names with broken UTF-8 would be read as the same name, so they are refused too.
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\ufffd]/.test(pair)) throw catalog.CREDENTIALS_INVALID('The Basic authorization is not UTF-8 without control characters')
  return { kind: 'basic', username: pair.slice(0, colon), password: pair.slice(colon + 1) }
}

function refusalOf(scheme: SecurityScheme): HttpError {
  if (scheme.kind === 'basic') return catalog.CREDENTIALS_INVALID()
  if (scheme.kind === 'apiKey') return catalog.API_KEY_INVALID()
  return scheme.kind === 'bearer' ? catalog.TOKEN_INVALID() : catalog.UNAUTHORIZED()
}

function isUser(result: unknown): result is User {
  return typeof result === 'object' && result !== null && 'claims' in result
}

function lackingScopes(wanted: string[], user: User): string[] {
  const claim = user.claims['scope'] ?? user.claims['scopes']
  const held = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : []
  return wanted.filter((scope) => !held.includes(scope))
}
