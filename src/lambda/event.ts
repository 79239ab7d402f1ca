// Translates what invokes a function to requests, and answers to results, whoever sends it.
import { UsageError } from '../errors/index.ts'
import type { ApiRequest, ApiResponse } from '../runtime/edge.ts'
import { type AlbEvent, fromAlb, fromRestApi, type GatewayResult, type RestApiEvent, toAlb, toRestApi } from './gateway-event.ts'
import { fromHttpApi, type HttpApiEvent, type HttpApiResult, isHttpApiEvent, toHttpApi } from './http-event.ts'

/** What may invoke a function: an HTTP API, a function URL, a REST API, a load balancer. */
export type LambdaEvent = HttpApiEvent | RestApiEvent | AlbEvent

/**
 * The request that an event tells of; parts of the wrong type count as absent.
 * Throws a UsageError for an event that is no request.
 */
export function fromEvent(event: LambdaEvent, endsAt?: number): ApiRequest {
  if (!isRequest(event)) throw new UsageError({ code: 'event-unknown', file: '', message: 'The event that invoked the function is no request of an HTTP API, a function URL, a REST API or a load balancer', hint: 'let one of these invoke it, and give other events a function of their own' })
  const request = 'rawPath' in event ? fromHttpApi(event) : isAlb(event) ? fromAlb(event) : fromRestApi(event)
  if (endsAt !== undefined) request.endsAt = endsAt
  return request
}

const pingSources = ['aws.events', 'aws.scheduler', 'serverless-plugin-warmup']

/** Whether an event only keeps a function warm: a tick of an EventBridge rule or schedule, or what warm-up tools send (`warmup` or `warmer` is true). A request is none, whatever else it holds. */
export function isPing(event: unknown): boolean {
  if (typeof event !== 'object' || event === null || isRequest(event)) return false
  const { source, warmup, warmer } = event as { source?: unknown; warmup?: unknown; warmer?: unknown }
  return warmup === true || warmer === true || pingSources.includes(source as string)
}

/** The result that an answer becomes, in the form that the event's sender reads. */
export function toResult(response: ApiResponse): HttpApiResult
export function toResult(response: ApiResponse, event: LambdaEvent): HttpApiResult | GatewayResult
export function toResult(response: ApiResponse, event?: LambdaEvent): HttpApiResult | GatewayResult {
  if (event === undefined || 'rawPath' in event) return toHttpApi(response)
  return isAlb(event) ? toAlb(response, event) : toRestApi(response, event)
}

function isRequest(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false
  const { requestContext, httpMethod, path } = event as Partial<RestApiEvent>
  if ('rawPath' in event) return isHttpApiEvent(event)
  if (typeof requestContext !== 'object' || requestContext === null) return false
  return typeof httpMethod === 'string' && typeof path === 'string'
}

function isAlb(event: RestApiEvent | AlbEvent): event is AlbEvent {
  return event.requestContext.elb !== undefined && event.requestContext.elb !== null
}
