// Invocations that the platform ended: lines in any order become one fatal report each, which names what was running.
import type { Database } from '../persist/index.ts'
import { addFacts, type EndedFacts, type EndedRow, noteMinutes, noteTold, type PlatformFailure, putWitnessedRow, settleEnded, untoldEnded } from '../store/index.ts'
import { gatewayFailures, gatewayKey, isGatewayKey } from './gateway-failures.ts'
import { markLate } from './late.ts'
import { type LineRecord, type LogLine, longestName, type ReadLine, textOf } from './log-line.ts'
import { type PlatformFact, readPlatformLine, sentenceOf } from './platform-lines.ts'
import { identityOf } from './read-line.ts'

// Answers of the gateway in one delivery that are looked at; each of them is counted.
const mostGateway = 20

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
  readonly #starts: (PlatformFailure & { stream: string })[] = []
  #gateway = 0
  readonly #possible = new Map<string, string>()
  readonly #mask: (text: string) => string

  /** @param mask hides secrets in texts that other programs printed */
  constructor(mask: (text: string) => string = (text) => text) {
    this.#mask = mask
  }

  /** Looks at a line and what was read of it. */
  see(line: LogLine, read: ReadLine): void {
    if (read.kind === 'other') this.#seePlatform(line)
    else if (read.kind === 'witness') this.#seeGateway(line, read)
    else if ('record' in read) this.#seeRecord(read)
  }

  /** What was gathered. An end alone is none: every invocation has one. */
  gathered(): EndedLines {
    const ended = [...this.#facts.keys(), ...[...this.#ends].filter(([, known]) => known.ended !== undefined).map(([id]) => id)]
    const facts = new Map(ended.map((id) => {
      const named = this.#named.get(id)
      const possible = this.#possible.get(id)
      return [id, { ...(possible === undefined ? {} : { error: possible }), ...this.#ends.get(id), ...(named === undefined ? {} : { line: brief(named) }), ...this.#facts.get(id) }]
    }))
    // The error says more than the platform's sum of the same start.
    const explained = new Set(this.#starts.filter(({ stack }) => stack !== undefined).map(({ stream }) => stream))
    const starts = this.#starts.filter(({ stack, stream }) => stack !== undefined || !explained.has(stream)).map(({ stream: _stream, ...start }) => start)
    return { facts, starts }
  }

  // Told by itself only if nobody else tells of the request: of a storm some say what all would.
  #seeGateway(line: LogLine, { request, record }: ReadLine & { kind: 'witness' }): void {
    if (request.status < 500 || (this.#gateway += 1) > mostGateway) return
    this.#add(gatewayKey(request.requestId), { line: JSON.stringify({ ...record, started_ms: request.started }), at: new Date(line.timestamp).toISOString(), group: functionOf(line) })
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
    else if (fact.kind === 'failed start') this.#starts.push({ kind: 'start', text: this.#mask(fact.text), ...(fact.error === undefined ? {} : { stack: this.#mask(fact.error.stack) }), time: at, function: functionOf(line), requestId: '', stream })
    else if (fact.kind === 'error') this.#seeError(fact, { at, group: functionOf(line) })
    else this.#ends.set(fact.requestId, { end: JSON.stringify({ durationMs: fact.durationMs, isMemoryFull: fact.isMemoryFull }), ...(fact.failure === undefined ? {} : { ended: fact.failure, endedAt: at, group: functionOf(line) }) })
  }

  #seeError({ requestId, how, error }: PlatformFact & { kind: 'error' }, where: EndedFacts): void {
    const printed = JSON.stringify({ text: this.#mask(sentenceOf(error)), stack: this.#mask(error.stack) })
    if (how === 'unknown') this.#possible.set(requestId, printed)
    else this.#add(requestId, { [how === 'ended' ? 'error' : 'invoke']: printed, ...where })
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
    if (!isGatewayKey(requestId) && (row.settled !== undefined || isComplete(row))) failures.push(await settle(database, row, expires))
  }
  return failures
}

// Whose last line has not come within this is told without it.
const patienceMs = 60_000

/** Failures that have waited for further lines long enough, or that nobody has told. */
export async function waitingFailures(database: Database, expires: (started: number) => number): Promise<PlatformFailure[]> {
  const rows = (await untoldEnded(database)).filter(({ since }) => since <= database.now() - patienceMs)
  const failures: PlatformFailure[] = []
  for (const row of rows.filter(({ requestId }) => !isGatewayKey(requestId))) failures.push(await settle(database, row, expires))
  failures.push(...(await gatewayFailures(database, rows.filter(({ requestId }) => isGatewayKey(requestId)))))
  return failures
}

/** Notes that failures were told. */
export async function noteFailuresTold(database: Database, failures: readonly PlatformFailure[]): Promise<void> {
  for (const { requestId } of failures) if (requestId !== '') await noteTold(database, requestId)
}

// Whether an exit was for lack of memory stands in the last line only.
function isComplete(row: EndedRow): boolean {
  const isCertain = row.timeout !== undefined || row.memory !== undefined || row.invoke !== undefined
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
  const kind = kindOf(row, end.isMemoryFull === true)
  const error = JSON.parse((kind === 'invoke' ? row.invoke : kind === 'exit' ? row.error : undefined) ?? '{}') as { text?: string; stack?: string }
  // The function's own line has the places of the sources.
  const stack = textOf(record?.['stack']) ?? error.stack
  return {
    kind,
    text: error.text ?? row.memory ?? row.timeout ?? row.exit ?? (kind === 'timeout' ? 'Task timed out' : 'Runtime exited'),
    ...(stack === undefined || stack === '' ? {} : { stack }),
    time: row.at ?? row.endedAt ?? new Date(row.since).toISOString(),
    function: textOf(record?.['function']) ?? row.group ?? '',
    requestId: row.requestId,
    ...(record === undefined ? {} : { record }),
  }
}

function kindOf(row: EndedRow, isMemoryFull: boolean): 'memory' | 'timeout' | 'exit' | 'invoke' {
  const exited = row.exit !== undefined || row.ended === 'exit'
  if (row.memory !== undefined || (exited && row.error === undefined && isMemoryFull)) return 'memory'
  if (row.timeout !== undefined || (!exited && row.error === undefined && row.ended === 'timeout')) return 'timeout'
  return exited || row.error !== undefined || row.invoke === undefined ? 'exit' : 'invoke'
}

const statuses = { timeout: 504, memory: 500, exit: 500, start: 500, invoke: 500, gateway: 500 } as const
const codes = { timeout: 'FUNCTION_TIMEOUT', memory: 'OUT_OF_MEMORY', exit: 'PROCESS_EXITED', start: 'START_FAILED', invoke: 'INVOCATION_FAILED', gateway: 'GATEWAY_FAILURE' } as const

// The watchdog names the request as its own line would have: so it is counted, and once, whoever else tells of it.
async function witness(database: Database, { kind, text, stack, time, record, requestId }: PlatformFailure, expires: (started: number) => number): Promise<void> {
  if (record?.['kind'] !== 'watchdog') return
  const identity = identityOf(record, { id: requestId, timestamp: Date.parse(time) })
  const { trace, messages, running, ...rest } = record
  const status = statuses[kind]
  const duration = Math.max(0, Date.parse(time) - identity.started)
  const seen = { ...rest, trace, messages, running, kind: 'request', level: 'error', status, time, duration_ms: duration, error: codes[kind], error_description: text, ...(stack === undefined ? {} : { stack }) }
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
