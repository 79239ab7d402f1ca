// The body of a report: what is known of a call, as JSON whose keys are sorted and indented by 4.

/** A line of the log, parsed and already masked. */
export type LineRecord = Readonly<Record<string, unknown>>

export interface BodyParts {
  record: LineRecord
  /** The title without its prefix. */
  title: string
  fatal: boolean
  service: string
  /** Public host of the stage; empty where it has none. */
  host: string
  /** Keys beside those of the table, from `reportError`. */
  data?: Readonly<Record<string, unknown>>
}

const maxFrames = 30
const maxLine = 500
const maxCauses = 20
const maxDataBytes = 60_000

/** The body of a crash or of a slow call. */
export function callBody(parts: BodyParts): string {
  const { record } = parts
  const status = numberOf(record['status']) ?? 500
  const stack = stackLines(record['stack'])
  return printed({
    ...sharedBody(parts),
    error_id: parts.fatal ? textOf(record['error_id']) : '',
    ...(stack.length === 0 ? {} : { trace: stack }),
    time: { start: offsetTime(record['started'] ?? record['time']), end: offsetTime(record['time']), microsecs: (numberOf(record['duration_ms']) ?? 0) * 1000 },
    response: { type: 'Response', status: String(status), is_error: status >= 400 ? 1 : 0, error_code: textOf(record['error']), error_description: textOf(record['error_description']), user_message: textOf(record['user_message']) },
    request: { params: paramsOf(record) },
  })
}

/** The body of a report that the code of a service asked for. */
export function ownBody(parts: BodyParts): string {
  return printed({ ...boundedData(parts.data), ...sharedBody(parts) })
}

/** JSON with sorted keys, at every depth, indented by 4. */
export function printed(value: unknown): string {
  return JSON.stringify(sorted(value), null, 4)
}

function sharedBody({ record, title, fatal, service, host }: BodyParts): Record<string, unknown> {
  const [method, path, query] = [textOf(record['method']), textOf(record['path']), textOf(record['query'])]
  const base = host === '' ? path : `${host}${path}`
  const caught = record['caught']
  return {
    title,
    is_fatal_error: fatal,
    stack: stackLines(record['stack']),
    ...(caught === undefined || caught === '' ? {} : { error_caught: typeof caught === 'string' ? caught : JSON.stringify(caught) }),
    ...causesIn(record['causes']),
    call_id: textOf(record['call_id']),
    call_path: textOf(record['call_path']),
    is_ec2_instance: textOf(record['function']) === '' ? 0 : 1,
    user: userOf(record),
    server: { fqdn: host.replace(/^https?:\/\//, '').replace(/:\d+$/, ''), port: /:(\d+)$/.exec(host)?.[1] ?? '', api_name: service, api_version: textOf(record['version']) },
    ...(method === '' ? {} : { endpoint: { id: `${service} ${method} ${path}`, url: query === '' ? base : `${base}?${query.replace(/^\?/, '')}`, base_url: base, path, method } }),
  }
}

// As lines, like the stack itself.
function causesIn(causes: unknown): Record<string, unknown> {
  if (!Array.isArray(causes) || causes.length === 0) return {}
  return { causes: causes.slice(0, maxCauses).map((cause) => (typeof cause === 'object' && cause !== null && 'stack' in cause ? { ...cause, stack: stackLines(cause.stack) } : cause)) }
}

function userOf(record: LineRecord): Record<string, unknown> {
  const [id, agent] = [textOf(record['user']), record['user_agent']]
  return { id, is_auth: id === '' ? 0 : 1, ip: textOf(record['ip']), ...(agent === undefined || agent === '' ? {} : { user_agent: typeof agent === 'string' ? agent : JSON.stringify(agent) }) }
}

// As the original printed them: a list in its own notation, empty where there is nothing.
function paramsOf(record: LineRecord): string {
  const params = record['params']
  return typeof params === 'object' && params !== null && Object.keys(params).length > 0 ? JSON.stringify([params]) : '[]'
}

function boundedData(data: BodyParts['data']): Record<string, unknown> {
  if (data === undefined) return {}
  const text = JSON.stringify(data)
  return Buffer.byteLength(text) <= maxDataBytes ? data : { data: `${text.slice(0, maxDataBytes / 4)}…` }
}

function stackLines(stack: unknown): string[] {
  if (typeof stack !== 'string' || stack === '') return []
  return stack.split('\n').slice(0, maxFrames).map((line) => (line.length > maxLine ? `${line.slice(0, maxLine)}…` : line))
}

/** A time as the original wrote it: `2026-03-01T12:00:00.000+00:00`. */
function offsetTime(time: unknown): string {
  const milliseconds = Date.parse(textOf(time))
  return Number.isNaN(milliseconds) ? '' : new Date(milliseconds).toISOString().replace('Z', '+00:00')
}

/** A text, or the empty one. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A finite number, or undefined. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]))
}
