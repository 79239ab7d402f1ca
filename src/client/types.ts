// From the generated types of an API to the types of its client.
import type { CallInput, CallOptions, ClientOptions } from './options.ts'

/** A task as its service shows it; any status but `waiting` and `running` is its end. */
export interface TaskSnapshot {
  id: string
  status: string
  /** 0 to 1. */
  progress?: number
  result?: unknown
  error?: { status: number; error: string; error_description: string; [field: string]: unknown }
  /** ISO 8601. */
  created: string
  updated: string
}

export interface WaitOptions {
  /** Milliseconds after which nobody waits any more: BACKEND_TIMEOUT with `task` and the last `progress`. Default 900000, and never beyond the client's deadline. */
  timeoutMs?: number
  /** Gives up when aborted; rejects with the signal's reason. */
  signal?: AbortSignal
  /** Cancels the task when the signal is aborted. Default false: it goes on. */
  cancelOnAbort?: boolean
}

/** A task that was begun. */
export interface TaskHandle<Result = unknown> {
  readonly id: string
  /** As it was seen last. */
  readonly task: TaskSnapshot
  /** Looks at it once. */
  look(): Promise<TaskSnapshot>
  /** Resolves to its result; rejects with the error that it failed with, TASK_CANCELLED, or BACKEND_TIMEOUT. */
  wait(options?: WaitOptions): Promise<Result>
  /** Ends it; one that is over stays as it is. */
  cancel(): Promise<TaskSnapshot>
  /** Told of progress (0 to 1) as it is seen while somebody waits or looks. Returns what ends that. */
  onProgress(listener: (fraction: number, task: TaskSnapshot) => void): () => void
}

/** Options of a call that waits for its task. */
export interface TaskCallOptions extends CallOptions {
  /** As `timeoutMs` of `wait`. */
  taskTimeoutMs?: number
  cancelOnAbort?: boolean
  onProgress?: (fraction: number, task: TaskSnapshot) => void
}

/** A client: one method an operation, and the tools whose names start with `$`. */
export type Client<Operations = unknown, Calls = unknown> = ClientTools<Operations, Calls> & Methods<Operations, Calls>

/** A method for each operationId; without generated types every name takes and gives anything. */
export type Methods<Operations, Calls> = unknown extends Operations
  ? { [operationId: string]: Method<unknown, unknown> }
  : { [Id in keyof Operations]: Operations[Id] extends { task: true } ? TaskMethod<Id extends keyof Calls ? Calls[Id] : unknown, Operations[Id]> : Method<Id extends keyof Calls ? Calls[Id] : unknown, Operations[Id]> }

/** The method of an operation that runs as a task: called as any other it waits for the result, too. */
export interface TaskMethod<Call, Operation> {
  (...args: TaskArguments<Call>): Promise<Success<Operation>>
  /** Has it run and resolves to its result, as if the operation had answered at once. */
  run(...args: TaskArguments<Call>): Promise<Success<Operation>>
  /** Has it run and resolves to a handle as soon as it is accepted. */
  fire(...args: MethodArguments<Call>): Promise<TaskHandle<Success<Operation>>>
}

type Success<Operation> = Operation extends { success: infer Given } ? Given : unknown

/**
 * Calls an operation and resolves to the body of its success.
 * Rejects with an HttpError: the API's own, or BACKEND_TIMEOUT, BACKEND_UNREACHABLE, BACKEND_RESPONSE_INVALID,
 * or INVALID_PARAMETER where a path argument is missing.
 */
export type Method<Call, Operation> = (...args: MethodArguments<Call>) => Promise<Success<Operation>>

/** What a caller gives to an operation; parts and the whole are optional where nothing in them is required. */
export type Argument<Call> = unknown extends Call ? CallInput : Flat<{ [Name in RequiredParts<Call>]: Call[Name] } & { [Name in OptionalParts<Call>]?: Exclude<Call[Name], undefined> }>

export interface ClientTools<Operations, Calls> {
  /**
   * Calls an operation and resolves to the whole exchange, whatever its status and body.
   * Rejects only where there is no answer, or where no request can be made of the input.
   */
  $send<Id extends keyof Operations & string>(operationId: Id, ...args: MethodArguments<Id extends keyof Calls ? Calls[Id] : unknown>): Promise<ExchangeOf<Operations[Id]>>
  $send(operationId: string, input?: CallInput, options?: CallOptions): Promise<Exchange>
  /** The same client with other options; cheap, for example one for each incoming request. */
  $with(options: Partial<ClientOptions>): Client<Operations, Calls>
}

/** One request and its answer. */
export interface Exchange<Status extends number = number, Body = unknown> {
  operationId: string
  /** Upper case. */
  method: string
  /** The address that was asked, query included. */
  url: string
  status: Status
  headers: Headers
  /** Media type of the answer, lower case, without parameters; empty where there is none. */
  media: string
  /** JSON parsed, text as a string, anything else as bytes; undefined where the answer has no body. */
  body: Body
  /** The body as it came. */
  bytes: Uint8Array<ArrayBuffer>
  /** Why the body cannot be read as its media type says; `body` then holds its text. */
  fault?: string
  /** Attempts that were made. */
  attempts: number
}

/** The exchange of an operation, narrowed by its declared statuses. */
export type ExchangeOf<Operation> = Operation extends { replies: infer Replies }
  ? keyof Replies extends never
    ? Exchange
    : { [Status in keyof Replies]: Exchange<Status extends number ? Status : number, Replies[Status]> }[keyof Replies]
  : Exchange

type MethodArguments<Call> = {} extends Argument<Call> ? [input?: Argument<Call>, options?: CallOptions] : [input: Argument<Call>, options?: CallOptions]

type TaskArguments<Call> = {} extends Argument<Call> ? [input?: Argument<Call>, options?: TaskCallOptions] : [input: Argument<Call>, options?: TaskCallOptions]

// `{}` fits a part exactly when none of its members is required; a body is required unless it may be undefined.
type RequiredParts<Call> = { [Name in keyof Call]: undefined extends Call[Name] ? never : Name extends 'body' ? ([Call[Name]] extends [never] ? never : Name) : {} extends Call[Name] ? never : Name }[keyof Call]

type OptionalParts<Call> = Exclude<keyof Call, RequiredParts<Call>>

type Flat<Shape> = { [Name in keyof Shape]: Shape[Name] }
