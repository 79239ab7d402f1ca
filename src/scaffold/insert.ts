// Inserts keys into a YAML or JSON document as text, so that comments and formatting stay.
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { UsageError } from '../errors/index.ts'

/** What to insert. */
export interface Insertion {
  /** Keys from the top to the mapping that gets more; those that are missing are made. */
  at: readonly string[]
  /** The keys with their values, as block YAML that begins in its first column; JSON is made of it where the document is JSON. */
  yaml: string
}

/** The text with all inserted, each at the end of its mapping. `file` is told in faults. */
export function insertKeys(text: string, { file, insertions }: { file: string; insertions: readonly Insertion[] }): string {
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml
  const source: Source = { yaml, text, document: yaml.parseDocument(text), file }
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const edits = insertions.map((insertion, index) => ({ ...editOf(source, insertion), index }))
  // From the end, so that the places before stay right; of two at one place the one that was given first comes first.
  edits.sort((left, right) => right.start - left.start || right.index - left.index)
  return edits.reduce((result, { start, end, insert }) => result.slice(0, start) + insert.replaceAll('\n', newline) + result.slice(end), text)
}

interface Source {
  yaml: typeof Yaml
  text: string
  document: Yaml.Document.Parsed
  file: string
}

interface Edit {
  start: number
  end: number
  insert: string
}

function editOf(source: Source, { at, yaml: added }: Insertion): Edit {
  const { yaml, document } = source
  let node: unknown = document.contents
  let depth = 0
  for (; depth < at.length; depth += 1) {
    const pair = yaml.isMap(node) ? node.items.find(({ key }) => yaml.isScalar(key) && String(key.value) === at[depth]) : undefined
    if (pair === undefined) break
    const isEmpty = yaml.isMap(pair.value) ? pair.value.items.length === 0 : yaml.isScalar(pair.value) && pair.value.value === null
    if (isEmpty) return intoEmpty(source, pair as Pair, nested(at.slice(depth + 1), added))
    node = pair.value
  }
  const rest = nested(at.slice(depth), added)
  if (!yaml.isMap(node) || node.items.length === 0) throw new UsageError({ code: 'document-shape', file: source.file, pointer: at.slice(0, depth).map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''), message: 'This place is no mapping that klue can add to', hint: 'write it as a mapping, without alias, and run the command again' })
  return node.flow === true ? intoFlow(source, node, rest) : intoBlock(source, node, rest)
}

type Pair = Yaml.Pair<Yaml.Scalar, Yaml.YAMLMap | Yaml.Scalar | null>

function nested(keys: readonly string[], added: string): string {
  return keys.reduceRight((inner, key) => `${/^[\w/.$~-][\w/.{}$~-]*$/.test(key) ? key : JSON.stringify(key)}:\n${indented(inner, 2)}`, added.trimEnd())
}

function indented(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(columns))
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

function intoBlock({ text }: Source, map: Yaml.YAMLMap, added: string): Edit {
  const keys = map.items.map(({ key }) => (key as Yaml.Scalar).range![0])
  const column = columnOf(text, keys[0]!)
  const end = lineEnd(text, contentEnd(map.items.at(-1)!))
  // Where the others stand apart by an empty line, so does this one.
  const isApart = keys.length > 1 && /\n[ \t]*\r?\n/.test(text.slice(lineEnd(text, contentEnd(map.items.at(-2)!)), keys.at(-1)))
  return { start: end, end, insert: `${isApart ? '\n' : ''}\n${indented(added, column)}` }
}

// Where the last text of a pair ends: a collection's own end lies behind the comments and empty lines that follow it.
function contentEnd(pair: Yaml.Pair): number {
  const value = pair.value as (Yaml.Node & { items?: unknown[]; flow?: boolean }) | null
  if (value?.items === undefined || value.flow === true || value.items.length === 0) return (value?.range ?? (pair.key as Yaml.Scalar).range)![1]
  const last = value.items.at(-1) as Yaml.Pair | Yaml.Node
  return 'key' in last ? contentEnd(last) : contentEnd({ key: value, value: last } as unknown as Yaml.Pair)
}

// The rest of a line may hold a comment; block texts end behind their line breaks.
function lineEnd(text: string, offset: number): number {
  let at = offset
  while (at > 0 && /\s/.test(text[at - 1]!)) at -= 1
  const end = text.indexOf('\n', at)
  if (end < 0) return text.length
  return text[end - 1] === '\r' ? end - 1 : end
}

function intoFlow(source: Source, map: Yaml.YAMLMap, added: string): Edit {
  const { text } = source
  const first = (map.items[0]!.key as Yaml.Scalar).range![0]
  const last = map.items.at(-1)!
  const end = ((last.value as Yaml.Node | null)?.range ?? (last.key as Yaml.Scalar).range)![1]
  const isSpread = text.slice(map.range![0], first).includes('\n')
  const insert = isSpread ? `,\n${indented(jsonPairs(source, added, 2), columnOf(text, first))}` : `, ${jsonPairs(source, added, 0)}`
  return { start: end, end, insert }
}

// An empty mapping, or no value at all.
function intoEmpty(source: Source, pair: Pair, added: string): Edit {
  const { text, yaml } = source
  const column = columnOf(text, pair.key.range![0])
  const range = pair.value?.range
  if (yaml.isMap(source.document.contents) && source.document.contents.flow === true) return { start: range![0], end: range![1], insert: `{\n${indented(jsonPairs(source, added, 2), column + 2)}\n${' '.repeat(column)}}` }
  const colon = text.indexOf(':', pair.key.range![1]) + 1
  return { start: colon, end: Math.max(colon, range?.[1] ?? colon), insert: `\n${indented(added, column + 2)}` }
}

function jsonPairs({ yaml }: Source, added: string, indent: number): string {
  const pairs = Object.entries(yaml.parse(added) as Record<string, unknown>)
  return pairs.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value, null, indent)}`).join(indent === 0 ? ', ' : ',\n')
}
