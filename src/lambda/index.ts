// The door `klue/lambda`: what a function's entry file starts its service with.
export { toReporter } from './reporter.ts'
export type { QueueEvent, QueueResult } from './reporter.ts'
export type { ErrorReporter, ReportDetails } from '../reports/index.ts'
export { toLambda } from './handler.ts'
export type { LambdaContext, LambdaHandler } from './handler.ts'
export type { LambdaEvent } from './event.ts'
export type { AlbEvent, GatewayResult, RestApiEvent } from './gateway-event.ts'
export type { HttpApiEvent, HttpApiResult } from './http-event.ts'
