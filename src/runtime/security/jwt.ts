// The JSON web tokens of users: reads them, and lets them be issued.
import { catalog, type HttpError, withoutStack } from '../../errors/index.ts'
import type { TokenOptions, User } from '../exchange/user.ts'
import { signingSecret, type TokenPlatform } from './signing-secret.ts'
import { type TokenFault, verifyToken } from './verify-token.ts'

/** How far the clocks of two machines may differ. */
const leewaySeconds = 300

/**
 * Makes a token for a user; what that takes is loaded with the first one, as reading tokens does not need it.
 * Throws a UsageError where the user id is empty or no text, or no secret is configured.
 */
export async function generateToken(platform: TokenPlatform, userId: string, options: TokenOptions = {}): Promise<string> {
  const { issueToken } = await import('./issue-token.ts')
  return issueToken(platform, userId, options)
}

/**
 * The user of an Authorization header `Bearer <token>`; a promise where the secret has to be read first.
 * Throws AUTHORIZATION_HEADER_MISSING, TOKEN_INVALID or TOKEN_EXPIRED.
 */
export function userOfHeader(platform: TokenPlatform, header: string | undefined): User | Promise<User> {
  return userOfToken(platform, tokenOfHeader(header))
}

/** The token of an Authorization header `Bearer <token>`. Throws AUTHORIZATION_HEADER_MISSING or TOKEN_INVALID. */
export function tokenOfHeader(header: string | undefined): string {
  const plain = header?.startsWith('Bearer ') === true ? header.slice(7) : ''
  if (plain !== '' && !/\s/.test(plain)) return plain
  const words = (header ?? '').trim().split(/\s+/)
  if (words[0] === '') throw catalog.AUTHORIZATION_HEADER_MISSING()
  if (words[0]!.toLowerCase() !== 'bearer') throw catalog.TOKEN_INVALID('Authorization header must start with Bearer')
  if (words.length === 1) throw catalog.TOKEN_INVALID('Token not found in Authorization header')
  if (words.length > 2) throw catalog.TOKEN_INVALID('Authorization header must be Bearer + \\s + token')
  return words[1]!
}

/** The user of a token; a promise where the secret has to be read first. Throws TOKEN_INVALID or TOKEN_EXPIRED. */
export function userOfToken(platform: TokenPlatform, token: string): User | Promise<User> {
  const { jwtSecret } = platform.config
  return jwtSecret ? verifiedUser(platform, token, jwtSecret) : signingSecret(platform).then((secret) => verifiedUser(platform, token, secret))
}

function verifiedUser(platform: TokenPlatform, token: string, secret: string): User {
  const nowSeconds = Math.floor(platform.now() / 1000)
  const verdict = verifyToken(token, secret, { nowSeconds, leewaySeconds })
  if (verdict.fault !== undefined) throw refusal(verdict.fault, verdict.reason)
  const payload = verdict.payload as Claims
  const { jwtAudience, jwtIssuer } = platform.config
  if (jwtAudience !== undefined && ![payload.aud].flat().includes(jwtAudience)) throw catalog.TOKEN_INVALID('incorrect audience')
  if (jwtIssuer !== undefined && payload.iss !== jwtIssuer) throw catalog.TOKEN_INVALID('incorrect issuer')
  if (payload.iat !== undefined && !((payload.iat as number) <= nowSeconds + leewaySeconds)) throw catalog.TOKEN_INVALID('Token was issued in the future')
  return { id: identity(payload.sub, 'sub'), claims: payload, issuer: identity(payload.iss, 'iss'), token }
}

// In RFC 7519 `sub` and `iss` are optional texts. A value of another type must not count as left out:
// everybody with such a token would then be the same user.
function identity(claim: unknown, name: string): string {
  if (claim === undefined) return ''
  if (typeof claim === 'string' && claim !== '') return claim
  throw catalog.TOKEN_INVALID(`The claim ${name} of the token is ${claim === '' ? 'empty' : 'no text'}`)
}

type Claims = { iss?: unknown; sub?: unknown; aud?: unknown; iat?: unknown } & Record<string, unknown>

const words: Partial<Record<TokenFault, string>> = { 'not-before': 'Token is not valid yet', 'no-object': 'JWT token is invalid' }

function refusal(fault: TokenFault, reason: string): HttpError {
  const cause = withoutStack(new Error(`the token is refused: ${reason}`))
  if (fault === 'expired') return catalog.TOKEN_EXPIRED(undefined, { cause })
  return catalog.TOKEN_INVALID(words[fault], { cause })
}
