// filter_path: the parts of an answer that a caller wants, by dotted paths with globs, as Elasticsearch has it.
import { globTest } from './glob.ts'
import { refusal } from './query-error.ts'

type Test = ((key: string) => boolean) | 'any depth'
type Path = readonly Test[]

/** What to keep and what to leave out; made once a request. */
export interface PathFilter {
  includes: readonly Path[]
  excludes: readonly Path[]
}

const most = { characters: 2000, patterns: 50, keys: 20 }

/**
 * Reads `a.b,**.c,-d`: `*` within a key, `**` any number of keys, an empty key is any, `-` leaves out, `+` is ignored; in a pattern, `[` and `?` are themselves.
 * undefined for an empty text. Throws the 422 for more than 2,000 characters, 50 patterns or 20 keys in one.
 */
export function readPathFilter(text: string | undefined): PathFilter | undefined {
  const patterns = (text ?? '').split(',').filter((pattern) => pattern !== '')
  if (text !== undefined && (text.length > most.characters || patterns.length > most.patterns || patterns.some((pattern) => pattern.split('.').length > most.keys))) {
    throw refusal([{ in: 'query', place: ['filter_path'], message: `Takes at most ${most.characters} characters, ${most.patterns} patterns and ${most.keys} keys in a pattern.` }])
  }
  if (patterns.length === 0) return undefined
  const isExclusion = (pattern: string): boolean => pattern.startsWith('-')
  return { includes: patterns.filter((pattern) => !isExclusion(pattern)).map(toPath), excludes: patterns.filter(isExclusion).map(toPath) }
}

/** The value without what is left out, then only what is kept; lists count as what they hold. */
export function filterPaths(value: unknown, { includes, excludes }: PathFilter): unknown {
  const left = excludes.length === 0 ? value : without(value, states(excludes))
  if (includes.length === 0) return left
  return only(left, states(includes)) ?? (Array.isArray(left) ? [] : {})
}

function toPath(pattern: string): Path {
  return pattern.replace(/^[-+]/, '').split('.').map((key) => {
    if (key === '' || key === '*') return (): boolean => true
    if (key === '**') return 'any depth'
    return globTest(key.replaceAll(/[[?]/g, '[$&]').replaceAll(/\*+/g, '*'))
  })
}

/** How far patterns have come: of each, the positions of the keys that may come next, as bits. Those that cannot fit any more are not there. */
type State = ReadonlyMap<Path, number>

function states(paths: readonly Path[]): State {
  return new Map(paths.map((path) => [path, open(path, 0)]))
}

// Where any depth may follow, no depth may too.
function open(path: Path, next: number): number {
  return (1 << next) | (path[next] === 'any depth' ? open(path, next + 1) : 0)
}

// A key with dots in it, of flat settings, is a path of its own.
function step(state: State, name: string): State {
  let now = state
  for (const key of name.split('.')) {
    const after = new Map<Path, number>()
    for (const [path, positions] of now) {
      const next = advance(path, positions, key)
      if (next !== 0) after.set(path, next)
    }
    now = after
  }
  return now
}

function advance(path: Path, positions: number, key: string): number {
  // What was reached reaches everything below it.
  let next = positions & (1 << path.length)
  for (const [position, test] of path.entries()) {
    if ((positions & (1 << position)) === 0) continue
    if (test === 'any depth') next |= open(path, position)
    else if (test(key)) next |= open(path, position + 1)
  }
  return next
}

function isReached(state: State): boolean {
  for (const [path, positions] of state) if ((positions & (1 << path.length)) !== 0) return true
  return false
}

function without(value: unknown, state: State): unknown {
  if (Array.isArray(value)) return value.map((one) => without(one, state))
  if (!isObject(value)) return value
  return fromEntries(Object.entries(value).flatMap(([key, below]) => {
    const next = step(state, key)
    return isReached(next) ? [] : [[key, next.size === 0 ? below : without(below, next)]]
  }))
}

function only(value: unknown, state: State): unknown {
  if (Array.isArray(value)) {
    const kept = value.map((one) => only(one, state)).filter((one) => one !== undefined)
    return kept.length === 0 ? undefined : kept
  }
  if (!isObject(value)) return undefined
  const kept = Object.entries(value).flatMap(([key, below]): [string, unknown][] => {
    const next = step(state, key)
    const part = isReached(next) ? below : next.size === 0 ? undefined : only(below, next)
    return part === undefined ? [] : [[key, part]]
  })
  return kept.length === 0 ? undefined : fromEntries(kept)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

// Object.fromEntries sets `__proto__` as a key like any other.
function fromEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries) as Record<string, unknown>
}
