// The handler of a Lambda function: a service behind an HTTP API.
import { type OpenService, openService, type Platform, type Service } from '../runtime/edge.ts'
import { fromEvent, type HttpApiEvent, type HttpApiResult, toResult } from './event.ts'
import { lambdaPlatform } from './platform.ts'

/** The part of Lambda's context that is read. */
export interface LambdaContext {
  awsRequestId?: string
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis?(): number
}

export type LambdaHandler = (event: HttpApiEvent, context: LambdaContext) => Promise<HttpApiResult>

/**
 * Makes the handler of a Lambda function. The service is opened once, on the first event.
 * @example export const handler = toLambda(service)
 */
export function toLambda(service: Service, options: { platform?: () => Platform } = {}): LambdaHandler {
  let opened: OpenService | undefined
  return async (event, context) => {
    opened ??= openService(service, (options.platform ?? lambdaPlatform)())
    const remaining = context.getRemainingTimeInMillis?.()
    const request = fromEvent(event, remaining === undefined ? undefined : opened.platform.now() + remaining)
    return toResult(await opened.answer(context.awsRequestId === undefined ? request : { ...request, requestId: context.awsRequestId }))
  }
}
