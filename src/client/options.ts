// What a client and a single call can be told.

/** The part of `fetch` that the client uses; the global one, a test's, or one that answers in this process. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What fetch takes as the body of a request. */
export type RequestBody = string | Blob | FormData | URLSearchParams | ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | ArrayBuffer

/** A request that is ready to leave; decorators may change it. */
export interface OutgoingRequest {
  url: string
  /** Upper case. */
  method: string
  headers: Headers
  body?: RequestBody
  /** Aborted when the attempt's time is over or the caller gives up. */
  signal: AbortSignal
}

/** Sends one attempt. */
export type Send = (request: OutgoingRequest) => Promise<Response>

/** Wraps the sending of an operation; named in the document by `x-decorate-request`. */
export type Decorator = (send: Send) => Send

/** Hears of calls. */
export type CallListener = (call: { operationId: string; method: string; url: string }) => ((outcome: { status?: number; code?: string }) => void) | undefined

/** Time and chance, replaced by tests. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after that many milliseconds; rejects with the signal's reason when it is aborted before. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** From 0 up to, not including, 1. */
  random(): number
}

export interface ClientOptions {
  /** Address of the API, its base path included: `https://host/base`. In a browser also relative to the page. Default: the document's first server, where that is absolute. */
  url?: string
  /** Default: the global `fetch`. */
  fetch?: Fetch
  /** Headers of every call. A value of undefined takes a header away. */
  headers?: Record<string, string | undefined> | (() => Record<string, string | undefined> | Promise<Record<string, string | undefined>>)
  /** Sent as Bearer to operations whose security asks for one; an empty text sends none. */
  token?: string | (() => string | undefined | Promise<string | undefined>)
  /** With `password`: sent as Basic to operations whose security asks for it. */
  username?: string
  password?: string
  /** Sent to operations whose security asks for an API key; by scheme name where an API has several. */
  apiKey?: string | Record<string, string>
  /** Milliseconds that one attempt may take, the reading of its body included. Default 10000. */
  timeoutMs?: number
  /** Attempts in all, the first included. Default 3. */
  attempts?: number
  /** Sent as `KlueCallID`. */
  callId?: string | (() => string | undefined)
  /** Sent as `KlueCallPath`. */
  callPath?: string | (() => string | undefined)
  /** Epoch milliseconds after which nobody waits for the answer any more; no attempt and no pause goes past it. */
  deadline?: number | (() => number | undefined)
  /** By the name that `x-decorate-request` gives. */
  decorators?: Record<string, Decorator>
  /** Largest body of an answer. Default 50 MB. */
  maxBodyBytes?: number
  /** Where idempotency keys travel for which the document names no place: `body` is the property `idempotency_key`. Default `header`. */
  idempotencyIn?: 'header' | 'body'
  clock?: Partial<Clock>
  /** Told of every call as it is sent; what it returns is told how the call ended. Attempts of one call are not told apart. */
  onCall?: CallListener | undefined
}

/** Settings of one call; they win over the client's. */
export interface CallOptions {
  /** Gives up when aborted; the call then rejects with the signal's reason. */
  signal?: AbortSignal
  /** Milliseconds that one attempt may take. */
  timeoutMs?: number
  /** Further headers; undefined takes one away, a `content-type` decides how the body is written. */
  headers?: Record<string, string | undefined>
  /** Attempts in all, the first included. */
  attempts?: number
  /**
   * The idempotency key of this call, for callers that repeat calls themselves: after a restart, from a queue.
   * Default: operations with `x-klue-idempotency` get a new key for each call, kept over its attempts; all others none.
   */
  idempotencyKey?: string
  /** Another token than the client's; an empty text sends none. */
  token?: string
}

/** The parts of a request before they are typed by an API. */
export interface CallInput {
  path?: object
  query?: object
  headers?: object
  cookies?: object
  body?: unknown
}

/** The value of an option that may be given as a function. */
export function valueOf<Value>(option: Value | (() => Value | Promise<Value>) | undefined): Value | Promise<Value> | undefined {
  return typeof option === 'function' ? (option as () => Value | Promise<Value>)() : option
}
