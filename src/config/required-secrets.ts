// Which secrets the configuration of a stage needs, by the names under which they are kept.
import type { CompiledConfig } from './compiled.ts'
import { isMap } from './check-value.ts'
import { keyTable, secretMaps, snakeCase } from './key-table.ts'
import { compileConfig, type LoadedConfig } from './load.ts'

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
  const { values } = compileConfig(loaded)
  return [...namedSecrets(values), ...generatedSecrets(values)]
}

function namedSecrets(values: CompiledConfig['values']): RequiredSecret[] {
  const listed = new Set<unknown>(Array.isArray(values['env_secrets']) ? values['env_secrets'] : [])
  return flattened(values).flatMap(([key, value]) => (typeof value === 'string' && listed.has(value) ? [{ name: value, key, generated: false }] : []))
}

// The same keys as those that are substituted: the top level, and what stands under an API or a channel.
function flattened(values: CompiledConfig['values']): [string, unknown][] {
  return Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    if (!secretMaps.includes(key) || !isMap(value)) return [[key, value]]
    return Object.entries(value).flatMap(([entry, settings]) => (isMap(settings) ? Object.entries(settings).map(([inner, setting]): [string, unknown] => [`${key}.${entry}.${inner}`, setting]) : []))
  })
}

function generatedSecrets(values: CompiledConfig['values']): RequiredSecret[] {
  return Object.entries(keyTable).flatMap(([property, { secret }]) => {
    const key = snakeCase(property)
    return secret === true && values[key] === undefined ? [{ name: key, key, generated: true }] : []
  })
}
