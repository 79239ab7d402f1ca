// What Lambda itself writes about a function: time-outs, ended processes, failed starts, and the sum at the end of an invocation.

import { type ErrorLine, type PrintedError, readErrorLine } from './error-lines.ts'

/** A fact about an invocation, or about a start that failed (then without an id). */
export type PlatformFact =
  /** An invocation begins; lines without an id that follow in its stream are about it. */
  | { kind: 'start'; requestId: string }
  | { kind: 'failure'; failure: 'timeout' | 'memory' | 'exit'; requestId: string; text: string }
  | { kind: 'failed start'; text: string; error?: PrintedError }
  /** An error that nobody caught: it ended the process, or failed the invocation. */
  | { kind: 'error'; how: ErrorLine['how']; requestId: string; error: PrintedError }
  /** The last line of an invocation. */
  | { kind: 'end'; requestId: string; durationMs: number; isMemoryFull: boolean; failure?: 'timeout' | 'exit' }

const id = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const wholeId = new RegExp(`^${id}$`)
const start = new RegExp(`^START RequestId: (${id})`)
const timeout = new RegExp(`^(?:\\S+ )?(?:(${id}) )?(Task timed out after [\\d.]+ seconds)`)
const exit = new RegExp(`^(?:RequestId: (${id}) )?(?:Error: )?(Runtime exited\\b[^]*|Worker process died|Runtime\\.ExitError)`)
const end = new RegExp(`^REPORT RequestId: (${id})\\s`)

/**
 * Reads a line of Lambda's own; undefined for every other.
 * @param current the invocation that the stream is in, for lines that do not name it
 */
export function readPlatformLine(message: string, current: string | undefined): PlatformFact | undefined {
  if (message.startsWith('{"time":"') && message.includes('"type":"platform.')) return readJson(message)
  const failed = readErrorLine(message)
  if (failed !== undefined) return errorFact(failed)
  // Most lines are JSON, and none of the others is.
  if (message.startsWith('{')) return undefined
  const began = start.exec(message)
  if (began !== null) return { kind: 'start', requestId: began[1]! }
  const ended = end.exec(message)
  if (ended !== null) return endOf(ended[1]!, message)
  if (message.startsWith('INIT_REPORT ')) return failedStart(message)
  const [, namedTimeout, timeoutText] = timeout.exec(message) ?? []
  if (timeoutText !== undefined) return failure('timeout', namedTimeout ?? current, timeoutText)
  const [, namedExit, exitText] = exit.exec(message) ?? []
  if (exitText === undefined) return undefined
  // Nothing in a function kills its process but the lack of memory.
  return failure(/signal: killed/.test(exitText) ? 'memory' : 'exit', namedExit ?? current, exitText.split(/\s*\n/)[0]!)
}

function errorFact({ requestId, how, error }: ErrorLine): PlatformFact {
  return requestId === undefined ? { kind: 'failed start', text: `The function did not start: ${sentenceOf(error)}`, error } : { kind: 'error', how, requestId, error }
}

/** Type and text of an error. */
export function sentenceOf({ type, text }: PrintedError): string {
  return text === '' ? type : `${type}: ${text}`
}

// Where the log of a function is set to JSON.
function readJson(message: string): PlatformFact | undefined {
  const { type, record } = parsed(message)
  if (typeof record !== 'object' || record === null) return undefined
  const { requestId, status, errorType, metrics } = record as { requestId?: unknown; status?: unknown; errorType?: unknown; metrics?: Record<string, unknown> }
  if (type === 'platform.initReport' && (status === 'error' || status === 'timeout')) return { kind: 'failed start', text: `The function did not start: ${status}${typeof errorType === 'string' ? ` ${errorType.slice(0, 200)}` : ''}` }
  if (typeof requestId !== 'string' || !wholeId.test(requestId)) return undefined
  if (type === 'platform.start') return { kind: 'start', requestId }
  if (type !== 'platform.report') return undefined
  const number = (name: string): number => (typeof metrics?.[name] === 'number' ? metrics[name] : 0)
  const ended = status === 'timeout' ? 'timeout' : status === 'error' && /^Runtime\.(?:ExitError|OutOfMemory)$/.test(String(errorType)) ? 'exit' : undefined
  return { kind: 'end', requestId, durationMs: number('durationMs'), isMemoryFull: number('memorySizeMB') > 0 && number('maxMemoryUsedMB') >= number('memorySizeMB'), ...(ended === undefined ? {} : { failure: ended }) }
}

function parsed(message: string): { type?: unknown; record?: unknown } {
  try {
    return JSON.parse(message) as { type?: unknown; record?: unknown }
  } catch {
    return {}
  }
}

function failure(kind: 'timeout' | 'memory' | 'exit', requestId: string | undefined, text: string): PlatformFact | undefined {
  return requestId === undefined ? undefined : { kind: 'failure', failure: kind, requestId, text }
}

function endOf(requestId: string, message: string): PlatformFact {
  const number = (name: string): number => Number(new RegExp(`\\b${name}: ([\\d.]+)`).exec(message)?.[1] ?? 0)
  const status = /\tStatus: (\w+)/.exec(message)?.[1]
  const failed = status === 'timeout' ? 'timeout' : status === 'error' && /Error Type: (Runtime\.ExitError|Runtime\.OutOfMemory)/.test(message) ? 'exit' : undefined
  const [size, used] = [number('Memory Size'), number('Max Memory Used')]
  return { kind: 'end', requestId, durationMs: number('Duration'), isMemoryFull: size > 0 && used >= size, ...(failed === undefined ? {} : { failure: failed }) }
}

// A start that failed within an invocation is told by that invocation as well.
function failedStart(message: string): PlatformFact | undefined {
  const status = /\bStatus: (\w+)/.exec(message)?.[1]
  if (status !== 'error' && status !== 'timeout') return undefined
  const type = /Error Type: (\S+)/.exec(message)?.[1]
  const duration = /Init Duration: ([\d.]+) ms/.exec(message)?.[1]
  return { kind: 'failed start', text: `The function did not start: ${status}${type === undefined ? '' : ` ${type}`}${duration === undefined ? '' : ` after ${Math.round(Number(duration))} ms`}` }
}
