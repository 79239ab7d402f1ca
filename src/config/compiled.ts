// The configuration as a deployed function reads it: names of secrets in, the one configuration object out.
import { type Fault, UsageError } from '../errors/index.ts'
import { faultsInAlert } from './alert-keys.ts'
import { isMap, listed, toEntrySettings, valueFault, valueFromText } from './check-value.ts'
import { environment } from './environment.ts'
import { camelCase, entryOf, keySpec, keyTable, mapEntries, secretMaps, snakeCase } from './key-table.ts'
import type { Config, KeySpec } from './keys.ts'
import { missingInChannel } from './report-keys.ts'

/** Plain JSON: the merged files of a stage, without the values of `env_secrets`. */
export interface CompiledConfig {
  stage: string
  /** Keys as in the file, known and own; other names of known keys are resolved. */
  values: Record<string, unknown>
  /** Where each key is set: dotted key → file and line, so that a fault at start can say so. */
  places: Record<string, { file: string; line: number }>
}

/** Where the values of `env_secrets` come from. */
export interface SecretSources {
  /** The environment; that of the process by default. */
  env?: Readonly<Record<string, string | undefined>>
  /** Stands in for unset variables, and by key (`jwt_secret`) for secret keys that the file does not set. */
  secrets?: Readonly<Record<string, string>>
  /** What a variable that is set nowhere does: a fault (the default), or its key has no value, as for a build that never sees secrets. */
  unset?: 'refuse' | 'leave out'
}

interface Reading {
  compiled: CompiledConfig
  sources: Required<SecretSources>
  secretNames: Set<unknown>
  secretKeys: string[]
  faults: Fault[]
}

/**
 * Makes the configuration object: puts secrets in, checks every value, fills defaults in.
 * @throws UsageError with every fault: an unset variable, a wrong value, a missing key
 */
export function fromCompiledConfig(compiled: CompiledConfig, sources: SecretSources = {}): Config {
  const listed = compiled.values['env_secrets']
  const reading: Reading = {
    compiled,
    sources: { env: sources.env ?? environment(), secrets: sources.secrets ?? {}, unset: sources.unset ?? 'refuse' },
    secretNames: new Set(Array.isArray(listed) ? listed : []),
    secretKeys: [],
    faults: [],
  }
  const values = substitute(reading)
  const config = toConfig(reading, values)
  if (reading.faults.length === 0) checkTogether(reading, config)
  if (reading.faults.length > 0) throw new UsageError(reading.faults)
  return config
}

/** A fault about a dotted key, at the place where the key is set. */
export function keyFault(compiled: Pick<CompiledConfig, 'places'>, key: string, fault: { code: string; message: string; hint?: string }): Fault {
  const parts = key.split('.')
  while (parts.length > 1 && compiled.places[parts.join('.')] === undefined) parts.pop()
  const place = compiled.places[parts.join('.')] ?? { file: 'klue-config.yaml' }
  return { ...place, pointer: key, ...fault }
}

function substitute(reading: Reading): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(reading.compiled.values)) {
    if (secretMaps.includes(key) && isMap(value)) values[key] = Object.fromEntries(Object.entries(value).map(([entry, settings]) => [entry, substituteEntry(reading, { map: key, entry }, settings)]))
    else values[key] = key === 'env_secrets' ? value : secretOr(reading, { key, spec: keySpec(key) }, value)
  }
  return values
}

function substituteEntry(reading: Reading, { map, entry }: { map: string; entry: string }, settings: unknown): unknown {
  if (!isMap(settings)) return settings
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, secretOr(reading, { key: `${map}.${entry}.${key}`, spec: entryOf(mapEntries[map]!, key) }, value)]))
}

function secretOr(reading: Reading, target: { key: string; spec: KeySpec | undefined }, value: unknown): unknown {
  if (typeof value !== 'string' || !reading.secretNames.has(value)) return value
  reading.secretKeys.push(target.key)
  const text = reading.sources.env[value] || reading.sources.secrets[value]
  if (text !== undefined && text !== '') return target.spec === undefined ? text : valueFromText(target.spec, text)
  if (reading.sources.unset === 'leave out') return undefined
  reading.faults.push(keyFault(reading.compiled, target.key, {
    code: 'secret-missing',
    message: `the value of ${target.key} comes from the environment variable ${value}, which is not set`,
    hint: `set ${value}, or give ${target.key} a value of its own for the stage ${reading.compiled.stage}`,
  }))
  return undefined
}

