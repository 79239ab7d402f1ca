// What Lambda's runtime for Node prints of an error that nobody caught: its type, text and stack.

/** An error as the runtime printed it. */
export interface PrintedError {
  type: string
  text: string
  /** With the stacks of its causes; empty where there is none. */
  stack: string
}

export interface ErrorLine {
  /** Undefined while the function starts. */
  requestId: string | undefined
  /** Ended the process, or failed one invocation; in a log of JSON the line does not say. */
  how: 'ended' | 'failed' | 'unknown'
  error: PrintedError
}

const label = /^\S+\t(\S+)\t(?:ERROR|FATAL)\t(Uncaught Exception|Unhandled Promise Rejection|Invoke Error) \t?(\{[^]*)$/
const isId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const longest = 16_384
const mostCauses = 5

/** Reads such a line; undefined for every other. */
export function readErrorLine(message: string): ErrorLine | undefined {
  if (message.startsWith('{')) return readJsonLine(message)
  const [, id = '', what, printed] = label.exec(message) ?? []
  if (printed === undefined) return undefined
  return { requestId: isId.test(id) ? id : undefined, how: what === 'Invoke Error' ? 'failed' : 'ended', error: errorOf(parse(printed)) ?? cutError(printed) }
}

// Of a log in JSON: the same shape has what a handler gives to console.error.
function readJsonLine(message: string): ErrorLine | undefined {
  if (!message.startsWith('{"timestamp":') || !message.includes('"errorType"')) return undefined
  const { level, requestId, message: said } = (parse(message) ?? {}) as { level?: unknown; requestId?: unknown; message?: unknown }
  const error = level === 'ERROR' || level === 'FATAL' ? errorOf(said) : undefined
  if (error === undefined) return undefined
  const isStart = typeof requestId !== 'string' || !isId.test(requestId)
  const isCertain = isStart || /^(?:Runtime\.)?UnhandledPromiseRejection$/.test((said as { errorType?: string }).errorType!)
  return { requestId: isStart ? undefined : requestId, how: isCertain ? 'ended' : 'unknown', error }
}

function errorOf(value: unknown): PrintedError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { errorType, errorMessage, reason } = value as Record<string, unknown>
  if (typeof errorType !== 'string') return undefined
  // What a promise was rejected with says more than that one was.
  const rejected = errorType.endsWith('UnhandledPromiseRejection') ? errorOf(reason) : undefined
  return rejected ?? { type: errorType.slice(0, 200), text: (typeof errorMessage === 'string' ? errorMessage : '').slice(0, 2000), stack: stackOf(value as Record<string, unknown>) }
}

function stackOf(error: Record<string, unknown>): string {
  const parts: string[] = []
  let current: unknown = error
  for (let depth = 0; depth <= mostCauses && typeof current === 'object' && current !== null; depth += 1) {
    const { stack, stackTrace, trace, cause, errorType, errorMessage } = current as Record<string, unknown>
    const lines = [stack, stackTrace, trace].find(Array.isArray) as unknown[] | undefined
    const own = lines?.filter((line) => typeof line === 'string').join('\n') ?? (typeof stack === 'string' ? stack : depth > 0 && typeof errorType === 'string' ? `${errorType}: ${String(errorMessage)}` : '')
    if (own !== '') parts.push(depth === 0 ? own : `Caused by: ${own}`)
    current = cause
  }
  return parts.join('\n').slice(0, longest)
}

// CloudWatch cuts long lines: what begins the line is worth having alone.
function cutError(printed: string): PrintedError {
  const field = (name: string): string => /^"((?:[^"\\]|\\.)*)/.exec(printed.slice(printed.indexOf(`"${name}":`) + name.length + 3).slice(0, 2000))?.[1] ?? ''
  return { type: printed.includes('"errorType":') ? field('errorType') : 'Error', text: printed.includes('"errorMessage":') ? field('errorMessage') : '', stack: '' }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
