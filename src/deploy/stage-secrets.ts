// The secrets of a stage for commands: those of this machine, or those in the account.
import { join } from 'node:path'
import type { Config } from '../config/index.ts'
import { localSecrets } from '../platform/local/index.ts'
import type { StageSecrets } from './secret-types.ts'
import { openSecretsManager } from './secrets-manager.ts'

/**
 * Opens the secrets of a stage; those of the stage `local` lie in `.klue/secrets.json`.
 * Every method rejects with a UsageError where they cannot be reached.
 */
export async function openStageSecrets(root: string, config: Config): Promise<StageSecrets> {
  if (config.stage !== 'local') return openSecretsManager(config)
  const secrets = localSecrets(join(root, '.klue'))
  return {
    list: async () => Object.keys(secrets.all()).map((name) => ({ name })),
    read: (name) => Promise.resolve(secrets.get(name)),
    async set(name, value) {
      const before = secrets.get(name)
      await secrets.set(name, value)
      return before === undefined ? 'made' : 'changed'
    },
    async remove(name) {
      await secrets.remove(name)
      return undefined
    },
    close: () => undefined,
  }
}
