// The switches of an operation: what each may be, changes to them as they come in, and how layers lie over each other.

/** What a switch says in place of an operation. */
export interface Preempt {
  /** 200 to 599. Without it nothing is preempted. */
  status?: number
  /** Why, in a phrase for callers; at most 200 characters. */
  reason?: string
  /** The body; at most 4 KB. The kit's error JSON where it is absent. */
  text?: string
  /** At most 20. */
  headers?: Readonly<Record<string, string>>
  /** Seconds until callers may come again, 0 to 86,400. */
  retry_after?: number
}

/** How many requests all callers together may make. */
export interface Rate {
  /** More than 0, at most 100,000. */
  per_second?: number
  /** So many at once, 1 to 1,000,000; by default those of a second, at least 1. */
  burst?: number
}

/** How much of an operation is kept. */
export interface LogSwitch {
  /** Requests count as being of this level at least: what the configuration keeps from this level on, is kept. */
  level?: 'debug' | 'info' | 'warn' | 'error'
  /** Each request is kept, for the longer time. */
  keep?: boolean
}

/** The switches of an operation, as in JSON; what is absent is not set. */
export interface Settings {
  preempt?: Preempt
  /** Methods that are not safe get 503. */
  read_only?: boolean
  rate?: Rate
  /** 1 to 900; never longer than the operation has anyway. */
  timeout_seconds?: number
  log?: LogSwitch
}

export type SwitchName = keyof Settings

/** What is wrong with a change, and where: `['transient', 'preempt', 'status']`. */
export interface SettingsFault {
  path: readonly string[]
  /** In the words of the error bodies: `Not a valid integer.` */
  message: string
}

/** One thing that a change says: a value, or that everything at and below a path is reset. */
export interface SettingsEdit {
  /** `['preempt', 'status']`; empty for all switches. */
  path: readonly string[]
  value?: string | number | boolean
}

type Check = (given: unknown) => { value: string | number | boolean } | string

/** Every switch with its properties; docs/reference/control.md holds the same table. */
export const switchTable: Readonly<Record<SwitchName, Check | Readonly<Record<string, Check>>>> = {
  preempt: { status: whole(200, 599), reason: phrase(200), text: text(4096), headers: () => 'Invalid input type.', retry_after: whole(0, 86_400) },
  read_only: flag,
  rate: { per_second: between(0, 100_000), burst: whole(1, 1_000_000) },
  timeout_seconds: whole(1, 900),
  log: { level: oneOf(['debug', 'info', 'warn', 'error']), keep: flag },
}

const mostEdits = 200

/** Reads one layer of a change: nested or dotted keys, null for what is reset, `preempt.*` for all of a switch. */
export function readEdits(given: unknown, at: readonly string[]): { edits: SettingsEdit[]; faults: SettingsFault[] } {
  const edits: SettingsEdit[] = []
  const faults: SettingsFault[] = []
  const walk = (value: unknown, path: readonly string[]): void => {
    if (edits.length + faults.length > mostEdits) return
    const outcome = takeAt(value, path)
    if (outcome === undefined) for (const [key, inner] of Object.entries(value as object)) walk(inner, [...path, ...split(key, path)])
    else if (typeof outcome === 'string') faults.push({ path: [...at, ...path], message: outcome })
    else edits.push(outcome)
  }
  if (given === null) return { edits, faults: [{ path: at, message: 'Field may not be null.' }] }
  walk(given, [])
  if (edits.length + faults.length > mostEdits) return { edits: [], faults: [{ path: at, message: `More than ${mostEdits} settings at once.` }] }
  return { edits, faults }
}

// Names of headers may hold dots.
function split(key: string, path: readonly string[]): string[] {
  const parts = [...path, ...key.split('.')]
  const isHeader = parts[0] === 'preempt' && parts[1] === 'headers' && parts.length > 3
  return (isHeader ? [...parts.slice(0, 2), parts.slice(2).join('.')] : parts).slice(path.length)
}

// An edit, what is wrong, or undefined where the value has parts to go into.
function takeAt(value: unknown, path: readonly string[]): SettingsEdit | string | undefined {
  const isReset = path.at(-1) === '*'
  const place = isReset ? path.slice(0, -1) : path
  const known = lookUp(place)
  if (known === undefined) return 'Unknown field.'
  if (isReset && (value !== null || typeof known === 'function')) return value === null ? 'Unknown field.' : 'A pattern can only be reset.'
  if (value === null) return { path: place }
  if (typeof known !== 'function') return isObject(value) ? undefined : 'Invalid input type.'
  const taken = known(value)
  return typeof taken === 'string' ? taken : { path: place, value: taken.value }
}

