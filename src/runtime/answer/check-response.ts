// Compares an answer with what the specification declares: off, logged, or failed.
import { catalog, type ErrorDetail } from '../../errors/index.ts'
import { bareType, isJsonOf } from '../../media/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { run } from '../input/validate.ts'
import { headerFaults } from './check-headers.ts'
import { plainFaults } from './plain-faults.ts'
import { declaredReply, type Rendered } from './render.ts'

/** Checks a rendered answer as `response_check` says. Throws RESPONSE_INVALID where that is `fail`. */
export function checkResponse(exchange: Exchange, { response, declared, value }: Rendered): void {
  const { operation, api, platform, context } = exchange
  const mode = platform.config.responseCheck
  if (mode === 'off' || operation === undefined || api === undefined) return
  const lost = value === undefined ? [] : plainFaults(value)
  const faults = [...lost, ...(declared === undefined ? undeclared(exchange, response.status) : faultsOf(exchange, { response, declared }))]
  if (faults.length === 0) return
  const message = `The answer of ${operation.id} does not match its specification: ${faults[0]!.pointer} ${faults[0]!.message}`
  if (mode === 'fail') throw catalog.RESPONSE_INVALID(message, { errors: faults })
  context.log.warn(message, { faults })
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
