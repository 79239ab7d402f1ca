// The type machinery: handlers must cover the operations of their spec, with the right input and output.
import type { ErrorBody, HttpError } from '../errors/index.ts'
import type { OperationTypes } from '../spec/index.ts'
import type { Pieces } from './collect.ts'
import type { Context } from './context.ts'
import type { ApiRequest } from './message.ts'
import type { Reply } from './reply.ts'

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

/** What a handler may give back. A failure may be thrown or returned. */
export type Output<Operation extends OperationTypes> = Operation['success'] | Nothing<Operation['success']> | DeclaredReply<Operation['replies']> | Reply<number, ErrorBody> | HttpError | ErrorBody | Pieces | Reply<number, Pieces>

// Without a body to send, a handler may simply end.
// oxlint-disable-next-line typescript/no-invalid-void-type
type Nothing<Success> = undefined extends Success ? void : never

type DeclaredReply<Replies> = { [Status in keyof Replies]: Reply<Status extends number ? Status : number, Replies[Status]> }[keyof Replies]

/** The function bound to an operation. */
export type Handler<Operation extends OperationTypes> = (input: Input<Operation>, context: Context) => Output<Operation> | Promise<Output<Operation>>

/** One handler for each operation; a missing or misshapen one is a compile error. */
export type Handlers<Operations> = { [Name in keyof Operations]: Operations[Name] extends OperationTypes ? Handler<Operations[Name]> : never }
