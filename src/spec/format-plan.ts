// Where values of custom formats lie: the plans by which the runtime parses and prints them.

/** Where values of custom formats lie in the parts of an operation. */
export interface OperationFormats {
  /** Below `path`, `query`, `headers`, `cookies`. */
  parameters?: FormatPlan
  /** By declared media type. */
  body?: Record<string, FormatPlan>
  /** Of the headers of parts, by declared media type, then by field. */
  parts?: Record<string, Record<string, FormatPlan>>
  /** By declared status, then by media type. */
  replies?: Record<string, Record<string, FormatPlan>>
  /** Of the headers of answers, by declared status. */
  replyHeaders?: Record<string, FormatPlan>
}

/** The custom formats of an API: those that `x-klue-formats` names. */
export interface TableFormats {
  names: string[]
  /** Plans that others refer to, by the pointer of their schema. */
  schemas: Record<string, FormatPlan>
}

/** Where values of custom formats lie in a value; everything in it applies at once. */
export interface FormatPlan {
  /** The value itself, where it is text. */
  format?: string
  properties?: Record<string, FormatPlan>
  /** Of properties by regular expression. */
  patterns?: Record<string, FormatPlan>
  /** Of all other properties. */
  others?: FormatPlan
  /** Of the first items of a list, empty where one has none; `items` is for those that follow. */
  first?: FormatPlan[]
  items?: FormatPlan
  all?: FormatPlan[]
  /** Branches of a union; those count whose conditions a value meets. */
  any?: FormatBranch[]
  /** The pointer of a schema in the table's `formats`. */
  ref?: string
}

/** A branch of a union: what can be seen of a value without its validator, and its plan. */
export interface FormatBranch {
  types?: string[]
  values?: unknown[]
  required?: string[]
  /** Properties that may only have these values. */
  fixed?: Record<string, unknown[]>
  plan?: FormatPlan
}
