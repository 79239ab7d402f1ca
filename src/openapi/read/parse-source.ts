// From the text of a YAML or JSON file to its value, with the faults of syntax.
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { type Fault, messageOf } from '../../errors/index.ts'
import type { SourceFile } from './document.ts'
import { placeOf } from './locate.ts'

/** Parses one file; the value is undefined where the syntax is wrong. */
export function parseSource(file: string, text: string): { source: SourceFile; faults: Fault[] } {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text
  return file.endsWith('.json') ? parseJson(file, plain) : parseYaml(file, plain)
}

function parseJson(file: string, text: string): { source: SourceFile; faults: Fault[] } {
  try {
    return { source: { file, text, value: JSON.parse(text) as unknown }, faults: [] }
  } catch {
    const { offset, wanted } = jsonFault(text)
    const found = offset >= text.trimEnd().length ? 'the file ends' : `there is ${JSON.stringify(text.slice(offset, offset + 12).split('\n')[0])}`
    return { source: { file, text, value: undefined }, faults: [{ code: 'syntax-error', file, ...placeOf(text, offset), message: `The file is not valid JSON: ${found} where ${wanted} is expected` }] }
  }
}

const token = /\s*("(?:[^"\\\n\r\t\b\f\v]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:])/y

// The engine's own message has a position in some versions and for some faults only.
function jsonFault(text: string): { offset: number; wanted: string } {
  const open: string[] = []
  let wanted = 'a value'
  let at = 0
  for (;;) {
    token.lastIndex = at
    const [whole = '', found = ''] = token.exec(text) ?? []
    const offset = at + (whole === '' ? /^\s*/.exec(text.slice(at))?.[0].length ?? 0 : whole.length - found.length)
    const next = whole === '' ? undefined : afterToken(found, wanted, open)
    if (next === undefined) return { offset, wanted }
    wanted = next
    at += whole.length
  }
}

function afterToken(found: string, wanted: string, open: string[]): string | undefined {
  const isClosing = (found === '}' && open.at(-1) === '{') || (found === ']' && open.at(-1) === '[')
  if (isClosing && wanted !== 'a key' && wanted !== 'a value' && wanted !== 'a colon') {
    open.pop()
    return open.length === 0 ? 'the end of the file' : 'a comma or the closing bracket'
  }
  if (wanted === 'a comma or the closing bracket') return found === ',' ? (open.at(-1) === '{' ? 'a key' : 'a value') : undefined
  if (wanted === 'a colon') return found === ':' ? 'a value' : undefined
  if (wanted === 'a key' || wanted === 'a key or }') return found.startsWith('"') ? 'a colon' : undefined
  if (wanted === 'the end of the file' || found === ':' || found === ',' || found === '}' || found === ']') return undefined
  if (found !== '{' && found !== '[') return open.length === 0 ? 'the end of the file' : 'a comma or the closing bracket'
  open.push(found)
  return found === '{' ? 'a key or }' : 'a value or ]'
}

function parseYaml(file: string, text: string): { source: SourceFile; faults: Fault[] } {
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml
  const document = yaml.parseDocument(text, { merge: true, prettyErrors: false, strict: true })
  const faults = document.errors.map((error): Fault => {
    const double = error.code === 'DUPLICATE_KEY'
    const place = placeOf(text, error.pos[0])
    const key = double ? /^["']?([^:"'\n]+)/.exec(text.slice(error.pos[0]))?.[1]?.trim() : undefined
    const message = double ? `The key ${key === undefined ? '' : `"${key}" `}stands twice in this mapping` : `The file is not valid YAML: ${error.message}`
    return { code: double ? 'key-double' : 'syntax-error', file, ...place, message, ...(double ? { hint: 'remove or rename one of the two' } : {}) }
  })
  if (faults.length > 0) return { source: { file, text, value: undefined }, faults }
  try {
    return { source: { file, text, value: document.toJS({ maxAliasCount: -1 }) as unknown }, faults: [] }
  } catch (error) {
    return { source: { file, text, value: undefined }, faults: [{ code: 'syntax-error', file, line: 1, column: 1, message: `The file is not valid YAML: ${messageOf(error)}` }] }
  }
}
