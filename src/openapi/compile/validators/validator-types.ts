// What compiled validators are to those that run them.

/** Begins the code of validators of whose patterns none can take long. */
export type PlainMark = '/* plain */'

/** One fault as Ajv reports it. */
export interface ValidationFault {
  instancePath: string
  keyword: string
  message?: string
  params: Record<string, unknown>
}

/** An Ajv standalone validator: may coerce and fill in defaults in place. */
export interface Validator {
  (data: unknown): boolean
  errors?: ValidationFault[] | null
}

/** The file `requests/<file>.cjs` of an operation. */
export interface RequestValidators {
  /** Validates, coerces and completes `{ path, query, headers, cookies }`; absent where the operation has no parameters. */
  parameters?: Validator
  /** By declared media type. JSON bodies are not coerced; form bodies are. A media type whose schema accepts everything is absent. */
  body: Record<string, Validator>
  /** The headers of parts, by media type, then by field; validates, coerces and completes. Absent where none are declared. */
  parts?: Record<string, Record<string, Validator>>
}

/** The file `replies/<file>.cjs` of an operation. */
export interface ReplyValidators {
  /** By declared status, then by media type. Nothing is coerced. */
  replies: Record<string, Record<string, Validator>>
  /** Headers by declared status; header values are coerced from text. */
  headers: Record<string, Validator>
}

/** The file `values/<file>.cjs` of an exported schema; what accepts everything is absent. */
export interface ValueValidators {
  /** A value as it is given: completed with defaults, without properties that are read-only. */
  input?: Validator
  /** A value as it is handed out. */
  result?: Validator
}
