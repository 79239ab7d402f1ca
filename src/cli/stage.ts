// The configuration of a stage for commands, with the secrets that a local stage keeps for itself.
import { join } from 'node:path'
import { loadConfig, type LoadedConfig } from '../config/build.ts'
import { type Config, setConfig, stageName } from '../config/index.ts'
import { localSecrets } from '../platform/local/index.ts'

/** Loads and sets the configuration of a stage; `unset` says what becomes of values whose variables this machine does not have. */
export async function loadStage(root: string, stage: string | undefined, unset: 'refuse' | 'leave out' = 'refuse'): Promise<Config> {
  return (await loadWhole(root, stage, unset)).config
}

/** As `loadStage`, with what the files say beside the configuration. */
export async function loadWhole(root: string, stage: string | undefined, unset: 'refuse' | 'leave out'): Promise<LoadedConfig> {
  const name = stageName(stage)
  // The signing key of a developer's machine is made on first use; no other stage may fall back on it.
  const secrets = name === 'local' ? await ownSecrets(root) : {}
  const loaded = loadConfig({ root, stage: name, secrets, unset })
  setConfig(loaded.config)
  return loaded
}

async function ownSecrets(root: string): Promise<Record<string, string>> {
  const secrets = localSecrets(join(root, '.klue'))
  await secrets.ensure('jwt_secret')
  return secrets.all()
}
