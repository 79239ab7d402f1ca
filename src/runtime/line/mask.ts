// The masker: every text and value of callers, handlers and errors passes it before it is written to a log.
import type { Budget } from '../exchange/notes.ts'

/** Written in place of a secret. */
export const masked = '********'

export interface Masker {
  /** Whether a value under this name is a secret. */
  isSecret(name: string): boolean
  /** A copy of a value as JSON can hold it, secrets replaced; what exceeds the budget, the depth or the width is left out with a mark. */
  value(value: unknown, budget?: Budget): unknown
  /** A text with the secrets in it replaced: tokens, and what follows a secret name. Cut after `limit` characters. */
  text(text: string, limit?: number): string
  /** A query string with its secrets replaced. */
  query(query: string): string
}

const deepest = 10
const widest = 300
const longestText = 8192
/** Written where something was left out. */
const cut = '…'

let last: { names: readonly string[]; masker: Masker } | undefined

/** The masker of these secret names (`secret_names`); made once for each list. */
export function maskerOf(names: readonly string[]): Masker {
  if (last?.names !== names) last = { names, masker: createMasker(names) }
  return last.masker
}

function createMasker(given: readonly string[]): Masker {
  const names = given.map(fold).filter((name) => name !== '')
  // Most texts contain nothing that looks like a secret; this quick test spares them the detailed one.
  const loose = names.map((name) => escape(name).replaceAll('_', '[-_.]?')).join('|') || '(?!)'
  const [looksSecret, isRisky] = [new RegExp(loose, 'i'), new RegExp(`${loose}|eyJ|(?:bearer|basic)\\s|//[^\\s/@]{0,601}@`, 'i')]
  const isSecret = (name: string): boolean => looksSecret.test(name.slice(0, 200)) && hasSecret(name.slice(0, 200), names)
  const pairs = pairPattern(loose)
  const text = (whole: string, limit = longestText): string => {
    const shown = whole.length > limit ? `${whole.slice(0, limit)}${cut}` : whole
    return isRisky.test(shown) ? maskPairs(shown.replaceAll(credentials, `//${masked}@`).replaceAll(schemes, `$1 ${masked}`).replaceAll(tokens, maskToken), { pairs, isSecret, deep: 0 }) : shown
  }
  const nameOf = remembered((name) => ({ isSecret: isSecret(name), shown: text(name, 200) }))
  return { isSecret, text, value: (value, budget = { left: Infinity }) => copy(value, { isSecret, text, nameOf, budget, above: [] }), query: (query) => (query.includes('%') || isRisky.test(query) || query.length > longestQuery ? maskQuery(query, isSecret, text) : query) }
}

interface FieldName {
  isSecret: boolean
  shown: string
}

// The same few field names appear in every line, so verdicts are cached. Strangers choose names too, so the cache is small and holds no long ones.
function remembered(look: (name: string) => FieldName): (name: string) => FieldName {
  const known = new Map<string, FieldName>()
  return (name) => {
    const found = known.get(name)
    if (found !== undefined) return found
    const looked = look(name)
    if (name.length > 100) return looked
    if (known.size >= 1000) known.clear()
    known.set(name, looked)
    return looked
  }
}

// `-` and `_` are the same, and so are `apiKey` and `api_key`.
function fold(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/[-\s.]/g, '_').toLowerCase()
}

function escape(name: string): string {
  return name.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}

// A secret name that begins with `_` also stands for the word alone: `_key` covers `api_key` and `key`, but not `keyword`.
function hasSecret(name: string, names: readonly string[]): boolean {
  const [folded, plain] = [fold(name), name.replaceAll('-', '_').toLowerCase()]
  return names.some((secret) => folded.includes(secret) || plain.includes(secret) || (secret.startsWith('_') && folded === secret.slice(1)))
}

// Texts come from strangers, so these patterns must take linear time. Where possible a match includes all characters that
// were looked at, repetitions are bounded, and the character after a repetition cannot be part of it.

