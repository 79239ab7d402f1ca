// Addresses of called APIs that the stack knows: those of the other services of the project.
import type { Config } from '../config/index.ts'

/**
 * Puts addresses into the configuration where it has none.
 * @param text `<api>=<url>`, several separated by commas, as the stack writes it
 */
export function addApiUrls(config: Config, text: string | undefined): void {
  for (const entry of text?.split(',') ?? []) {
    const end = entry.indexOf('=')
    const [api, url] = [entry.slice(0, end), entry.slice(end + 1)]
    config.apis[api] = { url, ...config.apis[api] }
  }
}
