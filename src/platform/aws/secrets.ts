// Secrets of a deployed function: read from Secrets Manager, kept in memory for minutes, renewed beside the requests.
import { type AwsCall, AwsFailure } from './json-client.ts'

export interface AwsSecrets {
  /**
   * The value of a secret, or undefined where there is none.
   * Younger than four minutes it comes from memory; older than five it is read again first.
   * Rejects with an AwsFailure where it cannot be read and no value of the last half hour is known.
   */
  get(name: string): Promise<string | undefined>
}

export interface AwsSecretsOptions {
  /** What stands before the names, for example `klue/builds/live/`. */
  prefix: string
  /** Those that are read at once, in the background. */
  names: readonly string[]
  /** A client of Secrets Manager. */
  call: AwsCall
  /** Told once when a secret that is known cannot be renewed, with the name of the exception. */
  warn(name: string, code: string): void
  /** Epoch milliseconds. */
  now?(): number
}

interface Entry {
  value: string | undefined
  /** When it was read; undefined before the first time. */
  readAt: number | undefined
  failedAt: number | undefined
  reading: Promise<string | undefined> | undefined
}

const minute = 60_000
const freshMs = 4 * minute
const staleMs = 5 * minute
const keptMs = 30 * minute
// How long a failed reading, or a missing secret, is not asked for again.
const restMs = 10_000

/** Opens the secrets of a stage and starts reading those that are named. */
export function awsSecrets(options: AwsSecretsOptions): AwsSecrets {
  const entries = new Map<string, Entry>()
  const now = options.now ?? Date.now
  const entryOf = (name: string): Entry => {
    const known = entries.get(name)
    if (known !== undefined) return known
    const entry: Entry = { value: undefined, readAt: undefined, failedAt: undefined, reading: undefined }
    entries.set(name, entry)
    return entry
  }
  const renew = (name: string, entry: Entry): Promise<string | undefined> => (entry.reading ??= read({ ...options, now }, name, entry).finally(() => (entry.reading = undefined)))
  const inBackground = (name: string): void => void renew(name, entryOf(name)).catch(() => undefined)
  for (const name of options.names) inBackground(name)
  return {
    async get(name) {
      const entry = entryOf(name)
      const { value, readAt, failedAt } = entry
      if (readAt === undefined) return renew(name, entry)
      const age = now() - readAt
      if (value === undefined) return age < restMs ? undefined : renew(name, entry)
      if (age < freshMs) return value
      const isResting = failedAt !== undefined && now() - failedAt < restMs
      if (age < staleMs && !isResting) inBackground(name)
      if (age < staleMs || (isResting && age < keptMs)) return value
      return renew(name, entry).catch((error: unknown) => {
        if (age < keptMs) return value
        throw error
      })
    },
  }
}

async function read({ prefix, call, warn, now }: AwsSecretsOptions & { now(): number }, name: string, entry: Entry): Promise<string | undefined> {
  try {
    entry.value = await valueOf(call, `${prefix}${name}`)
    entry.readAt = now()
    entry.failedAt = undefined
    return entry.value
  } catch (error) {
    if (entry.readAt !== undefined && entry.failedAt === undefined) warn(name, error instanceof AwsFailure ? error.code : 'Unreachable')
    entry.failedAt = now()
    throw error
  }
}

async function valueOf(call: AwsCall, id: string): Promise<string | undefined> {
  try {
    const { SecretString: value } = await call('secretsmanager.GetSecretValue', { SecretId: id })
    return typeof value === 'string' && value !== '' ? value : undefined
  } catch (error) {
    // No such secret, or one that is waiting for its deletion: the answer is certain, and there is no value.
    if (error instanceof AwsFailure && (error.code === 'ResourceNotFoundException' || error.code === 'InvalidRequestException')) return undefined
    throw error
  }
}
