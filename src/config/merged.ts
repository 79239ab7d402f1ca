// The merged files of a stage: names of secrets in, every value checked, the one configuration object out.
import { type Fault, UsageError } from '../errors/index.ts'
import { faultsInAlert } from './alert-keys.ts'
import { faultsInSchedule } from './schedule-keys.ts'
import { isMap, listed, toEntrySettings, valueFault, valueFromText } from './check-value.ts'
import { environment } from './environment.ts'
import { camelCase, entryOf, keySpec, keyTable, mapEntries, secretMaps, snakeCase } from './key-table.ts'
import type { Config, KeySpec } from './keys.ts'
import { isOwnValue } from './new-keys.ts'
import { brokenRules, type CompiledRule, holderOf, type SecretSources, withFixedParts } from './open-compiled.ts'
import { missingInChannel } from './report-keys.ts'

/** The merged files of a stage, without the values of `env_secrets`. */
export interface MergedConfig {
  stage: string
  /** Keys as in the file, known and own; other names of known keys are resolved. */
  values: Record<string, unknown>
  /** Where each key is set: dotted key → file and line. */
  places: Record<string, { file: string; line: number }>
}

/** A key whose value is the name of a variable. */
export interface NamedSecret {
  /** The variable. */
  name: string
  /** The dotted key. */
  key: string
  /** The way to the key in the values; names may hold dots. */
  path: string[]
  /** Undefined for an own key. */
  spec: KeySpec | undefined
}

/** The spelling in the file of each known key that differs from that in the object. */
export const spellings: Readonly<Record<string, string>> = Object.fromEntries(Object.keys(keyTable).map((key) => [snakeCase(key), key]).filter(([name, key]) => name !== key))

interface Reading {
  merged: MergedConfig
  sources: Required<SecretSources>
  secretKeys: string[]
  faults: Fault[]
}

/**
 * Makes the configuration object: puts secrets in, checks every value, fills defaults in.
 * @throws UsageError with every fault: an unset variable, a wrong value, a missing key
 */
