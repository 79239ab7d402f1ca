// Which secrets the configuration of a stage needs, by the names under which they are kept.
import { withoutDeploymentKeys } from './compile.ts'
import { keyTable, snakeCase } from './key-table.ts'
import type { LoadedConfig } from './load.ts'
import { type MergedConfig, namedSecrets } from './merged.ts'

/** A secret that a deployed stage needs. */
export interface RequiredSecret {
  /** The last part of its name in Secrets Manager: a variable of `env_secrets`, or a key such as `jwt_secret`. */
  name: string
  /** The dotted key that it is the value of, for example `apis.metrics-backend.password`. */
  key: string
  /** Whether the kit makes one where there is none; only the signing key that no variable stands for. */
  generated: boolean
}

/** The secrets that the values of a stage name, a row a key; then the secret keys that the files do not set and nothing works without. */
export function requiredSecrets(loaded: LoadedConfig): RequiredSecret[] {
  const merged = withoutDeploymentKeys(loaded.merged)
  return [...namedSecrets(merged).map(({ name, key }) => ({ name, key, generated: false })), ...generatedSecrets(merged.values)]
}

function generatedSecrets(values: MergedConfig['values']): RequiredSecret[] {
  return Object.entries(keyTable).flatMap(([property, { secret }]) => {
    const key = snakeCase(property)
    return secret === true && values[key] === undefined ? [{ name: key, key, generated: true }] : []
  })
}
