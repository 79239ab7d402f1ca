// From a JSON pointer to line and column; runs only where a fault needs its place.
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { keysOf } from './pointers.ts'

export interface Place {
  /** 1-based. */
  line: number
  /** 1-based. */
  column: number
}

// The parsed form with ranges costs much more than the plain one, so it is made once a file and only on demand.
const parsed = new WeakMap<object, (pointer: string) => Place | undefined>()

/** Line and column of the key (or the array item) that a pointer names; undefined where it cannot be found. */
export function locate(source: { file: string; text: string }, pointer: string): Place | undefined {
  let find = parsed.get(source)
  if (find === undefined) {
    find = source.file.endsWith('.json') ? (wanted) => locateInJson(source.text, wanted) : yamlLocator(source.text)
    parsed.set(source, find)
  }
  return find(pointer)
}

/** Line and column of a character offset. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 }
}

function yamlLocator(text: string): (pointer: string) => Place | undefined {
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml
  const document = yaml.parseDocument(text, { merge: true, uniqueKeys: false })
  return (pointer) => {
    let node: unknown = document.contents
    let offset = 0
    for (const key of keysOf(pointer)) {
      if (yaml.isAlias(node)) node = node.resolve(document)
      const step = stepInto(yaml, node, key)
      if (step === undefined) break
      node = step.node
      offset = step.offset
    }
    return placeOf(text, offset)
  }
}

function stepInto(yaml: typeof Yaml, node: unknown, key: string): { node: unknown; offset: number } | undefined {
  if (yaml.isMap(node)) {
    const pair = node.items.find((item) => String(yaml.isScalar(item.key) ? item.key.value : item.key) === key)
    if (pair === undefined) return undefined
    return { node: pair.value, offset: (pair.key as Yaml.Scalar).range?.[0] ?? 0 }
  }
  if (!yaml.isSeq(node)) return undefined
  const item = node.items[Number(key)]
  return item === undefined ? undefined : { node: item, offset: (item as Yaml.Scalar).range?.[0] ?? 0 }
}

/** Finds a pointer in JSON text by skipping over the values before it; the text must be valid JSON. */
export function locateInJson(text: string, pointer: string): Place | undefined {
  let at = skipSpace(text, 0)
  let found = at
  for (const key of keysOf(pointer)) {
    const step = text[at] === '{' ? findKey(text, at, key) : text[at] === '[' ? findItem(text, at, Number(key)) : undefined
    if (step === undefined) break
    found = step.offset
    at = step.value
  }
  return placeOf(text, found)
}

function findKey(text: string, open: number, key: string): { offset: number; value: number } | undefined {
  for (let at = skipSpace(text, open + 1); text[at] === '"'; at = skipSpace(text, at)) {
    const end = skipString(text, at)
    const value = skipSpace(text, skipSpace(text, end) + 1)
    if (JSON.parse(text.slice(at, end)) === key) return { offset: at, value }
    at = skipSpace(text, skipValue(text, value))
    if (text[at] !== ',') return undefined
    at += 1
  }
  return undefined
}

function findItem(text: string, open: number, index: number): { offset: number; value: number } | undefined {
  let at = skipSpace(text, open + 1)
  for (let item = 0; at < text.length && text[at] !== ']'; item += 1) {
    if (item === index) return { offset: at, value: at }
    at = skipSpace(text, skipValue(text, at))
    if (text[at] !== ',') return undefined
    at = skipSpace(text, at + 1)
  }
  return undefined
}

function skipSpace(text: string, at: number): number {
  let next = at
  while (text[next] === ' ' || text[next] === '\n' || text[next] === '\r' || text[next] === '\t') next += 1
  return next
}

function skipString(text: string, at: number): number {
  let next = at + 1
  while (next < text.length && text[next] !== '"') next += text[next] === '\\' ? 2 : 1
  return next + 1
}

function skipValue(text: string, at: number): number {
  let depth = 0
  for (let next = at; next < text.length; ) {
    const character = text[next]
    if (character === '"') next = skipString(text, next)
    else if (character === '{' || character === '[') { depth += 1; next += 1 }
    else if (character === '}' || character === ']') { if (depth === 0) return next; depth -= 1; next += 1 }
    else if (depth === 0 && (character === ',' || character === '\n')) return next
    else { next += 1; continue }
    if (depth === 0) return next
  }
  return text.length
}
