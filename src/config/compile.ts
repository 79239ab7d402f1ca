// What a build writes for a function: the configuration without secrets, and how to read and check each of them.
import { valueFault } from './check-value.ts'
import { deploymentKeys } from './deployment-keys.ts'
import { camelCase, snakeCase } from './key-table.ts'
import type { KeySpec } from './keys.ts'
import { fromMergedConfig, keyFault, liveRules, type MergedConfig, type NamedSecret, namedSecrets, missingSecret, objectKey, spellings } from './merged.ts'
import { isOwnValue } from './new-keys.ts'
import type { CompiledConfig, CompiledSecret } from './open-compiled.ts'

// What runs by the clock is made by the stack; a function is told what to run.
const ofDeployment: readonly string[] = [...Object.keys(deploymentKeys), 'schedules']

/**
 * The JSON that a deployed function reads: it names secrets and does not hold them, and leaves out what only a deployment reads.
 * @throws UsageError with every fault of a value that is no secret
 */
export function compileConfig(whole: MergedConfig): CompiledConfig {
  const merged = withoutDeploymentKeys(whole)
  const config: Record<string, unknown> = { ...fromMergedConfig(merged, { env: {}, unset: 'leave out' }) }
  // The default depends on `live`, which may be a secret; the function fills it in.
  if (merged.values['default_user_id'] === undefined) delete config['defaultUserId']
  for (const key of ['stage', ...ofDeployment]) if (!isOwnValue(key, merged.values[key])) delete config[key]
  const secrets = namedSecrets(merged).map((secret) => compileSecret(merged, secret))
  const properties = new Set(secrets.map(({ property }) => property))
  return structuredClone({
    stage: merged.stage,
    config,
    values: merged.values,
    spellings: Object.fromEntries(Object.entries(spellings).filter(([, key]) => !ofDeployment.includes(key))),
    secrets,
    rules: liveRules(merged).filter(({ set, unset }) => [...set, ...unset].some((key) => properties.has(key))),
  })
}

/** The configuration of a stage without what only a deployment reads. */
export function withoutDeploymentKeys(merged: MergedConfig): MergedConfig {
  const left = new Set(ofDeployment.map(snakeCase))
  return { ...merged, values: Object.fromEntries(Object.entries(merged.values).filter(([key, value]) => !left.has(key) || isOwnValue(key, value))) }
}

function compileSecret(merged: MergedConfig, { name, key, path, spec }: NamedSecret): CompiledSecret {
  const fault = (code: string, message: string, hint?: string): CompiledSecret['missing'] => keyFault(merged, key, { code, message, ...(hint === undefined ? {} : { hint }) })
  const { wrong, outside, ...reading } = readingOf(spec)
  return {
    name,
    key,
    path,
    property: path.length === 1 ? objectKey(key) : camelCase(path.at(-1)!),
    ...reading,
    missing: missingSecret(merged, { name, key }),
    ...(wrong === undefined ? {} : { wrong: fault('config-value', `${key} ${wrong}`) }),
    ...(outside === undefined ? {} : { outside: fault('config-value', `${key} ${outside}`) }),
  }
}

type Reading = Pick<CompiledSecret, 'form' | 'pattern' | 'range'> & { wrong?: string | undefined; outside?: string | undefined }

// The texts are those of the check itself: it is asked what it says of something that cannot fit.
function readingOf(spec: KeySpec | undefined): Reading {
  if (spec === undefined) return { form: 'text' }
  const unseen = { ...spec, secret: true } as const
  const nothing = { source: '(?!)', flags: '' }
  if (unseen.type === 'text') return unseen.pattern === undefined ? { form: 'text' } : { form: 'text', pattern: plain(unseen.pattern), wrong: valueFault({ ...unseen, pattern: /(?!)/ }, 'x') }
  if (unseen.type === 'list of texts') return unseen.pattern === undefined ? { form: 'list' } : { form: 'list', pattern: plain(unseen.pattern), wrong: valueFault({ ...unseen, pattern: /(?!)/ }, ['x']) }
  const wrong = valueFault(unseen, undefined)
  if (unseen.type === 'true or false') return { form: 'true or false', pattern: plain(/^(true|false)$/), wrong }
  if (unseen.type === 'choice') return { form: 'text', pattern: { source: `^(${unseen.choices.map((choice) => choice.replaceAll(/[^\w-]/g, String.raw`\$&`)).join('|')})$`, flags: '' }, wrong }
  if (unseen.type === 'whole number' || unseen.type === 'number') {
    return { form: 'number', pattern: plain(unseen.type === 'number' ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/), range: [unseen.min, unseen.max], wrong, outside: valueFault(unseen, unseen.max + 1) }
  }
  return { form: 'text', pattern: nothing, wrong }
}

function plain({ source, flags }: RegExp): { source: string; flags: string } {
  return { source, flags }
}
