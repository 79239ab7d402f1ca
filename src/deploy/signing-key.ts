// The signing key of a stage for commands that make tokens.
import { type LoadedConfig, requiredSecrets } from '../config/build.ts'
import { openSecretsManager } from './secrets-manager.ts'

/**
 * A reader of the signing key of a deployed stage, for a stage whose configuration does not hold it.
 * It asks Secrets Manager once, and rejects with a UsageError where that cannot be reached.
 */
export function openSigningKey(loaded: LoadedConfig): () => Promise<string | undefined> {
  let read: Promise<string | undefined> | undefined
  return () => (read ??= readSigningKey(loaded))
}

async function readSigningKey(loaded: LoadedConfig): Promise<string | undefined> {
  // It may be the value of a variable of another name.
  const name = requiredSecrets(loaded).find(({ key }) => key === 'jwt_secret')?.name
  if (name === undefined) return undefined
  const secrets = await openSecretsManager(loaded.config)
  try {
    return await secrets.read(name)
  } finally {
    secrets.close()
  }
}
