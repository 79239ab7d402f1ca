// Where the archive lies: files with names, in a bucket or a folder, and what is read and written of its parts.
import { lengthOf, type RequestRow, startOf } from '../store/index.ts'
import { type ArchiveBlock, type ArchiveIndex, type ArchivePart, makePart, rowsOfBytes } from './archive-part.ts'
import type { KeepRules } from './keep.ts'

/** Files by their names. A write replaces a whole file, or leaves it as it was. */
export interface ArchiveFiles {
  /** The files whose names begin so, in order of their names; `changed` in epoch milliseconds. */
  list(prefix: string): Promise<{ name: string; changed: number }[]>
  /** A file, or some bytes of it; undefined where there is none. */
  read(name: string, range?: { at: number; bytes: number }): Promise<Uint8Array | undefined>
  write(name: string, bytes: Uint8Array): Promise<void>
}

/** A part by its name: its day, its hour, and which of the hour it is, such as `2026-03-01/12-0` or `2026-03-01/12-late-0`. */
export type PartName = string

/** The name of a part of an hour. */
export function partName(hour: number, which: string): PartName {
  const iso = new Date(hour).toISOString()
  return `${iso.slice(0, 10)}/${iso.slice(11, 13)}-${which}`
}

/** The hour of a part (epoch milliseconds). */
export function hourOf(part: PartName): number {
  return Date.parse(`${part.slice(0, 10)}T${part.slice(11, 13)}:00:00Z`)
}

/** The parts of a day, in order. A part is there from the writing of its index on. */
export async function partsOfDay(files: ArchiveFiles, time: number): Promise<{ part: PartName; changed: number }[]> {
  return (await files.list(`index/day=${new Date(startOf('day', time)).toISOString().slice(0, 10)}/`)).map(toPart)
}

/** Every part, in order. */
export async function allParts(files: ArchiveFiles): Promise<{ part: PartName; changed: number }[]> {
  return (await files.list('index/day=')).map(toPart)
}

/** The parts of an hour, in order. */
export async function partsOfHour(files: ArchiveFiles, hour: number): Promise<PartName[]> {
  return (await partsOfDay(files, hour)).map(({ part }) => part).filter((part) => hourOf(part) === startOf('hour', hour))
}

/** The index of a part; undefined where there is none any more. */
export async function readIndex(files: ArchiveFiles, part: PartName): Promise<ArchiveIndex | undefined> {
  const bytes = await files.read(indexName(part))
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as ArchiveIndex)
}

/** All rows of a part. */
export async function readPart(files: ArchiveFiles, part: PartName): Promise<RequestRow[]> {
  const bytes = await files.read(dataName(part))
  return bytes === undefined ? [] : rowsOfBytes(bytes)
}

/** The rows of a block that began within its time. */
export async function readBlock(files: ArchiveFiles, part: PartName, block: ArchiveBlock): Promise<RequestRow[]> {
  const [from, to] = [Date.parse(block.from), Date.parse(block.to)]
  const bytes = await files.read(dataName(part), block)
  // Who rewrote the part was stopped before its index: the block lies elsewhere in it now.
  const rows = bytes === undefined ? [] : (tried(() => rowsOfBytes(bytes)) ?? (await readPart(files, part)))
  return rows.filter(({ started }) => started >= from && started <= to)
}

/** Writes a part, its index last. */
export async function writePart(files: ArchiveFiles, part: PartName, { data, index }: ArchivePart): Promise<void> {
  await files.write(dataName(part), data)
  await files.write(indexName(part), indexBytes(index))
}

/**
 * Changes rows of a part. Writes what has become different, so that who was stopped in between ends it by doing it again.
 * @returns how many rows were changed
 */
export async function changePart(files: ArchiveFiles, part: PartName, { rules, change }: { rules: KeepRules; change(row: RequestRow): RequestRow }): Promise<number> {
  const before = await readPart(files, part)
  const rows = before.map(change)
  const changed = rows.filter((row, index) => row !== before[index]).length
  const { data, index } = makePart(rows.sort((one, other) => other.started - one.started), rules)
  if (changed > 0) await files.write(dataName(part), data)
  const known = await files.read(indexName(part))
  if (known === undefined || !Buffer.from(known).equals(indexBytes(index))) {
    // Of lines that are as they were, the bytes are too, whatever compressed them before.
    if (changed === 0) await files.write(dataName(part), data)
    await files.write(indexName(part), indexBytes(index))
  }
  return changed
}

/** Days between two times, newest first. */
export function daysBetween({ from, to }: { from: number; to: number }): number[] {
  const days: number[] = []
  for (let day = startOf('day', to - 1); day + lengthOf('day') > from; day -= lengthOf('day')) days.push(day)
  return days
}

function toPart({ name, changed }: { name: string; changed: number }): { part: PartName; changed: number } {
  return { part: name.slice('index/day='.length, -'.json'.length), changed }
}

function dataName(part: PartName): string {
  return `requests/day=${part}.jsonl.gz`
}

function indexName(part: PartName): string {
  return `index/day=${part}.json`
}

function indexBytes(index: ArchiveIndex): Uint8Array {
  return Buffer.from(JSON.stringify(index))
}

function tried<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
