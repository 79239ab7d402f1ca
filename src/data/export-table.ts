// Writes the items of a table as lines, page by page: what is held in memory is a page a segment.
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { UsageError } from '../errors/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import type { Database } from '../persist/index.ts'
import { isExpired } from '../persist/stored.ts'
import { privateFile } from '../workfolder/index.ts'
import { goesAlong } from './counters.ts'
import { goOver, newPosition } from './go-over.ts'
import { toLine } from './item-lines.ts'

export interface ExportOptions {
  database: Database
  spec: PersistSpec
  segments: number
  signal: AbortSignal
  progress(items: number): void
}

/** Writes to a file, whole or not at all, for its owner alone; gzip where its name ends with `.gz`. Gives how many items. */
export async function exportToFile(path: string, options: ExportOptions): Promise<number> {
  const aside = `${path}.part`
  const file = createWriteStream(aside, { mode: privateFile })
  const written = finished(file)
  // It is waited for below, also where the items end in an error first.
  written.catch(() => undefined)
  const zip = path.endsWith('.gz') ? createGzip() : undefined
  zip?.pipe(file)
  try {
    const count = await exportTo(zip ?? file, options)
    ;(zip ?? file).end()
    await written
    renameSync(aside, path)
    return count
  } catch (error) {
    zip?.destroy()
    file.destroy()
    await written.catch(() => undefined)
    rmSync(aside, { force: true })
    throw fileFault(error) ?? error
  }
}

// What the system has against the file is told in a sentence.
function fileFault(error: unknown): UsageError | undefined {
  const { code, syscall, path } = error as NodeJS.ErrnoException
  if (typeof code !== 'string' || typeof syscall !== 'string') return undefined
  return new UsageError({ code: 'export-file', file: '', message: `${path ?? 'the file'} cannot be written (${code})`, hint: 'make its folder, or choose another place with --out' })
}

/** Writes to a stream, which is not ended. Items whose time is over are left out. */
export async function exportTo(stream: Writable, { database, spec, segments, signal, progress }: ExportOptions): Promise<number> {
  let count = 0
  let last: Promise<void> = Promise.resolve()
  const write = (text: string): Promise<void> => (last = last.then(() => drained(stream, text)))
  await goOver({
    database,
    table: spec.table,
    position: newPosition(segments),
    finished: async () => progress(count),
    check: () => signal.throwIfAborted(),
    async page(items) {
      const lines = items.filter((item) => goesAlong(spec, item) && !isExpired(spec, item, database.now())).map((item) => `${toLine(item)}\n`)
      count += lines.length
      if (lines.length > 0) await write(lines.join(''))
    },
  })
  return count
}

async function drained(stream: Writable, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve())))
}
