// What a stage needs and what is there, side by side; and whether a name or a value fits.
import { randomBytes } from 'node:crypto'
import { fromMergedConfig, type LoadedConfig, requiredSecrets } from '../config/build.ts'
import { environment } from '../config/index.ts'
import { nearest, UsageError } from '../errors/index.ts'
import type { SecretState } from './secret-types.ts'

/** A line of `klue secret list`. */
export interface SecretRow {
  name: string
  /** The dotted keys whose value it is; empty where the configuration does not need it. */
  keys: string[]
  state: 'set' | 'missing' | 'removed'
  /** Whether the deployment, or the local server, makes it where it is missing. */
  generated: boolean
  /** When its value was last set, ISO 8601; null where that is unknown. */
  changed: string | null
  /** The state for people. */
  sentence: string
}

/** Every secret that the stage needs, then those that are there without need. */
export function secretRows(loaded: LoadedConfig, states: readonly SecretState[]): SecretRow[] {
  const needed = requiredSecrets(loaded)
  const names = [...new Set(needed.map(({ name }) => name))]
  const others = states.filter(({ name, deletedAt }) => !names.includes(name) && deletedAt === undefined).map(({ name }) => name)
  return [...names, ...others].map((name) => {
    const rows = needed.filter((row) => row.name === name)
    const about = { keys: rows.map(({ key }) => key), generated: rows.some(({ generated }) => generated) }
    const found = states.find((state) => state.name === name)
    const state = found === undefined ? 'missing' : found.deletedAt === undefined ? 'set' : 'removed'
    return { name, ...about, state, changed: found?.changed ?? null, sentence: sentenceOf({ ...about, name, state, found, stage: loaded.stage }) }
  })
}

interface Told {
  name: string
  keys: string[]
  generated: boolean
  state: SecretRow['state']
  found: SecretState | undefined
  stage: string
}

function sentenceOf({ name, keys, generated, state, found, stage }: Told): string {
  if (state === 'removed') return `removed; klue secret set ${name} --stage ${stage} brings it back`
  // A command on this machine reads variables of that name first.
  if (state === 'missing' && stage === 'local' && environment()[name]) return 'set by the environment'
  if (state === 'missing') return generated ? `missing; made by the ${stage === 'local' ? 'local server' : 'deployment'}` : `missing; klue secret set ${name} --stage ${stage}`
  const since = found?.changed === undefined ? 'set' : `set ${found.changed.slice(0, 16).replace('T', ' ')} UTC`
  return keys.length === 0 ? `${since}, not needed` : since
}

/**
 * Checks that the stage needs a secret of this name, and that the value fits its key.
 * @throws UsageError that does not show the value
 */
export function checkSecret(loaded: LoadedConfig, name: string, value?: string): void {
  const names = [...new Set(requiredSecrets(loaded).map((row) => row.name))]
  if (!names.includes(name)) {
    const similar = nearest(name, names)
    const list = names.length === 0 ? `list it under env_secrets and write it as the value of a key` : `the stage needs ${names.join(', ')}`
    throw new UsageError({ code: 'secret-unneeded', file: 'klue-config.yaml', pointer: 'env_secrets', message: `no key of the stage ${loaded.stage} has the secret ${name} as its value`, hint: similar === undefined ? list : `did you mean ${similar}?` })
  }
  if (value !== undefined) fromMergedConfig(loaded.merged, { env: {}, secrets: { [name]: value }, unset: 'leave out' })
}

/**
 * Checks that there is a secret of this name.
 * @throws UsageError with the name that may be meant
 */
export function checkKnown(name: string, there: readonly string[], stage: string): void {
  if (there.includes(name)) return
  const similar = nearest(name, there)
  throw new UsageError({ code: 'secret-unknown', file: '', pointer: name, message: `the stage ${stage} has no secret ${name}`, hint: similar === undefined ? 'klue secret list shows those of the stage' : `did you mean ${similar}?` })
}

/** A new random value: 32 bytes in base64url. */
export function newSecretValue(): string {
  return randomBytes(32).toString('base64url')
}
