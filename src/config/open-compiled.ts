// The configuration as a deployed function opens it: checked when it was built, so that only secrets are left to put in.
import { type Fault, UsageError } from '../errors/index.ts'
import { environment } from './environment.ts'
import type { Config } from './keys.ts'

/** Plain JSON: what a function needs to make its configuration object, without the values of `env_secrets`. */
export interface CompiledConfig {
  stage: string
  /** Known keys in camelCase with their defaults, and own keys; without those that only a deployment reads. */
  config: Record<string, unknown>
  /** Keys as in the files, known and own; other names of known keys are resolved. */
  values: Record<string, unknown>
  /** The spelling in the file of each known key that differs from that in the object: `live_host` → `liveHost`. */
  spellings: Record<string, string>
  secrets: CompiledSecret[]
  /** What must hold between keys, where a secret is one of them. */
  rules: CompiledRule[]
}

/** A key whose value is that of a variable: all that is needed to read and check the variable's text. */
export interface CompiledSecret {
  /** The variable. */
  name: string
  /** The dotted key, for example `apis.metrics-backend.password`. */
  key: string
  /** The way to the key in `values`; names may hold dots. */
  path: string[]
  /** Its last part in the configuration object. */
  property: string
  /** What the text stands for. */
  form: 'text' | 'number' | 'true or false' | 'list'
  /** What the text must match, or each entry of a list. */
  pattern?: { source: string; flags: string }
  /** Bounds of a number, inclusive. */
  range?: [min: number, max: number]
  /** The faults as they are told: the variable is not set, its text has another form, its number is out of bounds. */
  missing: Fault
  wrong?: Fault
  outside?: Fault
}

/** A fault where all keys of `set` are set and true, and none of `unset` has a value; keys of the configuration object. */
export interface CompiledRule {
  set: string[]
  unset: string[]
  fault: Fault
}

/** Where the values of `env_secrets` come from. */
export interface SecretSources {
  /** The environment; that of the process by default. */
  env?: Readonly<Record<string, string | undefined>>
  /** Stands in for unset variables; where files are read, also by key (`jwt_secret`) for secret keys that they do not set. */
  secrets?: Readonly<Record<string, string>>
  /** What a variable that is set nowhere does: a fault (the default), or its key has no value, as for a build that never sees secrets. */
  unset?: 'refuse' | 'leave out'
}

/**
 * Makes the configuration object of a function: puts secrets in and checks them.
 * @throws UsageError with every fault: an unset variable, a text that does not fit its key
 */
export function fromCompiledConfig(compiled: CompiledConfig, sources: SecretSources = {}): Config {
  const { stage, spellings, secrets, rules } = compiled
  // A copy of plain JSON, which Node makes by JSON in a third of the time that its clones take.
  const { config, values } = JSON.parse(JSON.stringify({ config: compiled.config, values: compiled.values })) as Pick<CompiledConfig, 'config' | 'values'>
  const [missing, wrong]: [Fault[], Fault[]] = [[], []]
  const env = sources.env ?? environment()
  for (const secret of secrets) {
    const { name, path, property } = secret
    const text = env[name] || sources.secrets?.[name] || undefined
    const read = text === undefined ? { fault: undefined } : readText(secret, text)
    if (text === undefined && sources.unset !== 'leave out') missing.push(secret.missing)
    if (read.fault !== undefined) wrong.push(read.fault)
    put(values, path, read.value)
    // A known key without a value keeps its default; where it has none, there is no key.
    const value = read.value ?? holderOf(config, path)?.[property]
    if (value !== undefined || path.length > 1) put(config, [...path.slice(0, -1), property], value)
  }
  const faults = missing.length + wrong.length > 0 ? [...missing, ...wrong] : brokenRules(rules, config)
  if (faults.length > 0) throw new UsageError(faults)
  return withFixedParts(config, { spellings, parts: { stage, values, secretKeys: secrets.map(({ key }) => key) } })
}

/** Completes a configuration object: the default user, the stage, the values of the files, and both spellings of known keys. */
export function withFixedParts(config: Record<string, unknown>, { spellings, parts }: { spellings: Readonly<Record<string, string>>; parts: Pick<Config, 'stage' | 'values' | 'secretKeys'> }): Config {
  if (config['defaultUserId'] === undefined && config['live'] !== true) config['defaultUserId'] = 'KLUE_DEFAULT_USER_ID'
  for (const [key, value] of Object.entries(parts)) Object.defineProperty(config, key, { value: Object.freeze(value), enumerable: key === 'stage', configurable: key === 'values' })
  // Both spellings of a known key mean one value: otherwise setting the other one at run time would do nothing, silently.
  // They lie behind the object: with accessors of its own V8 would look up every key of it by hash.
  return Object.setPrototypeOf(config, Object.create(Object.prototype, Object.fromEntries(Object.entries(spellings).map(([name, key]) => [name, otherSpelling(key)]))) as object) as Config
}

/** All that a configuration says, under both spellings, as plain fields: for where accessors do not reach, such as another thread. */
export function plainConfig(config: Config): Record<string, unknown> {
  const behind = Object.getPrototypeOf(config) as object
  const names = [...Object.getOwnPropertyNames(config), ...(behind === Object.prototype ? [] : Object.getOwnPropertyNames(behind))]
  return Object.fromEntries(names.map((name) => [name, config[name]]))
}

function otherSpelling(key: string): PropertyDescriptor & ThisType<Record<string, unknown>> {
  return {
    get() {
      return this[key]
    },
    set(value: unknown) {
      this[key] = value
    },
  }
}

/** The faults of the rules that do not hold. */
export function brokenRules(rules: readonly CompiledRule[], config: Readonly<Record<string, unknown>>): Fault[] {
  return rules.filter(({ set, unset }) => set.every((key) => config[key]) && unset.every((key) => config[key] === undefined)).map(({ fault }) => fault)
}

/** What holds the last part of a way. */
export function holderOf(object: Record<string, unknown>, path: readonly string[]): Record<string, unknown> | undefined {
  return path.slice(0, -1).reduce<Record<string, unknown> | undefined>((inner, part) => inner?.[part] as Record<string, unknown> | undefined, object)
}

function put(object: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const holder = holderOf(object, path)
  if (holder !== undefined) holder[path.at(-1)!] = value
}

function readText({ form, pattern, range, wrong, outside }: CompiledSecret, text: string): { value?: unknown; fault: Fault | undefined } {
  const fits = (part: string): boolean => pattern === undefined || new RegExp(pattern.source, pattern.flags).test(part)
  const trimmed = text.trim()
  if (form === 'true or false') return { value: trimmed === 'true', fault: fits(trimmed) ? undefined : wrong }
  if (form === 'list') {
    const value = trimmed.split(',').map((part) => part.trim()).filter((part) => part !== '')
    return { value, fault: value.every(fits) ? undefined : wrong }
  }
  if (form === 'text') return { value: text, fault: fits(text) ? undefined : wrong }
  const value = Number(trimmed)
  if (!fits(trimmed) || !Number.isFinite(value)) return { value, fault: wrong }
  return { value, fault: range !== undefined && (value < range[0] || value > range[1]) ? outside : undefined }
}