export function fromMergedConfig(merged: MergedConfig, sources: SecretSources = {}): Config {
  const reading: Reading = {
    merged,
    sources: { env: sources.env ?? environment(), secrets: sources.secrets ?? {}, unset: sources.unset ?? 'refuse' },
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
export function keyFault(merged: Pick<MergedConfig, 'places'>, key: string, fault: { code: string; message: string; hint?: string }): Fault {
  const parts = key.split('.')
  while (parts.length > 1 && merged.places[parts.join('.')] === undefined) parts.pop()
  const place = merged.places[parts.join('.')] ?? { file: 'klue-config.yaml' }
  return { ...place, pointer: key, ...fault }
}

/** Every key whose value is the name of a variable: at the top, and under an entry of `apis` and `reports`. */
export function namedSecrets({ values }: MergedConfig): NamedSecret[] {
  const names = new Set(Array.isArray(values['env_secrets']) ? (values['env_secrets'] as unknown[]) : [])
  const named = (value: unknown, path: string[], spec: KeySpec | undefined): NamedSecret[] => (typeof value === 'string' && names.has(value) ? [{ name: value, key: path.join('.'), path, spec }] : [])
  return Object.entries(values).flatMap(([key, value]) => {
    if (!secretMaps.includes(key) || !isMap(value)) return named(value, [key], keySpec(key))
    return Object.entries(value).flatMap(([entry, settings]) => (isMap(settings) ? Object.entries(settings).flatMap(([inner, setting]) => named(setting, [key, entry, inner], entryOf(mapEntries[key]!, inner))) : []))
  })
}

/** What is told where a variable is not set. */
export function missingSecret(merged: MergedConfig, { name, key }: Pick<NamedSecret, 'name' | 'key'>): Fault {
  return keyFault(merged, key, {
    code: 'secret-missing',
    message: `the value of ${key} comes from the environment variable ${name}, which is not set`,
    hint: `set ${name}, or give ${key} a value of its own for the stage ${merged.stage}`,
  })
}

function substitute(reading: Reading): Record<string, unknown> {
  const values = structuredClone(reading.merged.values)
  for (const secret of namedSecrets(reading.merged)) {
    reading.secretKeys.push(secret.key)
    const holder = holderOf(values, secret.path)
    if (holder !== undefined) holder[secret.path.at(-1)!] = valueOf(reading, secret)
  }
  return values
}

function valueOf({ merged, sources, faults }: Reading, secret: NamedSecret): unknown {
  const text = sources.env[secret.name] || sources.secrets[secret.name]
  if (text !== undefined && text !== '') return secret.spec === undefined ? text : valueFromText(secret.spec, text)
  if (sources.unset === 'refuse') faults.push(missingSecret(merged, secret))
  return undefined
}

function toConfig(reading: Reading, values: Record<string, unknown>): Config {
  const { stage } = reading.merged
  const config: Record<string, unknown> = {}
  for (const [key, spec] of Object.entries(keyTable)) {
    const name = snakeCase(key)
    const value = (isOwn(reading, name, values[name]) ? undefined : values[name]) ?? (spec.secret ? reading.sources.secrets[name] : undefined) ?? (spec.default === 'as live' ? config['live'] : defaultOf(spec, stage))
    if (value === undefined) continue
    checkKey(reading, { name, spec }, value)
    const entryKeys = entryOf(mapEntries, name)
    config[key] = entryKeys !== undefined && isMap(value) ? Object.fromEntries(Object.entries(value).map(([entry, settings]) => [entry, toEntrySettings(entryKeys, settings)])) : value
  }
  for (const [key, value] of Object.entries(values)) if ((keySpec(key) === undefined || isOwn(reading, key, value)) && value !== undefined) config[key] = value
  return withFixedParts(config, { spellings, parts: { stage, values, secretKeys: reading.secretKeys } })
}

// What a variable holds is meant for the key that names it.
function isOwn({ secretKeys }: Reading, key: string, value: unknown): boolean {
  return !secretKeys.includes(key) && isOwnValue(key, value)
}

function checkKey(reading: Reading, row: { name: string; spec: KeySpec }, value: unknown): void {
  const report = (key: string, wrong: string | undefined): void => {
    if (wrong !== undefined) reading.faults.push(keyFault(reading.merged, key, { code: 'config-value', message: `${key} ${wrong}` }))
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

/** What a live stage needs, and what it does not serve. */
export function liveRules(merged: MergedConfig): CompiledRule[] {
  const { stage } = merged
  const rule = (key: string, message: string, hint: string): Fault => keyFault(merged, key, { code: 'config-value', message, hint })
  return [
    { set: ['live'], unset: ['liveHost'], fault: rule('live_host', `the stage ${stage} is live, but there is no live_host`, 'add live_host with the public host of the service') },
    { set: ['live', 'crashApi'], unset: [], fault: rule('crash_api', `the stage ${stage} is live, and a live stage does not serve the crash API`, `set crash_api: false for the stage ${stage}`) },
  ]
}

const bounds = [['aws_hosts_min', 'aws_hosts_max'], ['table_read_min', 'table_read_max'], ['table_write_min', 'table_write_max']] as const

function checkTogether(reading: Reading, config: Config): void {
  const report = (key: string, message: string, hint: string): void => void reading.faults.push(keyFault(reading.merged, key, { code: 'config-value', message, hint }))
  if (config.name === undefined) report('name', 'there is no name', 'add a line such as name: builds')
  reading.faults.push(...brokenRules(liveRules(reading.merged), config))
  // As the files have them: a build knows no secrets, only their names.
  const channels = reading.merged.values['reports']
  for (const [name, settings] of isMap(channels) ? Object.entries(channels) : []) {
    for (const { key, message, hint } of isMap(settings) ? missingInChannel(settings) : []) report(`reports.${name}.${key}`, message, hint)
  }
  const alerts = reading.merged.values['alerts']
  for (const [name, settings] of isMap(alerts) ? Object.entries(alerts) : []) {
    for (const { key, message, hint } of isMap(settings) ? faultsInAlert(settings) : []) report(`alerts.${name}.${key}`, message, hint)
  }
  const schedules = reading.merged.values['schedules']
  for (const [name, settings] of isMap(schedules) && !isOwnValue('schedules', schedules) ? Object.entries(schedules) : []) {
    for (const { key, message, hint } of isMap(settings) ? faultsInSchedule(name, settings) : []) report(key === '' ? `schedules.${name}` : `schedules.${name}.${key}`, message, hint)
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
