// The type machinery: handlers must cover the operations of their spec, with the right input and output.
import type { ErrorBody, ErrorDetail, HttpError } from '../../errors/index.ts'
import type { CompiledOperation, OperationTypes } from '../../openapi/index.ts'
import type { ApiSpec } from '../api/api-spec.ts'
import type { Context } from './handler-context.ts'
import type { ApiRequest } from './message.ts'
import type { Pieces, Reply } from './reply.ts'
import type { TaskContext } from './task-context.ts'

/** The validated input of an operation. */
export interface Input<Operation extends OperationTypes = OperationTypes> {
  path: Operation['path']
  query: Operation['query']
  /** Declared headers, by lower-case name. */
  headers: Operation['headers']
  cookies: Operation['cookies']
  body: Operation['body']
  /** The request as it came, for what the spec does not say. */
  raw: ApiRequest
}

declare const formatName: unique symbol

/** Text of a custom format, as it travels; handlers of a service that registers the format get what its `parse` gives. */
export type Formatted<Name extends string> = string & { readonly [formatName]?: Name }

/** A custom format: how its text becomes a value, and a value its text. */
export interface Format<Value = unknown> {
  /** The value of a text; what it throws is 400 INVALID_PARAMETER at the place of the text. */
  parse(text: string): Value
  /** The text of a value. */
  print(value: Value): string
}

/** Custom formats by name. */
export type Formats = Record<string, Format>

/** The declared headers of one part; checking coerces and completes them in place. */
export interface PartHead {
  field: string
  /** `/body/avatar/headers`, of an item of a list `/body/photos/0/headers`. */
  pointer: string
  headers: Record<string, unknown>
}

/** Custom formats with what reads and writes them; made by `defineFormats`. */
export interface FormatSet<Registered = Formats> {
  readonly formats: Registered
  /** Throws a UsageError for a format that the API does not name. */
  check(spec: ApiSpec): void
  /** Parses the texts of a checked input in place; gives what could not be parsed. */
  parse(spec: ApiSpec, operation: CompiledOperation, input: { input: Input; media: string | undefined; parts?: PartHead[] | undefined }): ErrorDetail[]
  /** A copy of a body with its values printed. Throws RESPONSE_INVALID for what a format cannot print. */
  print(spec: ApiSpec, operation: CompiledOperation, output: { body: unknown; declared: { status: string; media: string } }): unknown
  /** A copy of the headers of an answer with their values printed; `status` is the declared one. Throws as `print` does. */
  printHeaders(spec: ApiSpec, operation: CompiledOperation, output: { headers: Reply['headers']; status: string }): Reply['headers']
}

/** No formats: every text stays text. */
export type NoFormats = Record<never, never>

/** A type with the texts of registered formats replaced by their values. */
export type Parsed<Type, Registered> = Type extends string ? Value<Type, Registered> : Type extends Uint8Array ? Type : Type extends object ? { [Key in keyof Type]: Parsed<Type[Key], Registered> } : Type

type Value<Text, Registered> = typeof formatName extends keyof Text ? (NonNullable<Text[typeof formatName]> extends infer Name extends keyof Registered ? (Registered[Name] extends Format<infer Given> ? Given : Text) : Text) : Text

interface ParsedOperation<Operation extends OperationTypes, Registered> {
  path: Parsed<Operation['path'], Registered> & object
  query: Parsed<Operation['query'], Registered> & object
  headers: Parsed<Operation['headers'], Registered> & object
  cookies: Parsed<Operation['cookies'], Registered> & object
  body: Parsed<Operation['body'], Registered>
  replies: Parsed<Operation['replies'], Registered> & object
  success: Parsed<Operation['success'], Registered>
  replyHeaders: Parsed<Operation['replyHeaders'], Registered>
  task: Operation['task']
}

/** What a handler may give back. A failure may be thrown or returned. */
export type Output<Operation extends OperationTypes> = Operation['success'] | Nothing<Operation['success']> | DeclaredReply<Operation> | Reply<number, ErrorBody> | HttpError | ErrorBody | Pieces | Reply<number, Pieces>

// Without a body to send, a handler may simply end.
// oxlint-disable-next-line typescript/no-invalid-void-type
type Nothing<Success> = undefined extends Success ? void : never

type DeclaredReply<Operation extends OperationTypes> = { [Status in keyof Operation['replies']]: Reply<Status extends number ? Status : number, Operation['replies'][Status], ReplyHeaders<Operation['replyHeaders'], Status>> }[keyof Operation['replies']]

// Headers whose text a format prints are given as values, all others as text.
type ReplyHeaders<Declared, Status> = Status extends keyof Declared ? Declared[Status] & Record<string, string | Declared[Status][keyof Declared[Status]]> : Record<string, string>

/** The function bound to an operation; with the formats of its service, it sees their values instead of texts. */
export type Handler<Operation extends OperationTypes, Set = NoFormats> = Set extends FormatSet<infer Registered> ? Bound<ParsedOperation<Operation, Registered>> : Bound<Operation>

// An operation with x-klue-task runs as a task, and has its context.
type Bound<Operation extends OperationTypes> = (input: Input<Operation>, context: [Operation] extends [never] ? Context : Operation extends { task: true } ? TaskContext : Context) => Output<Operation> | Promise<Output<Operation>>

/** One handler for each operation; a missing or misshapen one is a compile error. */
export type Handlers<Operations, Set = NoFormats> = { [Name in keyof Operations]: Operations[Name] extends OperationTypes ? Handler<Operations[Name], Set> : never }

/** Changes the JSON of every error answer: the object that it returns is sent as it is. The status of the answer is its `status` where that is one, else that of the error. */
export type ErrorDecorator = (error: ErrorBody) => object | Promise<object>
