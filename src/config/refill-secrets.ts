// Puts secrets into a configuration object that is in use already.
import { type CompiledConfig, fromCompiledConfig, objectKey } from './compiled.ts'
import { camelCase, secretMaps } from './key-table.ts'
import type { Config } from './keys.ts'

/** What the names of the secrets of a stage begin with. */
export function secretPrefix({ name, stage }: Pick<Config, 'name' | 'stage'>): string {
  return `klue/${name}/${stage}/`
}

/**
 * Sets every key whose value is a secret, in place; other keys, also those set at run time, stay as they are.
 * A variable that the environment has wins over the secret of that name.
 * @throws UsageError where a secret does not fit its key; nothing is changed then
 */
export function refillSecrets(config: Config, compiled: CompiledConfig, secrets: Readonly<Record<string, string>>): void {
  const fresh = fromCompiledConfig(compiled, { secrets, unset: 'leave out' })
  for (const key of fresh.secretKeys) {
    if (Object.hasOwn(compiled.values, key)) config[objectKey(key)] = fresh[objectKey(key)]
    else copyEntryKey(key, fresh, config)
  }
  Object.defineProperty(config, 'values', { value: fresh.values, configurable: true })
}

// The name of an API, or of a channel, may hold dots itself.
function copyEntryKey(key: string, from: Config, to: Config): void {
  const map = secretMaps.find((name) => key.startsWith(`${name}.`)) as 'apis' | 'reports'
  const [path, property] = [key.slice(map.length + 1, key.lastIndexOf('.')), camelCase(key.slice(key.lastIndexOf('.') + 1))]
  const [source, target] = [from[map][path], to[map][path]]
  if (source !== undefined && target !== undefined) Object.assign(target, { [property]: source[property as keyof typeof source] })
}
