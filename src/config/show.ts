// The configuration as text for a terminal, with secrets hidden.
import { nearest, UsageError } from '../errors/index.ts'
import { isMap } from './check-value.ts'
import { keySpec, keyTable, snakeCase } from './key-table.ts'
import type { Config } from './keys.ts'
import { fileName, objectKey } from './merged.ts'

export interface ShowOptions {
  /** Print secrets as they are instead of `****`. */
  reveal?: boolean
}

const hidden = '****'
const secretName = /secret|password|token_?key/i
// Whoever has the address of a webhook can write there.
const channelSecret = /^reports\..*\.(url|token|smtpUrl|smtp_url)$/

/** Every key with its value as text, known keys in the order of the reference, then own ones. */
export function showConfig(config: Config, options: ShowOptions = {}): { key: string; value: string }[] {
  const known = Object.keys(keyTable).map(snakeCase)
  const own = Object.keys(config).filter((key) => key !== 'stage' && !Object.hasOwn(keyTable, key))
  return [...known, ...own].map((key) => ({ key, value: configValue(config, key, options) }))
}

/**
 * One value as text: lists and maps as JSON, an unset key as the empty text.
 * The key is taken in any spelling: `live_host`, `live-host`, `liveHost`.
 * @throws UsageError for a key that is neither known nor set
 */
export function configValue(config: Config, key: string, options: ShowOptions = {}): string {
  const name = fileName(key)
  const property = objectKey(name)
  if (keySpec(name) === undefined && !(Object.hasOwn(config, property))) throw new UsageError(unknownKey(config, key))
  const value = options.reveal === true ? config[property] : hideSecrets(config, name, config[property])
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function hideSecrets(config: Config, path: string, value: unknown): unknown {
  if (value === undefined || value === null || value === '') return value
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hideSecrets(config, `${path}.${key}`, inner)]))
  // A list of names such as env_secrets is no secret itself.
  const named = path !== 'env_secrets' && secretName.test(path.replace(/^apis\.[^.]*/, ''))
  return named || channelSecret.test(path) || config.secretKeys.includes(path) ? hidden : value
}

function unknownKey(config: Config, key: string): { code: string; file: string; pointer: string; message: string; hint: string } {
  const suggestion = nearest(key, showableKeys(config))
  return { code: 'config-key-unknown', file: 'klue-config.yaml', pointer: key, message: `there is no key ${key}`, hint: suggestion === undefined ? 'klue config lists every key' : `did you mean ${suggestion}?` }
}

function showableKeys(config: Config): string[] {
  return [...Object.keys(keyTable).map(snakeCase), ...Object.keys(config)]
}
