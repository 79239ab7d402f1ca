// The typed client of an API: plain calls with time-outs, retries and klue's errors; runs in Node and in browsers.
export { createClient } from './create-client.ts'
export { HttpError, isError, isHttpError } from '../errors/index.ts'
export type { ErrorBody, ErrorDetail } from '../errors/index.ts'
export type { ClientSpec } from '../openapi/table.ts'
export type { Argument, Client, ClientTools, Exchange, ExchangeOf, Method, Methods, TaskCallOptions, TaskHandle, TaskMethod, TaskSnapshot, WaitOptions } from './types.ts'
export type { CallInput, CallListener, CallOptions, ClientOptions, Clock, Decorator, Fetch, OutgoingRequest, RequestBody, Send } from './options.ts'
