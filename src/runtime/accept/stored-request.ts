// A request as the input of a task: what is declared of it, and nothing that proves who sent it.

/** A request as it lies in a row: as JSON, so that names of secrets are masked where it is shown. */
export interface StoredRequest {
  method: string
  path: string
  pathIsDecoded?: boolean
  query: string
  headers: Record<string, string>
  /** The value of a JSON body; `text` or base64 `bytes` of any other. */
  body?: unknown
  text?: string
  bytes?: string
}
