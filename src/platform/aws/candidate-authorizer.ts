// A function of the stack's own: the door of a candidate, open to whoever has the token of its deployment.
import { createHash, timingSafeEqual } from 'node:crypto'
import { env } from '../../config/index.ts'

/** What an HTTP API asks of its authorizer, as far as it is read. */
export interface AuthorizerEvent {
  /** Names in lower case. */
  headers?: Readonly<Record<string, string | undefined>>
}

/** The handler of the function: the stack gives it the SHA-256 of the token, and nobody has the token but who made it. */
export async function handler(event: AuthorizerEvent): Promise<{ isAuthorized: boolean }> {
  return { isAuthorized: isToken(event.headers?.['x-klue-candidate'], env('KLUE_CANDIDATE')) }
}

// Without a token or without a whole hash, nobody passes.
function isToken(given: unknown, expected: string | undefined): boolean {
  if (typeof given !== 'string' || given === '' || expected === undefined || !/^[0-9a-f]{64}$/.test(expected)) return false
  return timingSafeEqual(createHash('sha256').update(given).digest(), Buffer.from(expected, 'hex'))
}