function toConfig(reading: Reading, values: Record<string, unknown>): Config {
  const { stage } = reading.compiled
  const config: Record<string, unknown> = {}
  for (const [key, spec] of Object.entries(keyTable)) {
    const name = snakeCase(key)
    const value = values[name] ?? (spec.secret ? reading.sources.secrets[name] : undefined) ?? defaultOf(spec, stage)
    if (value === undefined) continue
    checkKey(reading, { name, spec }, value)
    const entryKeys = entryOf(mapEntries, name)
    config[key] = entryKeys !== undefined && isMap(value) ? Object.fromEntries(Object.entries(value).map(([entry, settings]) => [entry, toEntrySettings(entryKeys, settings)])) : value
  }
  if (config['defaultUserId'] === undefined && config['live'] !== true) config['defaultUserId'] = 'KLUE_DEFAULT_USER_ID'
  for (const [key, value] of Object.entries(values)) if (keySpec(key) === undefined) config[key] = value
  return withFixedParts(config, { stage, values, secretKeys: reading.secretKeys }) as Config
}

function withFixedParts(config: Record<string, unknown>, parts: { stage: string; values: Record<string, unknown>; secretKeys: string[] }): Record<string, unknown> {
  for (const [key, value] of Object.entries(parts)) Object.defineProperty(config, key, { value: typeof value === 'object' ? Object.freeze(value) : value, enumerable: key === 'stage', configurable: key === 'values' })
  // Both spellings of a known key mean one value: otherwise setting the other one at run time would do nothing, silently.
  for (const key of Object.keys(keyTable)) {
    const name = snakeCase(key)
    if (name === key) continue
    Object.defineProperty(config, name, {
      get: () => config[key],
      set(value: unknown) {
        config[key] = value
      },
    })
  }
  return config
}

function checkKey(reading: Reading, row: { name: string; spec: KeySpec }, value: unknown): void {
  const report = (key: string, wrong: string | undefined): void => {
    if (wrong !== undefined) reading.faults.push(keyFault(reading.compiled, key, { code: 'config-value', message: `${key} ${wrong}` }))
  }
  const unseen = (key: string, spec: KeySpec): KeySpec => (reading.secretKeys.includes(key) ? { ...spec, secret: true } : spec)
  report(row.name, valueFault(unseen(row.name, row.spec), value))
  const entryKeys = entryOf(mapEntries, row.name)
  if (entryKeys === undefined || !isMap(value)) return
  for (const [entry, settings] of Object.entries(value)) {
    if (!isMap(settings)) report(`${row.name}.${entry}`, `must be a map with ${listed(Object.keys(entryKeys))}`)
    else for (const [key, setting] of Object.entries(settings)) {
      const [spec, path] = [entryOf(entryKeys, key), `${row.name}.${entry}.${key}`]
      if (spec !== undefined && setting !== undefined) report(path, valueFault(unseen(path, spec), setting))
    }
  }
}

function defaultOf(spec: KeySpec, stage: string): unknown {
  if (spec.default === 'by stage') return stage === 'live'
  return Array.isArray(spec.default) ? [...(spec.default as string[])] : typeof spec.default === 'object' ? {} : spec.default
}

const bounds = [['aws_hosts_min', 'aws_hosts_max'], ['table_read_min', 'table_read_max'], ['table_write_min', 'table_write_max']] as const

function checkTogether(reading: Reading, config: Config): void {
  const { stage } = reading.compiled
  const report = (key: string, message: string, hint: string): void => void reading.faults.push(keyFault(reading.compiled, key, { code: 'config-value', message, hint }))
  if (config.name === undefined) report('name', 'there is no name', 'add a line such as name: builds')
  if (config.live && config.liveHost === undefined) report('live_host', `the stage ${stage} is live, but there is no live_host`, 'add live_host with the public host of the service')
  if (config.live && config.crashApi) report('crash_api', `the stage ${stage} is live, and a live stage does not serve the crash API`, `set crash_api: false for the stage ${stage}`)
  // As the files have them: a build knows no secrets, only their names.
  const channels = reading.compiled.values['reports']
  for (const [name, settings] of isMap(channels) ? Object.entries(channels) : []) {
    for (const { key, message, hint } of isMap(settings) ? missingInChannel(settings) : []) report(`reports.${name}.${key}`, message, hint)
  }
  const alerts = reading.compiled.values['alerts']
  for (const [name, settings] of isMap(alerts) ? Object.entries(alerts) : []) {
    for (const { key, message, hint } of isMap(settings) ? faultsInAlert(settings) : []) report(`alerts.${name}.${key}`, message, hint)
  }
  for (const [min, max] of bounds) {
    const [low = 0, high = 0] = [config[camelCase(min)] as number | undefined, config[camelCase(max)] as number | undefined]
    if (high > 0 && low > high) report(min, `${min} (${low}) is above ${max} (${high})`, 'lower the one or raise the other')
  }
}

/** The name in the file of any spelling of a key: `live-host`, `liveHost` and `live_host` are one. */
export function fileName(key: string): string {
  return keySpec(snakeCase(key)) === undefined ? key : snakeCase(key)
}

/** The key of the configuration object for a name in the file. */
export function objectKey(name: string): string {
  return keySpec(name) === undefined ? name : camelCase(name)
}
