// What a caller is told: the one error class, and the function that declares error codes.

/** One thing wrong with a request: where it is and what is wrong there. */
export interface ErrorDetail {
  /** JSON pointer into `path`, `query`, `headers`, `cookies` or `body`, for example `/body/value`. */
  pointer: string
  /** A sentence without a full stop, for example `must be number`. */
  message: string
}

/** The JSON body of every error answer. */
export interface ErrorBody {
  /** The HTTP status of the answer. */
  status: number
  /** The code that identifies the error, UPPER_SNAKE. */
  error: string
  /** An explanation for developers. */
  error_description: string
  /** A UUID, kept while the error travels from service to service. */
  error_id?: string
  /** An explanation for the person in front of the screen. */
  user_message?: string
  /** The inner error that led to this one, printed. */
  error_caught?: string
  /** Every fault of a refused request. */
  errors?: ErrorDetail[]
  /** Further fields of particular errors. */
  [field: string]: unknown
}

/** What `defineError` returns: makes the error, and carries its code and status. */
export interface ErrorMaker {
  (message?: string, options?: HttpErrorOptions): HttpError
  readonly code: string
  readonly status: number
  readonly sentence: string
}

export interface HttpErrorOptions {
  /** The exception that led here; kept for the log and the report, never sent. */
  cause?: unknown
  /** Every fault of a refused request. */
  errors?: ErrorDetail[]
  /** Headers of the answer, lower-case names. */
  headers?: Record<string, string>
  /** Further fields of the body. */
  fields?: Record<string, unknown>
  /** Keeps the identity of an error that came from another service. */
  errorId?: string
  /** What callers are told instead of the message and of `fields` and `errors`, where `hide_internal_errors` is set. */
  publicMessage?: string
}

// A brand instead of instanceof: a bundle and the dev server may each hold a copy of this file.
const brand = Symbol.for('klue.HttpError')

/** An error with a status and a code that the caller receives as JSON. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  readonly errors: ErrorDetail[] | undefined
  readonly headers: Record<string, string>
  readonly fields: Record<string, unknown>
  errorId: string | undefined
  userMessage: string | undefined
  errorCaught: string | undefined
  publicMessage: string | undefined
  /** false: a task that fails with it is not tried again. */
  declare retry?: boolean

  constructor({ status, code }: { status: number; code: string }, message: string, options: HttpErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HttpError'
    // A status that no answer can carry would cost the caller the answer.
    this.status = Number.isInteger(status) && status >= 400 && status <= 999 ? status : 500
    this.code = code
    this.errors = options.errors
    this.headers = options.headers ?? {}
    this.fields = options.fields ?? {}
    this.errorId = options.errorId
    this.publicMessage = options.publicMessage
    Object.defineProperty(this, brand, { value: true })
  }

  /** Adds the inner error to the answer as `error_caught`. Returns this error. */
  caught(inner: unknown): this {
    this.errorCaught = printCaught(inner)
    return this
  }

  /** Adds the sentence for the person in front of the screen as `user_message`. Returns this error. */
  tellUser(message: string): this {
    this.userMessage = message
    return this
  }

  /** The JSON body of this error; without `error_id` unless it has one already. */
  toBody(): ErrorBody {
    return {
      ...this.fields,
      status: this.status,
      error: this.code.toUpperCase(),
      error_description: this.message,
      ...(this.errorId === undefined ? {} : { error_id: this.errorId }),
      ...(this.userMessage === undefined ? {} : { user_message: this.userMessage }),
      ...(this.errorCaught === undefined ? {} : { error_caught: this.errorCaught }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    }
  }
}

/** Whether a value is an HttpError of this or another copy of klue. */
export function isHttpError(value: unknown): value is HttpError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}

/**
 * Declares an error code. Importing the declaration has no effect; nothing is registered.
 * @param status the HTTP status, 400 to 999
 * @param sentence the message where the maker is called without one
 * @param settings `retry: false` ends a task at once, whatever attempts it has left
 * @example
 * export const measurementNotFound = defineError('MEASUREMENT_NOT_FOUND', 404, 'There is no such measurement')
 * throw measurementNotFound(`There is no measurement ${id}`)
 */
// Services write these three without names, so the options of tasks come behind them.
// oxlint-disable-next-line max-params
export function defineError(code: string, status: number, sentence: string, settings?: { retry?: boolean }): ErrorMaker {
  if (!/^[A-Z][A-Z0-9_]*$/.test(code)) throw new TypeError(`defineError: the code ${JSON.stringify(code)} must be UPPER_SNAKE, for example PET_NOT_FOUND`)
  if (!Number.isInteger(status) || status < 400 || status > 999) throw new TypeError(`defineError: the status of ${code} must be a whole number from 400 to 999, not ${status}`)
  const make = makerOf(code, status, sentence)
  return settings === undefined ? make : Object.assign((message?: string, options?: HttpErrorOptions) => Object.assign(make(message, options), settings), { code, status, sentence })
}

/** As `defineError`, for codes of the kit: what holds them in a table of its own need not be checked with every start. */
export function makerOf(code: string, status: number, sentence: string): ErrorMaker {
  const make = (message: string = sentence, options: HttpErrorOptions = {}): HttpError => new HttpError({ status, code }, message, options)
  return Object.assign(make, { code, status, sentence })
}

/** The text of anything that can be thrown: strings, null and frozen objects included. */
export function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message || thrown.name
    if (typeof thrown === 'string') return thrown
    if (typeof thrown === 'object' && thrown !== null && typeof (thrown as { message?: unknown }).message === 'string') return (thrown as { message: string }).message
    return String(thrown)
  } catch {
    return 'An exception that cannot be printed'
  }
}

function printCaught(inner: unknown): string {
  try {
    if (isHttpError(inner)) return JSON.stringify(inner.toBody(), null, 4)
    if (inner instanceof Error) return `${inner.name}: ${inner.message}`
    return typeof inner === 'object' ? JSON.stringify(inner, null, 4) : String(inner)
  } catch {
    return messageOf(inner)
  }
}