// The credentials of an Authorization header.
const schemes = /\b(Bearer|Basic)\s+[\w.~+/=-]{3,}/gi
// The whole word that may hold a JSON web token, so that a long word is not searched again from every `eyJ` in it.
const tokens = /eyJ[\w.-]*/gi
// The credentials in a URL.
const credentials = /\/\/[^\s/:@]{0,200}:[^\s/@]{1,400}@/g

// A token begins with the first `eyJ` that has enough behind it, in the first part that another follows.
function maskToken(found: string): string {
  const parts = found.split('.')
  let at = 0
  for (const [position, part] of parts.entries()) {
    const begin = part.search(/eyJ/i)
    if (begin >= 0 && part.length - begin >= 7 && (parts[position + 1] ?? '') !== '') return `${found.slice(0, at + begin)}${masked}`
    at += part.length + 1
  }
  return found
}

// Matches what follows a secret name: the rest of the word, then `=`, `:` or the end of a tag, then the value. A value that is
// an object, a list or quoted twice extends to the end of the line.
function pairPattern(loose: string): RegExp {
  const rest = `[\\w.-]{0,60}(?![\\w.-])`
  const between = `(?:[\\]%\\dA-F]{0,9}\\\\{0,4}["']?[ \\t]{0,4}(?:=>|[:=])[ \\t]{0,4}|(?:\\s[^<>]{0,200})?>)`
  const value = `(?:[{[]|\\\\{1,4}["'])[^\\r\\n]*|"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?|[^\\s&,;"'<>}\\])]+`
  return new RegExp(`((?:${loose})${rest})(${between})(${value})`, 'gi')
}

interface Pairs extends Pick<Masker, 'isSecret'> {
  pairs: RegExp
  deep: number
}

