// Where a stage answers.
import type { Config } from './keys.ts'

/** The address of this stage as `https://host`, or undefined where there is no `live_host`. */
export function liveUrl(config: Config): string | undefined {
  const host = config.liveHost?.replace(/\/$/, '')
  if (host === undefined) return undefined
  return /^https?:\/\//.test(host) ? host : `https://${host}`
}