type Known = Check | 'parts' | undefined

function lookUp(path: readonly string[]): Known {
  const [name, property, header, ...more] = path
  if (name === undefined) return 'parts'
  const known = Object.hasOwn(switchTable, name) ? switchTable[name as SwitchName] : undefined
  if (known === undefined || property === undefined) return known === undefined ? undefined : typeof known === 'function' ? known : 'parts'
  if (typeof known === 'function' || !Object.hasOwn(known, property)) return undefined
  if (name !== 'preempt' || property !== 'headers') return header === undefined ? known[property] : undefined
  return header === undefined ? 'parts' : more.length === 0 && isHeaderName(header) ? headerValue : undefined
}

/** Names of all properties that can be set, dotted; `preempt.headers` stands for any header. */
export function settingNames(): string[] {
  return Object.entries(switchTable).flatMap(([name, known]) => (typeof known === 'function' ? [name] : Object.keys(known).map((property) => `${name}.${property}`)))
}

/** Makes edits one after the other; parts that become empty vanish. */
export function applyEdits(settings: Settings, edits: readonly SettingsEdit[]): Settings {
  const next = structuredClone(settings) as Record<string, unknown>
  for (const { path, value } of edits) setAt(next, path, value)
  return next as Settings
}

function setAt(target: Record<string, unknown>, [name, ...rest]: readonly string[], value: unknown): void {
  if (name === undefined) for (const key of Object.keys(target)) delete target[key]
  else if (rest.length === 0 && value === undefined) delete target[name]
  else if (rest.length === 0) target[name] = value
  else {
    const inner = Object.hasOwn(target, name) ? (target[name] as Record<string, unknown>) : {}
    setAt(inner, rest, value)
    if (Object.keys(inner).length > 0) target[name] = inner
    else delete target[name]
  }
}

/** Lays settings over others: of each property the upper one counts. */
export function layer(lower: Settings, upper: Settings): Settings {
  const merged: Record<string, unknown> = { ...lower }
  for (const [name, value] of Object.entries(upper)) {
    const below = merged[name]
    merged[name] = isObject(value) && isObject(below) ? layer(below as Settings, value as Settings) : value
  }
  return merged as Settings
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isHeaderName(name: string): boolean {
  // What the kit or the transport sets itself, and cookies, which a switch has no business with.
  return /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name) && !/^(__proto__|content-length|transfer-encoding|connection|keep-alive|upgrade|trailer|te|host|date|set-cookie|content-encoding|retry-after|x-preempt-reason|access-control-.*)$/i.test(name)
}

const headerValue: Check = (given) => {
  if (typeof given !== 'string') return 'Not a valid string.'
  return given.length <= 1000 && /^[\t\u0020-\u007e]*$/.test(given) ? { value: given } : 'Must be at most 1000 visible ASCII characters without line breaks.'
}

function whole(least: number, most: number): Check {
  return (given) => {
    const value = numberOf(given)
    if (value === undefined) return 'Not a valid integer.'
    return range(Math.trunc(value), least, most)
  }
}

function between(above: number, most: number): Check {
  return (given) => {
    const value = numberOf(given)
    if (value === undefined) return 'Not a valid number.'
    return value > above && value <= most ? { value } : `Must be greater than ${above} and less than or equal to ${most}.`
  }
}

function range(value: number, least: number, most: number): { value: number } | string {
  return value >= least && value <= most ? { value } : `Must be greater than or equal to ${least} and less than or equal to ${most}.`
}

function numberOf(given: unknown): number | undefined {
  const value = typeof given === 'number' ? given : typeof given === 'string' && /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(given.trim()) ? Number(given) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

function flag(given: unknown): { value: boolean } | string {
  if (typeof given === 'boolean') return { value: given }
  return given === 'true' || given === 'false' ? { value: given === 'true' } : 'Not a valid boolean.'
}

function phrase(most: number): Check {
  return (given) => {
    if (typeof given !== 'string') return 'Not a valid string.'
    // It travels as a header, and as the reason phrase of the local server.
    return given.length <= most && /^[\u0020-\u007e]*$/.test(given) ? { value: given } : `Must be at most ${most} visible ASCII characters without line breaks.`
  }
}

function text(mostBytes: number): Check {
  return (given) => {
    if (typeof given !== 'string') return 'Not a valid string.'
    return Buffer.byteLength(given) <= mostBytes ? { value: given } : `Must be at most ${mostBytes} bytes.`
  }
}

function oneOf(choices: readonly string[]): Check {
  return (given) => (typeof given === 'string' && choices.includes(given) ? { value: given } : `Must be one of: ${choices.join(', ')}.`)
}
