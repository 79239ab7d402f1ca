// Invocations that the platform ended: lines in any order become one fatal report each, which names what was running.
import type { Database } from '../persist/index.ts'
import { addFacts, type EndedFacts, type EndedRow, noteMinutes, noteTold, type PlatformFailure, putWitnessedRow, settleEnded, untoldEnded } from '../store/index.ts'
import { markLate } from './late.ts'
import { type LineRecord, type LogLine, longestName, type ReadLine, textOf } from './log-line.ts'
import { readPlatformLine } from './platform-lines.ts'
import { identityOf } from './read-line.ts'

/** What lines tell of ended invocations, to be added to what is known of them. */
export interface EndedLines {
  /** By the id of the invocation. */
  readonly facts: Map<string, EndedFacts>
  readonly starts: PlatformFailure[]
}

/** Gathers what lines of functions say about ended invocations. */
export class EndedReader {
  readonly #current = new Map<string, string>()
  readonly #facts = new Map<string, EndedFacts>()
  readonly #named = new Map<string, LineRecord>()
  readonly #ends = new Map<string, EndedFacts>()
  readonly #starts: PlatformFailure[] = []

  /** Looks at a line and what was read of it. */
  see(line: LogLine, read: ReadLine): void {
    if (read.kind === 'other') this.#seePlatform(line)
    else if ('record' in read) this.#seeRecord(read)
  }

