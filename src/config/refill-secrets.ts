// Puts secrets into a configuration object that is in use already; a door of its own, so that a start without secrets does not load it.
import type { Config } from './keys.ts'
import { type CompiledConfig, fromCompiledConfig, holderOf } from './open-compiled.ts'

/**
 * Sets every key whose value is a secret, in place; other keys, also those set at run time, stay as they are.
 * A variable that the environment has wins over the secret of that name.
 * @throws UsageError where a secret does not fit its key; nothing is changed then
 */
export function refillSecrets(config: Config, compiled: CompiledConfig, secrets: Readonly<Record<string, string>>): void {
  const fresh = fromCompiledConfig(compiled, { secrets, unset: 'leave out' })
  for (const { path, property } of compiled.secrets) {
    const [from, to] = [holderOf(fresh, path), holderOf(config, path)]
    if (from !== undefined && to !== undefined) to[property] = from[property]
  }
  Object.defineProperty(config, 'values', { value: fresh.values, configurable: true })
}
