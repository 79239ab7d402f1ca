// The answer of an operation as it lies beside its task.

/** An answer as JSON. */
export interface KeptResult {
  status: number
  headers: Record<string, string>
  /** The value of a JSON body; `text` or base64 `bytes` of any other. */
  body?: unknown
  text?: string
  bytes?: string
}