  /** What was gathered. An end alone is none: every invocation has one. */
  gathered(): EndedLines {
    const ended = [...this.#facts.keys(), ...[...this.#ends].filter(([, known]) => known.ended !== undefined).map(([id]) => id)]
    const facts = new Map(ended.map((id) => {
      const named = this.#named.get(id)
      return [id, { ...this.#ends.get(id), ...(named === undefined ? {} : { line: brief(named) }), ...this.#facts.get(id) }]
    }))
    return { facts, starts: this.#starts }
  }

  #seeRecord(read: ReadLine & { record: LineRecord }): void {
    const id = textOf(read.record['request_id'])
    if (id === undefined || id.length > longestName || textOf(read.record['operation']) === undefined) return
    if (read.kind === 'watchdog') this.#add(id, { line: brief(read.record) })
    else if (!this.#named.has(id) && read.kind !== 'metric') this.#named.set(id, read.record)
  }

  #seePlatform(line: LogLine): void {
    const stream = `${line.group ?? ''} ${line.stream ?? ''}`
    const fact = readPlatformLine(line.message, this.#current.get(stream))
    const at = new Date(line.timestamp).toISOString()
    if (fact === undefined) return
    if (fact.kind === 'start') this.#current.set(stream, fact.requestId)
    else if (fact.kind === 'failure') this.#add(fact.requestId, { [fact.failure]: fact.text, at, group: functionOf(line) })
    else if (fact.kind === 'failed start') this.#starts.push({ kind: 'start', text: fact.text, time: at, function: functionOf(line), requestId: '' })
    else this.#ends.set(fact.requestId, { end: JSON.stringify({ durationMs: fact.durationMs, isMemoryFull: fact.isMemoryFull }), ...(fact.failure === undefined ? {} : { ended: fact.failure, endedAt: at, group: functionOf(line) }) })
  }

  #add(id: string, more: EndedFacts): void {
    const known = this.#facts.get(id)
    this.#facts.set(id, { ...more, ...known })
  }
}

/** Adds what was gathered to what is known; returns the failures of which enough is known now, the same ones for the same lines. */
export async function endedFailures(database: Database, { facts, starts }: EndedLines, expires: (started: number) => number): Promise<PlatformFailure[]> {
  const failures = [...starts]
  for (const [requestId, known] of facts) {
    const row = await addFacts(database, requestId, known)
    if (row.settled !== undefined || isComplete(row)) failures.push(await settle(database, row, expires))
  }
  return failures
}

// Whose last line has not come within this is told without it.
const patienceMs = 60_000

/** Failures that have waited for further lines long enough, or that nobody has told. */
export async function waitingFailures(database: Database, expires: (started: number) => number): Promise<PlatformFailure[]> {
  const rows = (await untoldEnded(database)).filter(({ since }) => since <= database.now() - patienceMs)
  const failures: PlatformFailure[] = []
  for (const row of rows) failures.push(await settle(database, row, expires))
  return failures
}

/** Notes that failures were told. */
export async function noteFailuresTold(database: Database, failures: readonly PlatformFailure[]): Promise<void> {
  for (const { requestId } of failures) if (requestId !== '') await noteTold(database, requestId)
}

// Whether an exit was for lack of memory stands in the last line only.
function isComplete(row: EndedRow): boolean {
  const isCertain = row.timeout !== undefined || row.memory !== undefined
  return (row.at ?? row.endedAt) !== undefined && (row.end !== undefined || (isCertain && row.line !== undefined))
}

async function settle(database: Database, row: EndedRow, expires: (started: number) => number): Promise<PlatformFailure> {
  const current = failureOf(row)
  const failure = JSON.parse(row.settled ?? (await settleEnded(database, row.requestId, JSON.stringify(current)))) as PlatformFailure
  // What is told stays as it was settled; what is counted follows from all that is known.
  await witness(database, current, expires)
  return failure
}

function failureOf(row: EndedRow): PlatformFailure {
  const end = row.end === undefined ? {} : (JSON.parse(row.end) as { isMemoryFull?: boolean })
  const record = row.line === undefined ? undefined : (JSON.parse(row.line) as LineRecord)
  const kind = row.memory !== undefined || ((row.exit !== undefined || row.ended === 'exit') && end.isMemoryFull === true) ? 'memory' : row.timeout !== undefined || (row.exit === undefined && row.ended === 'timeout') ? 'timeout' : 'exit'
  return {
    kind,
    text: row.memory ?? row.timeout ?? row.exit ?? (kind === 'timeout' ? 'Task timed out' : 'Runtime exited'),
    time: row.at ?? row.endedAt ?? new Date(row.since).toISOString(),
    function: textOf(record?.['function']) ?? row.group ?? '',
    requestId: row.requestId,
    ...(record === undefined ? {} : { record }),
  }
}

const statuses = { timeout: 504, memory: 500, exit: 500, start: 500 } as const

// The watchdog names the request as its own line would have: so it is counted, and once, whoever else tells of it.
async function witness(database: Database, { kind, text, time, record, requestId }: PlatformFailure, expires: (started: number) => number): Promise<void> {
  if (record?.['kind'] !== 'watchdog') return
  const identity = identityOf(record, { id: requestId, timestamp: Date.parse(time) })
  const { trace, messages, running, ...rest } = record
  const status = statuses[kind]
  const duration = Math.max(0, Date.parse(time) - identity.started)
  const seen = { ...rest, trace, messages, running, kind: 'request', level: 'error', status, time, duration_ms: duration, error: kind === 'timeout' ? 'FUNCTION_TIMEOUT' : kind === 'memory' ? 'OUT_OF_MEMORY' : 'PROCESS_EXITED', error_description: text }
  await noteMinutes(database, [identity.started])
  await putWitnessedRow(database, { ...identity, operation: textOf(record['operation']) ?? '', status, duration, inBytes: 0, outBytes: 0, level: 'error', record: JSON.stringify(seen), expires: expires(identity.started) }, 'platform')
  await markLate(database, [identity.started])
}

// A row holds 400 KB, and this twice; what a request carried is not what ended it.
function brief({ data: _data, result: _result, request_headers: _sent, response_headers: _got, ...record }: LineRecord): string {
  const text = JSON.stringify(record)
  if (text.length < 50_000) return text
  const { trace: _trace, messages: _messages, stack: _stack, ...rest } = record
  return JSON.stringify(Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value !== 'object' && String(value).length < 2000)))
}

function functionOf({ group = '' }: LogLine): string {
  return group.split('/').at(-1)!
}
