// The neutral request and answer that both edges translate to and from.
import type { HttpError } from '../../errors/index.ts'

/** A request as the pipeline sees it, whatever brought it. */
export interface ApiRequest {
  /** Upper case. */
  method: string
  /** Without query; percent-encoded unless `pathIsDecoded`. */
  path: string
  /** True where the event source has decoded the path already (payload 2.0 of an HTTP API). */
  pathIsDecoded?: boolean
  /** Raw query string without `?`. */
  query: string
  /** Lower-case names; repeated headers joined by `, ` (cookies by `; `). */
  headers: Record<string, string>
  /** Absent where the request has none. */
  body?: Uint8Array
  /** The same as text, where it came as one. */
  text?: string
  /** The edge stopped reading because the body exceeds the limit. */
  bodyTooLarge?: boolean
  /** Set where the edge refuses the request: the handler does not run, but the refusal is answered and logged as usual. */
  refused?: HttpError
  /** How the service was reached. Absent means https: in AWS only a load balancer can be reached without it. */
  scheme?: 'http' | 'https'
  /** The caller's address; empty where unknown. */
  sourceIp: string
  /** The platform's id of this request, where it has one. */
  requestId?: string
  /** The gateway's own id of this request and the time of its arrival there (epoch milliseconds), to find it in the gateway's log. */
  gateway?: { id: string; time: number }
  /** The sender hands bytes on as base64: answers are not compressed for it. */
  isTextOnly?: boolean
  /** Bytes of the largest result that the sender takes: the whole of it, printed as JSON. */
  resultLimitBytes?: number
  /** Epoch milliseconds at which the platform ends the request. */
  endsAt?: number
}

/** An answer as the pipeline makes it. */
export interface ApiResponse {
  status: number
  /** Lower-case names. */
  headers: Record<string, string>
  /** Values of Set-Cookie headers. */
  cookies: string[]
  body: string | Uint8Array
}
