// The secret that tokens are signed and checked with.
import { UsageError } from '../../errors/index.ts'
import type { Platform } from '../exchange/platform.ts'

/** What making and checking tokens needs of a platform. */
export type TokenPlatform = Pick<Platform, 'config' | 'secret' | 'now'>

/** The configured secret. Throws a UsageError where there is none. */
export async function signingSecret(platform: TokenPlatform): Promise<string> {
  const secret = platform.config.jwtSecret ?? (await platform.secret('jwt_secret'))
  if (secret === undefined || secret === '') throw new UsageError({ code: 'jwt-secret-missing', file: 'klue-config.yaml', pointer: 'jwt_secret', message: 'No JWT secret is configured', hint: 'set jwt_secret to the name of a variable listed in env_secrets' })
  return secret
}
