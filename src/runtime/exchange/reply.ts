// Answers that say more than a body: status, headers, cookies.

/** An answer with its status; made by `reply`. */
export interface Reply<Status extends number = number, Body = unknown, Headers = Record<string, string>> {
  readonly kind: typeof replyBrand
  status: Status
  body: Body
  /** By lower-case name; values of custom formats are printed with the answer. */
  headers: Headers
  /** Values of Set-Cookie headers. */
  cookies: string[]
}

export interface ReplyOptions<Headers = Record<string, string>> {
  headers?: Headers
  cookies?: string[]
}

// A brand that survives two copies of this file in one process.
const replyBrand = 'klue.Reply'

/**
 * An answer with a status of its own.
 * @example return reply(201, measurement, { headers: { location: `/measurements/${measurement.id}` } })
 */
export function reply<Status extends number>(status: Status): Reply<Status, undefined, Record<string, never>>
export function reply<Status extends number, Body = undefined, Headers extends object = Record<string, never>>(status: Status, body?: Body, options?: ReplyOptions<Headers>): Reply<Status, Body, NoInfer<Headers>>
export function reply<Status extends number, Body, Headers extends object>(status: Status, body?: Body, options: ReplyOptions<Headers> = {}): Reply<Status, Body, Headers> {
  const headers: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value
  return { kind: replyBrand, status, body: body as Body, headers: headers as Headers, cookies: options.cookies ?? [] }
}

/** An answer that sends the caller elsewhere; 302 unless told otherwise. */
export function redirect<Status extends number = 302>(location: string, status: Status = 302 as Status): Reply<Status, undefined, { location: string }> {
  return reply(status, undefined, { headers: { location } })
}

/** Whether a value was made by `reply`. */
export function isReply(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === replyBrand
}

/** What a handler may give piece by piece: a ReadableStream, a Node stream, an async generator of text or bytes. */
export type Pieces = AsyncIterable<string | Uint8Array>
