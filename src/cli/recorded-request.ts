// A request as it can be sent again from its record: without what was masked.

/** A request to be sent. */
export interface RecordedRequest {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string>
  body?: string
  /** What was masked in the record, and so is not sent: `query.token`, `body.user.password`. */
  leftOut: string[]
}

const mask = '********'
const sentHeaders = ['accept', 'accept-language', 'content-type']

/** Reads a record of the log. */
export function toRequest(record: Readonly<Record<string, unknown>>): RecordedRequest {
  const leftOut: string[] = []
  const method = text(record['method']) || 'GET'
  const query = new URLSearchParams()
  for (const [name, value] of new URLSearchParams(text(record['query']))) {
    if (value.includes(mask)) leftOut.push(`query.${name}`)
    else query.append(name, value)
  }
  const { data } = record
  const body = data === undefined || data === null || method === 'GET' || method === 'HEAD' ? undefined : typeof data === 'string' ? data : JSON.stringify(withoutMasked(data, 'body', leftOut))
  const headers = headersOf(record)
  if (body !== undefined) headers['content-type'] ??= text(record['request_type']) || 'application/json'
  return { method, path: `${text(record['path']) || '/'}${query.size === 0 ? '' : `?${query}`}`, headers, ...(body === undefined ? {} : { body }), leftOut }
}

function headersOf(record: Readonly<Record<string, unknown>>): Record<string, string> {
  const recorded = record['request_headers']
  if (typeof recorded !== 'object' || recorded === null) return {}
  return Object.fromEntries(Object.entries(recorded).map(([name, value]) => [name.toLowerCase(), value]).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && sentHeaders.includes(entry[0] as string) && !entry[1].includes(mask)))
}

function withoutMasked(value: unknown, path: string, leftOut: string[]): unknown {
  if (Array.isArray(value)) return value.map((entry, index) => withoutMasked(entry, `${path}.${index}`, leftOut))
  if (typeof value !== 'object' || value === null) return value
  const kept: [string, unknown][] = []
  for (const [key, inner] of Object.entries(value)) {
    if (inner === mask) leftOut.push(`${path}.${key}`)
    else kept.push([key, withoutMasked(inner, `${path}.${key}`, leftOut)])
  }
  return Object.fromEntries(kept)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
