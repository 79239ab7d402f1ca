// The secrets of a deployed function: its signing key when a token comes, those of its configuration before an operation runs.
import { environment, envList } from '../config/index.ts'
import type { Platform } from '../runtime/edge.ts'
import type { SecretReader, SecretReaderOptions } from './secret-reader.ts'

/** The secrets that the deployment names for this function; undefined where values come from the environment alone. */
export function listedSecrets(): string[] | undefined {
  return envList('KLUE_SECRETS')
}

/**
 * Starts reading the secrets of the function's configuration; nothing waits for them yet. The signing key is read when it is asked for.
 * Each rejects with SECRET_UNAVAILABLE, whose cause says for the log which secret is meant and what to do.
 */
export function functionSecrets(options: SecretReaderOptions): Pick<Platform, 'secret' | 'ready'> {
  let given: ReturnType<typeof environment> | undefined
  const fromEnvironment = (name: string): string | undefined => (given ??= environment())[name] || given[name.toUpperCase()] || undefined
  const listed = listedSecrets()?.filter((name) => fromEnvironment(name) === undefined)
  if (listed === undefined) return { secret: (name) => Promise.resolve(fromEnvironment(name)) }
  const named = listed.filter((listedName) => options.compiled.secrets.some(({ name }) => name === listedName))
  let opened: Promise<SecretReader> | undefined
  // What reads secrets is loaded with the first one: a function without any does not pay for it.
  const open = (): Promise<SecretReader> => (opened ??= import('./secret-reader.ts').then(({ openSecrets }) => openSecrets(options, named)))
  // Whoever asks for a secret hears why it failed.
  if (named.length > 0) open().catch(() => undefined)
  return {
    secret: async (name) => fromEnvironment(name) ?? (await open()).read(name),
    ...(named.length === 0 ? {} : { ready: async () => (await open()).refill() }),
  }
}
