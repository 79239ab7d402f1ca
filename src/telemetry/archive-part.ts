// A part of the archive: requests as compressed lines in blocks, and the index that says of each block where it lies and what is in it.
import type { RequestRow } from '../store/index.ts'
import { lineOfRow, rowOfLine } from './archive-lines.ts'
import { isRemarkable, type KeepRules } from './keep.ts'
import { recordOf } from './record-of.ts'

/** Some lines that are compressed together, and can be read without the others. */
export interface ArchiveBlock {
  /** Where it begins in the file, and how long it is. */
  at: number
  bytes: number
  /** The oldest and the newest request in it (ISO 8601). */
  from: string
  to: string
  requests: number
  /** Whether all of them failed, warned, were slow or asked to be kept; none of them otherwise. */
  remarkable: boolean
  /** Four bytes of the SHA-256 of each `error_id=…`, `call_id=…`, `user=…`, `instance=…` and `operation=…` in it, in order, as base64. */
  finds: string
}

export interface ArchiveIndex {
  /** Of the shape of index and lines. */
  klue: 1
  requests: number
  remarkable: number
  blocks: ArchiveBlock[]
}

export interface ArchivePart {
  /** Compressed lines: each block a member of one gzip file. */
  data: Uint8Array
  index: ArchiveIndex
}

/** A part holds so much at most: it is made, read and rewritten in memory. */
export const mostPart = { rows: 20_000, characters: 16_000_000 }

const mostBlock = { rows: 1000, characters: 1_000_000 }
const fields = ['error_id', 'call_id', 'user', 'instance', 'operation'] as const
const hashBytes = 4

/** The part of rows, newest first. Equal rows give equal bytes. */
export function makePart(rows: readonly RequestRow[], rules: KeepRules): ArchivePart {
  const { gzipSync } = process.getBuiltinModule('node:zlib')
  const remarkable = rows.filter((row) => isRemarkableRow(row, rules))
  const isOne = new Set(remarkable)
  const pieces: Uint8Array[] = []
  const blocks: ArchiveBlock[] = []
  let at = 0
  for (const kind of [remarkable, rows.filter((row) => !isOne.has(row))]) {
    for (const block of blocksOf(kind)) {
      const bytes = gzipSync(block.map(({ line }) => `${line}\n`).join(''), { level: 9 })
      const times = block.map(({ row }) => row.started)
      blocks.push({ at, bytes: bytes.length, from: isoOf(Math.min(...times)), to: isoOf(Math.max(...times)), requests: block.length, remarkable: kind === remarkable, finds: findsOf(block.map(({ row }) => row)) })
      pieces.push(bytes)
      at += bytes.length
    }
  }
  return { data: Buffer.concat(pieces), index: { klue: 1, requests: rows.length, remarkable: remarkable.length, blocks } }
}

/** The rows of a whole part, or of a block of it. Throws where the bytes are none. */
export function rowsOfBytes(bytes: Uint8Array): RequestRow[] {
  return process.getBuiltinModule('node:zlib').gunzipSync(bytes).toString().split('\n').filter((line) => line !== '').map(rowOfLine)
}

/** Whether a block may hold a value, such as `user=ann`. */
export function mayHold({ finds }: ArchiveBlock, value: string): boolean {
  const bytes = Buffer.from(finds, 'base64')
  const wanted = hashOf(value)
  for (let found = bytes.indexOf(wanted); found >= 0; found = bytes.indexOf(wanted, found + 1)) if (found % hashBytes === 0) return true
  return false
}

function isRemarkableRow(row: RequestRow, rules: KeepRules): boolean {
  if (row.metric !== undefined) return false
  return row.level === 'warn' || row.level === 'error' || row.status >= 400 || isRemarkable({ request: row, record: row.record === undefined ? {} : recordOf(row) }, rules)
}

function blocksOf(rows: readonly RequestRow[]): { row: RequestRow; line: string }[][] {
  const blocks: { row: RequestRow; line: string }[][] = []
  let characters = 0
  for (const row of rows) {
    const line = lineOfRow(row)
    const last = blocks.at(-1)
    if (last === undefined || last.length === mostBlock.rows || characters + line.length > mostBlock.characters) {
      blocks.push([{ row, line }])
      characters = line.length
    } else {
      last.push({ row, line })
      characters += line.length
    }
  }
  return blocks
}

function findsOf(rows: readonly RequestRow[]): string {
  const hashes = new Set<string>()
  for (const row of rows) {
    if (row.metric !== undefined) continue
    const record = recordOf(row)
    for (const name of fields) if (typeof record[name] === 'string' && record[name] !== '') hashes.add(hashOf(`${name}=${record[name]}`).toString('latin1'))
  }
  return Buffer.from([...hashes].sort().join(''), 'latin1').toString('base64')
}

function hashOf(value: string): Buffer {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(value).digest().subarray(0, hashBytes)
}

function isoOf(time: number): string {
  return new Date(time).toISOString()
}
