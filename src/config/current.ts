// The one configuration object of a process, which may be added to at run time.
import { UsageError } from '../errors/index.ts'
import type { Config } from './keys.ts'

// On globalThis: the dev server and a bundled entry file each hold a copy of this file, and both mean the same service.
const slot = Symbol.for('klue.config')
const holder = globalThis as { [slot]?: Config }

/**
 * The configuration of the running service.
 * @throws UsageError before a service, a command or a test has loaded one
 * @example
 * getConfig().reportCallExceedingMs = 5000
 * getConfig().my_api_key = await readKey()
 */
export function getConfig(): Config {
  const config = holder[slot]
  if (config === undefined) throw new UsageError({ code: 'config-not-loaded', file: '', message: 'getConfig() was called before the configuration was loaded', hint: 'call it inside a handler, or after the start, not while files are imported' })
  return config
}

/** Makes a configuration that of this process; undefined forgets it. Returns the one before. */
export function setConfig(config: Config | undefined): Config | undefined {
  const before = holder[slot]
  if (config === undefined) delete holder[slot]
  else holder[slot] = config
  return before
}
