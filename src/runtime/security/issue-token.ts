// Issues the JSON web tokens of users, on jsonwebtoken.
import jsonwebtoken, { type SignOptions } from 'jsonwebtoken'
import { UsageError } from '../../errors/index.ts'
import type { TokenOptions } from '../exchange/user.ts'
import { signingSecret, type TokenPlatform } from './signing-secret.ts'

// The only algorithm that is accepted: otherwise a token could choose how it is checked.
const algorithm = 'HS256'

/**
 * Makes a token for a user.
 * Throws a UsageError where the user id is empty or no text, or no secret is configured.
 */
export async function issueToken(platform: TokenPlatform, userId: string, options: TokenOptions = {}): Promise<string> {
  checkUserId(userId)
  const { config } = platform
  const issuedAt = options.issuedAt ?? Math.floor(platform.now() / 1000)
  const issuer = options.issuer ?? config.jwtIssuer
  const claims = {
    ...withoutReserved(options.claims),
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(config.jwtAudience === undefined ? {} : { aud: config.jwtAudience }),
    sub: userId,
    iat: issuedAt,
    exp: issuedAt + (options.expiresIn ?? config.jwtTokenTimeout),
  }
  return jsonwebtoken.sign(claims, await signingSecret(platform), { algorithm } satisfies SignOptions)
}

// An id that is no text would be read as no user, or as the same user for everybody, by whoever gets the token.
function checkUserId(userId: unknown): void {
  if (typeof userId === 'string' && userId !== '') return
  if (userId === '' || userId === undefined || userId === null) throw new UsageError({ code: 'user-id-missing', file: '', message: 'No user_id passed to generateToken()' })
  throw new UsageError({ code: 'user-id-missing', file: '', message: `The user_id passed to generateToken() is no text but ${Array.isArray(userId) ? 'a list' : `of the type ${typeof userId}`}`, hint: 'pass the id as text, for example String(user.id)' })
}

const reservedClaims = new Set(['iss', 'sub', 'aud', 'iat', 'exp'])

// Reserved claims are removed even if the kit does not set them: without a configured audience, a token has no `aud`.
function withoutReserved(claims: Record<string, unknown> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !reservedClaims.has(name)))
}
