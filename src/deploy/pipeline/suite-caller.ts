// Who the acceptance suite is on a deployed stage: a user of its own for the time of the run, and a token.
import { randomUUID } from 'node:crypto'
import type { LoadedConfig } from '../../config/build.ts'
import { env } from '../../config/index.ts'
import { isUsageError } from '../../errors/index.ts'
import { generateToken } from '../../runtime/edge.ts'
import type { Store } from '../../store/index.ts'
import { openSigningKey } from '../signing-key.ts'

export interface SuiteCaller {
  /** Variables that `klue test` reads. */
  env: Record<string, string>
  /** Removes the user. */
  close(): Promise<void>
}

export interface CallerOptions {
  loaded: LoadedConfig
  store: Store
}

/** Makes the user and the token; those that the environment names win. */
export async function makeSuiteCaller({ loaded, store }: CallerOptions): Promise<SuiteCaller> {
  const token = env('KLUE_JWT_TOKEN') ?? (await makeToken(loaded))
  const given = env('KLUE_TEST_USER')
  const user = { name: `acceptance-${randomUUID()}`, password: randomUUID() }
  if (given === undefined) await store.users.add(user.name, user.password)
  return {
    env: { ...(token === undefined ? {} : { KLUE_JWT_TOKEN: token }), ...(given === undefined ? { KLUE_TEST_USER: user.name, KLUE_TEST_PASSWORD: user.password } : {}) },
    async close() {
      if (given === undefined) await store.users.remove(user.name)
    },
  }
}

// Tests that need a token say so where the signing key cannot be read.
async function makeToken(loaded: LoadedConfig): Promise<string | undefined> {
  const { config } = loaded
  try {
    const secret = await openSigningKey(loaded)()
    return secret === undefined ? undefined : await generateToken({ config, secret: () => Promise.resolve(secret), now: Date.now }, 'test-jwt-token')
  } catch (error) {
    if (isUsageError(error)) return undefined
    throw error
  }
}
