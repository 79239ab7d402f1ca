// A YAML file as settings that know their line.
import { readFileSync } from 'node:fs'
import { isAlias, isMap, isScalar, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'
import type { Document } from 'yaml'
import type { Fault } from '../errors/index.ts'

/** One key of a map in the file. */
export interface Setting {
  key: string
  value: unknown
  file: string
  line: number
  column: number
  /** The keys of the value where it is a map, else undefined. */
  inner: Setting[] | undefined
}

/** Reads a file; syntax errors and keys that stand there twice are added to `faults`. */
export function readSettings(path: string, file: string, faults: Fault[]): Setting[] {
  const lines = new LineCounter()
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines, prettyErrors: false })
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) faults.push(syntaxFault({ code, message, file, place: lines.linePos(pos[0]) }))
  if (document.errors.length > 0 || document.contents === null) return []
  if (isMap(document.contents)) return settingsOf(document.contents, { document, lines, file })
  faults.push({ code: 'config-syntax', file, line: 1, message: 'the file must hold keys and values', hint: 'write lines such as name: builds' })
  return []
}

interface Reader {
  document: Document
  lines: LineCounter
  file: string
}

function settingsOf(map: YAMLMap, reader: Reader): Setting[] {
  return map.items.map((pair) => settingOf(pair as Pair<Node, Node | null>, reader))
}

function settingOf(pair: Pair<Node, Node | null>, reader: Reader): Setting {
  const { document, lines, file } = reader
  const { line, col } = lines.linePos(pair.key.range?.[0] ?? 0)
  const node = isAlias(pair.value) ? pair.value.resolve(document) : pair.value
  return {
    key: isScalar(pair.key) ? String(pair.key.value) : String(pair.key),
    value: pair.value === null ? null : pair.value.toJS(document),
    file,
    line,
    column: col,
    inner: isMap(node) ? settingsOf(node, reader) : undefined,
  }
}

function syntaxFault(error: { code: string; message: string; file: string; place: { line: number; col: number } }): Fault {
  const twice = error.code === 'DUPLICATE_KEY'
  return {
    code: twice ? 'config-key-twice' : 'config-syntax',
    file: error.file,
    line: error.place.line,
    column: error.place.col,
    message: twice ? 'this key stands here for the second time in its map' : `this is not YAML: ${error.message}`,
    hint: twice ? 'keep one of the two' : 'check quotes, colons and indentation of this line and the one before',
  }
}
