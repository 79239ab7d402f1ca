// The handler of a Lambda function: a service behind an HTTP API, a function URL, a REST API or a load balancer.
import { type OpenService, openService, type Platform, type Service } from '../runtime/edge.ts'
import { fromEvent, type HttpApiEvent, type HttpApiResult, type LambdaEvent, toResult } from './event.ts'
import type { AlbEvent, GatewayResult, RestApiEvent } from './gateway-event.ts'
import { lambdaPlatform } from './platform.ts'

/** The part of Lambda's context that is read. */
export interface LambdaContext {
  awsRequestId?: string
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis?(): number
}

/** Answers the event of any of the four senders in its own form. */
export interface LambdaHandler {
  (event: HttpApiEvent, context: LambdaContext): Promise<HttpApiResult>
  (event: RestApiEvent | AlbEvent, context: LambdaContext): Promise<GatewayResult>
}

/**
 * Makes the handler of a Lambda function. The service is opened once, on the first event.
 * @example export const handler = toLambda(service)
 */
export function toLambda(service: Service, options: { platform?: () => Platform } = {}): LambdaHandler {
  let opened: OpenService | undefined
  const handler = async (event: LambdaEvent, context: LambdaContext): Promise<HttpApiResult | GatewayResult> => {
    opened ??= openService(service, (options.platform ?? lambdaPlatform)())
    const remaining = context.getRemainingTimeInMillis?.()
    const request = fromEvent(event, remaining === undefined ? undefined : opened.platform.now() + remaining)
    return toResult(await opened.answer(context.awsRequestId === undefined ? request : { ...request, requestId: context.awsRequestId }), event)
  }
  // The form of the result follows from the event, which overloads can say and an arrow function cannot.
  return handler as LambdaHandler
}
