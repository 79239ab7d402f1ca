// From the text of a YAML or JSON file to its value, with the faults of syntax.
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { type Fault, messageOf } from '../errors/index.ts'
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
  } catch (error) {
    const offset = /position (\d+)/.exec(messageOf(error))?.[1]
    const place = placeOf(text, offset === undefined ? text.length : Number(offset))
    const message = `The file is not valid JSON: ${messageOf(error).replace(/ in JSON at position.*| \(line.*|, "[\s\S]*$/, '')}`
    return { source: { file, text, value: undefined }, faults: [{ code: 'syntax-error', file, ...place, message }] }
  }
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
