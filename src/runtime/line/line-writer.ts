// Writes lines to where the platform collects them: whole, bounded, and without ever waiting for long.
import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import { type LogRecord, toLine } from '../exchange/log.ts'
import { toShortRecord } from './short-line.ts'

/** Bytes of the longest line; CloudWatch cuts a line at 256 KB. */
export const longestLine = 200_000

export interface LineTarget {
  /** Takes bytes from an offset on and says how many; throws an error with the code EAGAIN where there is no room now. */
  write(bytes: Uint8Array, offset: number): number
  /** Waits a little for room. */
  wait(milliseconds: number): void
}

const patienceMs = 200
const stepMs = 5

/** Writes each record as one line; one that finds no room in time is dropped, and the next line says how many were. */
export function lineWriter(target: LineTarget = standardOutput()): (record: LogRecord) => void {
  let dropped = 0
  let isBroken = false
  return (record) => {
    const line = toBoundedLine(dropped === 0 ? record : { ...record, dropped })
    // After a line that was written only in part, a line break keeps this one apart.
    const bytes = Buffer.from(isBroken ? `\n${line}\n` : `${line}\n`)
    // If lines were dropped, nobody reads at the moment: then only the first line waits for room.
    const written = writeAll(bytes, target, dropped === 0 ? patienceMs : 0)
    isBroken = written < bytes.length && (written > 0 || isBroken)
    dropped = written === bytes.length ? 0 : dropped + 1
  }
}

function writeAll(bytes: Uint8Array, target: LineTarget, patience: number): number {
  let offset = 0
  let waited = 0
  while (offset < bytes.length) {
    try {
      offset += target.write(bytes, offset)
    } catch (error) {
      // A line of which a part is written always waits. An error other than a lack of room means that nobody listens.
      if ((error as { code?: unknown }).code !== 'EAGAIN' || waited >= (offset > 0 ? patienceMs : patience)) return offset
      target.wait(stepMs)
      waited += stepMs
    }
  }
  return offset
}

// Fields that are left out of a line that is too long, in this order: usually large ones first, the most useful ones last.
const expendable = ['result', 'data', 'response_headers', 'request_headers', 'messages', 'trace', 'calls', 'error_fields', 'caught', 'causes', 'stack']

/** One line of JSON for a record, at most `longestLine` bytes of UTF-8; `truncated` names the fields that had to go. */
export function toBoundedLine(record: LogRecord): string {
  let line = toLine(toShortRecord(record))
  if (line.length * 3 <= longestLine || Buffer.byteLength(line) <= longestLine) return line
  const shorter: LogRecord = { ...record }
  const truncated: string[] = []
  for (const name of expendable) {
    if (shorter[name] === undefined) continue
    delete shorter[name]
    truncated.push(name)
    line = toLine({ ...shorter, truncated })
    if (Buffer.byteLength(line) <= longestLine) return line
  }
  const fields = Object.entries(shorter).map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, 1000) : typeof value === 'number' || typeof value === 'boolean' ? value : undefined])
  return toLine({ ...(Object.fromEntries(fields) as LogRecord), truncated: [...truncated, 'texts'] })
}

/** Standard output by its file descriptor: `process.stdout` need not be loaded, and is left to the service. */
function standardOutput(): LineTarget {
  let descriptor: number | undefined
  let cell: Int32Array | undefined
  return {
    write: (bytes, offset) => writeSync((descriptor ??= openOutput()), bytes, offset),
    wait: (milliseconds) => void Atomics.wait((cell ??= new Int32Array(new SharedArrayBuffer(4))), 0, 0, milliseconds),
  }
}

// A pipe is opened a second time, without blocking: writing to a full pipe then fails with EAGAIN instead of stopping the
// process, and the descriptor that the service itself uses keeps its setting.
function openOutput(): number {
  try {
    return fstatSync(1).isFIFO() ? openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK) : 1
  } catch {
    return 1
  }
}
