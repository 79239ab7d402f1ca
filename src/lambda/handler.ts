// The handler of a Lambda function: a service behind an HTTP API, a function URL, a REST API or a load balancer.
import { env } from '../config/index.ts'
import { type OpenService, openService, type Platform, type Service } from '../runtime/edge.ts'
import type { LambdaEvent } from './event.ts'
import type { AlbEvent, GatewayResult, RestApiEvent } from './gateway-event.ts'
import { fromHttpApi, type HttpApiEvent, type HttpApiResult, isHttpApiEvent, toHttpApi } from './http-event.ts'
import { type LambdaPlatform, lambdaPlatform } from './platform.ts'

/** The part of Lambda's context that is read. */
export interface LambdaContext {
  awsRequestId?: string
  /** ARN of the function with the alias by which it was invoked. */
  invokedFunctionArn?: string
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis?(): number
}

/** Answers the event of any of the four senders in its own form. */
export interface LambdaHandler {
  (event: HttpApiEvent, context: LambdaContext): Promise<HttpApiResult>
  (event: RestApiEvent | AlbEvent, context: LambdaContext): Promise<GatewayResult>
}

// Of the whole result, whoever the sender is.
const lambdaLimitBytes = 6_291_556

export interface LambdaOptions {
  /** Where the function runs; by default what Lambda's environment says. */
  platform?: () => Platform
  /** Whether the REST API in front has `binaryMediaTypes` for everything, so that answers may be compressed for it. */
  restApiTakesBytes?: boolean
}

/**
 * Makes the handler of a Lambda function. The service is opened once: in Lambda at once, elsewhere on the first event.
 * @example export const handler = toLambda(service)
 */
export function toLambda(service: Service, options: LambdaOptions = {}): LambdaHandler {
  let opened: OpenService | undefined
  const open = (): OpenService => (opened ??= openService(service, (options.platform ?? lambdaPlatform)()))
  // A worker holds the services whose tasks it runs, and answers for none.
  if (options.platform === undefined && env('AWS_LAMBDA_FUNCTION_NAME') !== undefined && env('KLUE_TASK_DEAD_LETTERS') === undefined) {
    openEarly(open)
    // What exits, or is thrown where nobody catches it, ends requests that have no line yet.
    process.once('exit', () => opened?.sayRunning())
  }
  const handler = async (event: LambdaEvent, context: LambdaContext): Promise<HttpApiResult | GatewayResult> => {
    const { platform, answer } = open()
    ;(platform as LambdaPlatform).invokedAs = context.invokedFunctionArn
    const remaining = context.getRemainingTimeInMillis?.()
    // Most functions never hear of another sender, so a start does not load what reads them.
    const others = isHttpApiEvent(event) ? undefined : await import('./event.ts')
    // The start was what it asked for. Nobody reads the result: an error would be retried, and reported.
    if (others?.isPing(event) === true) return undefined as never
    const request = others === undefined ? fromHttpApi(event as HttpApiEvent) : others.fromEvent(event)
    if (remaining !== undefined) request.endsAt = platform.now() + remaining
    request.resultLimitBytes ??= lambdaLimitBytes
    if (options.restApiTakesBytes === true) delete request.isTextOnly
    if (context.awsRequestId !== undefined) request.requestId = context.awsRequestId
    const response = await answer(request)
    return others === undefined ? toHttpApi(response) : others.toResult(response, event)
  }
  // The form of the result follows from the event, which overloads can say and an arrow function cannot.
  return handler as LambdaHandler
}

// While a function starts it has a whole processor, and secrets can be read before the first event needs them.
function openEarly(open: () => OpenService): void {
  try {
    const { platform, service } = open()
    const checksTokens = service.apis.some(({ spec }) => Object.values(spec.table.securitySchemes).some(({ kind }) => kind === 'bearer'))
    if (!checksTokens) return
    // Not waited for: whoever needs the key asks again, and hears why there is none.
    if (platform.config.jwtSecret === undefined) platform.secret('jwt_secret').catch(() => undefined)
    // Loaded here, what checks signatures is not loaded with the first token, on a smaller share of a processor.
    process.getBuiltinModule('node:crypto')
  } catch {
    // The first event opens it again, and is told what is wrong.
  }
}
