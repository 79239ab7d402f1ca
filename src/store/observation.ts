// What who reads lines hands to who tells people of failures; both know the store, and not each other.

/** The record of a request that failed or was slow or of what the code reported, or an end by the platform. */
export type Observation = { record: Readonly<Record<string, unknown>> } | { failure: PlatformFailure }

/** What the platform says of a function that did not end by itself. */
export interface PlatformFailure {
  /** Time-out, out of memory, a failed start, an exit, an invocation that failed, an answer that the gateway made. */
  kind: 'timeout' | 'memory' | 'start' | 'exit' | 'invoke' | 'gateway'
  /** What the platform printed. */
  text: string
  /** Of the error that nobody caught, where it is known. */
  stack?: string
  /** ISO 8601; the same for every copy of the line. */
  time: string
  /** Name of the function. */
  function: string
  /** Id of the invocation that was running; empty for a failed start. */
  requestId: string
  /** What is known of the request: its watchdog line, or any other. */
  record?: Readonly<Record<string, unknown>>
}
