// Who the acceptance suite is on a deployed stage: a user of its own for the time of the run, and a token.
import { randomUUID } from 'node:crypto'
import { type LoadedConfig, requiredSecrets } from '../../config/build.ts'
import { env, secretPrefix } from '../../config/index.ts'
import { type AwsCredentials, AwsFailure, awsJsonClient } from '../../platform/aws/index.ts'
import { generateToken } from '../../runtime/edge.ts'
import type { Store } from '../../store/index.ts'

export interface SuiteCaller {
  /** Variables that `klue test` reads. */
  env: Record<string, string>
  /** Removes the user. */
  close(): Promise<void>
}

export interface CallerOptions {
  loaded: LoadedConfig
  store: Store
  region: string
  credentials(): Promise<AwsCredentials>
}

/** Makes the user and the token; those that the environment names win. */
export async function makeSuiteCaller({ loaded, store, region, credentials }: CallerOptions): Promise<SuiteCaller> {
  const token = env('KLUE_JWT_TOKEN') ?? (await makeToken({ loaded, region, credentials: await credentials() }))
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
async function makeToken({ loaded, region, credentials }: { loaded: LoadedConfig; region: string; credentials: AwsCredentials }): Promise<string | undefined> {
  const { config } = loaded
  const name = requiredSecrets(loaded).find(({ key }) => key === 'jwt_secret')?.name
  if (name === undefined) return undefined
  const endpoint = env('AWS_ENDPOINT_URL_SECRETS_MANAGER') ?? env('AWS_ENDPOINT_URL')
  const call = awsJsonClient({ service: 'secretsmanager', region, credentials: () => credentials, ...(endpoint === undefined ? {} : { endpoint }) })
  try {
    const { SecretString: secret } = await call('secretsmanager.GetSecretValue', { SecretId: `${secretPrefix(config)}${name}` })
    return typeof secret === 'string' ? await generateToken({ config, secret: () => Promise.resolve(secret), now: Date.now }, 'test-jwt-token') : undefined
  } catch (error) {
    if (error instanceof AwsFailure) return undefined
    throw error
  }
}
