// Compares an answer with what the specification declares: off, logged, or failed.
import { catalog, type ErrorDetail } from '../../errors/index.ts'
import { bareType, isJsonOf } from '../../media/index.ts'
import type { CompiledOperation } from '../../openapi/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { run } from '../input/validate.ts'
import { headerFaults } from './check-headers.ts'
import { declaredReply, type Rendered } from './render.ts'

/** Checks a rendered answer as `response_check` says; a promise where a value needs a closer look. Throws RESPONSE_INVALID, or rejects with it, where that is `fail`. */
export function checkResponse(exchange: Exchange, { response, declared, value }: Rendered): void | Promise<void> {
  const { operation, api, platform } = exchange
  if (platform.config.responseCheck === 'off' || operation === undefined || api === undefined) return
  const faults = declared === undefined ? undeclared(exchange, response.status) : faultsOf(exchange, { response, declared })
  // What finds the words is loaded where there is something to find.
  if (value !== undefined && !isPlain(value, 100)) return import('./plain-faults.ts').then(({ plainFaults }) => tell(exchange, operation, [...plainFaults(value), ...faults]))
  tell(exchange, operation, faults)
}

function tell({ platform, context }: Exchange, operation: CompiledOperation, faults: ErrorDetail[]): void {
  if (faults.length === 0) return
  const message = `The answer of ${operation.id} does not match its specification: ${faults[0]!.pointer} ${faults[0]!.message}`
  if (platform.config.responseCheck === 'fail') throw catalog.RESPONSE_INVALID(message, { errors: faults })
  context.log.warn(message, { faults })
}

// Runs for every answer, so it only says yes, or that plain-faults.ts must look: at what is no plain object, or nested deeply.
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol'
  const prototype: unknown = Object.getPrototypeOf(value)
  // Dates and the like say themselves what they are in JSON.
  if (prototype !== Object.prototype && prototype !== Array.prototype) return typeof (value as { toJSON?: unknown }).toJSON === 'function'
  if (depth === 0) return false
  for (const key in value) if (!isPlain((value as Record<string, unknown>)[key], depth - 1)) return false
  return true
}

function undeclared({ operation }: Exchange, status: number): ErrorDetail[] {
  const isDeclared = operation!.replies.some((reply) => reply.status === String(status) || reply.status === 'default' || reply.status.toUpperCase() === `${Math.floor(status / 100)}XX`)
  return isDeclared || operation!.replies.length === 0 ? [] : [{ pointer: '/status', message: `${status} is not declared` }]
}

function faultsOf({ api, operation }: Exchange, { response, declared }: Rendered): ErrorDetail[] {
  const validators = api!.spec.reply(operation!)
  const faults = Object.hasOwn(validators.headers, declared!.status) ? headerFaults(validators, declared!.status, withCookies(response)) : []
  const validator = validators.replies[declared!.status]?.[declared!.media]
  const sent = response.headers['content-type'] ?? ''
  const reply = declaredReply(operation!, response.status)
  const declaredMedia = reply?.media ?? []
  if (declared!.media !== '' && declaredMedia.length > 0 && !declaredMedia.includes(declared!.media)) return [{ pointer: '/headers/content-type', message: `${bareType(sent)} is not declared` }, ...faults]
  // The sent text is parsed again and checked, which is what the caller will read.
  if (validator === undefined || typeof response.body !== 'string') return faults
  return [...run(validator, isJsonOf(reply, sent) ? parsed(response.body) : response.body, '/body'), ...faults]
}

function withCookies({ headers, cookies }: Rendered['response']): Record<string, string> {
  return cookies.length === 0 ? headers : { ...headers, 'set-cookie': cookies.join(', ') }
}

// A handler that sets the media type itself may have sent text that is no JSON.
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