function maskPairs(text: string, options: Pairs): string {
  // These two headers may have values of several words. Quoted or nested ones are found like all other pairs.
  const lines = text.replaceAll(/((?:cookie|authorization)["']?\s{0,4}[:=]\s{0,4})(?![\s"'{[\\])[^\r\n"']+/gi, `$1${masked}`)
  return lines.replace(options.pairs, (_found: string, ...[name, between, value, at]: [string, string, string, number]) => {
    const word = `${beginningOf(lines, at)}${name}`
    if (options.deep < 5 && (!options.isSecret(word) || isPlace.test(word) || (between.endsWith(': ') && plainWord.test(value)))) return `${name}${between}${maskPairs(value, { ...options, deep: options.deep + 1 })}`
    const quote = /^["']/.exec(value)?.[0] ?? ''
    return `${name}${between}${quote}${masked}${quote}`
  })
}

// The beginning of the word that a match is part of, at most 60 characters.
function beginningOf(text: string, at: number): string {
  let from = at
  while (from > 0 && at - from < 60 && /[\w.-]/.test(text[from - 1]!)) from -= 1
  return text.slice(from, at)
}

// Text after a name that is no value: a source line of a stack (`key.ts:12`), or the rest of a sentence (`key: must be …`).
const isPlace = /\.[cm]?[jt]sx?$/i
const plainWord = /^(?:the|there|is|was|must|should|may|can|cannot|not|no|a|an|has|have|needs|missing|invalid|expired|required|unknown)$/i

const longestQuery = 4000

function maskQuery(query: string, isSecret: Masker['isSecret'], text: Masker['text']): string {
  const parts = query.slice(0, longestQuery).split('&').map((part) => {
    const at = part.indexOf('=')
    if (at < 0) return text(part)
    const value = decode(part.slice(at + 1))
    if (value === '') return part
    if (isSecret(decode(part.slice(0, at)))) return `${part.slice(0, at)}=${masked}`
    const shown = text(value)
    return `${text(part.slice(0, at))}=${shown === value ? part.slice(at + 1) : shown.replaceAll(/[&=#\s%]/g, encodeURIComponent)}`
  })
  return `${parts.join('&')}${query.length > longestQuery ? cut : ''}`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

interface Copying extends Pick<Masker, 'isSecret' | 'text'> {
  nameOf(name: string): FieldName
  budget: Budget
  above: object[]
}

function copy(value: unknown, at: Copying): unknown {
  at.budget.left -= 8
  if (at.budget.left < 0) return cut
  if (typeof value === 'string') return copyText(value, at)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value === 'function' || typeof value === 'symbol') return `<${typeof value}>`
  if (typeof value !== 'object' || value === null) return value
  if (at.above.length >= deepest || at.above.includes(value)) return cut
  at.above.push(value)
  try {
    return copyObject(value, at)
  } catch {
    // Getters, toJSON and proxies may throw; the other fields are not lost with it.
    return '<unprintable>'
  } finally {
    at.above.pop()
  }
}

function copyText(text: string, at: Copying): string {
  // Text that is JSON is parsed and masked by its structure: a secret name may have a whole object as its value.
  const shown = /^\s*[{[]/.test(text) && text.length < 65_536 ? (maskJson(text, at) ?? at.text(text)) : at.text(text)
  const kept = shown.length > at.budget.left ? `${shown.slice(0, Math.max(0, at.budget.left))}${cut}` : shown
  at.budget.left -= kept.length
  return kept
}

function maskJson(text: string, at: Copying): string | undefined {
  try {
    return JSON.stringify(copy(JSON.parse(text), { ...at, budget: { left: longestText * 2 } }))
  } catch {
    return undefined
  }
}

const lists = new Set(['[object Headers]', '[object URLSearchParams]', '[object FormData]'])

function copyObject(value: object, at: Copying): unknown {
  if (Array.isArray(value)) return copyList(value, at)
  if (value instanceof Error) return copyFields(errorFields(value), at)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `<${value.byteLength} bytes>`
  if (value instanceof Map) return copyFields(Object.fromEntries([...value].slice(0, widest).map(([key, item]) => [String(key), item as unknown])), at)
  if (value instanceof Set) return copyList([...value], at)
  const { toJSON } = value as { toJSON?: () => unknown }
  if (typeof toJSON === 'function') return copy(toJSON.call(value), at)
  // Recognised by its tag, because naming the class `Headers` would make Node load all of fetch.
  if (lists.has(Object.prototype.toString.call(value))) return copyFields(Object.fromEntries(value as Iterable<[string, string]>), at)
  return copyFields(value, at)
}

function errorFields(error: Error): Record<string, unknown> {
  const { name, message, stack, cause, errors } = error as Error & { errors?: unknown }
  return { ...error, name, message, stack, cause, errors }
}

function copyList(list: unknown[], at: Copying): unknown {
  // Headers and form fields travel as pairs, too.
  if (list.length === 2 && typeof list[0] === 'string' && isWorthHiding(list[1]) && at.isSecret(list[0])) return [list[0], masked]
  const items = list.slice(0, widest).map((item) => copy(item ?? null, at))
  return list.length > widest ? [...items, cut] : items
}

function copyFields(fields: object, at: Copying): Record<string, unknown> {
  const copied: Record<string, unknown> = {}
  const names = Object.keys(fields)
  const label = (fields as { name?: unknown; key?: unknown }).name ?? (fields as { key?: unknown }).key
  const isSecretPair = typeof label === 'string' && Object.hasOwn(fields, 'value') && at.isSecret(label)
  for (const name of names.slice(0, widest)) {
    const value = (fields as Record<string, unknown>)[name]
    if (value === undefined || typeof value === 'function') continue
    at.budget.left -= name.length
    const { isSecret, shown } = at.nameOf(name)
    put(copied, shown, ((isSecret && !(isSecretPair && name === 'key')) || (isSecretPair && name === 'value')) && isWorthHiding(value) ? masked : copy(value, at))
  }
  if (names.length > widest) copied[cut] = names.length - widest
  return copied
}

// Defined, not assigned, where the name is `__proto__`, so that it is a field like any other.
function put(fields: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
  else fields[name] = value
}

// Empty values, zero and booleans under a secret name stay readable: they reveal nothing, and the log is easier to read.
function isWorthHiding(value: unknown): boolean {
  return typeof value !== 'boolean' && value !== 0 && value !== '' && value !== null && value !== undefined
}
