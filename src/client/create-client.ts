// Makes a client of a compiled document: methods appear when they are first asked for.
import { nearest, UsageError } from '../errors/index.ts'
import type { ClientOperation, ClientSpec } from '../openapi/table.ts'
import { baseUrl } from './base-url.ts'
import { exchange } from './exchange.ts'
import { namesOf } from './operation-names.ts'
import type { CallInput, CallOptions, ClientOptions } from './options.ts'
import { successBody } from './outcome.ts'
import { taskMethod } from './task.ts'
import type { Client, Exchange } from './types.ts'

/**
 * Makes the client of an API from what `klue generate` wrote for it. Does no I/O.
 * Throws a UsageError where the address is missing or wrong.
 * @example
 * const builds = createClient(spec, { url: 'https://builds.example.com', token })
 * const build = await builds.getBuild({ path: { id: '17' } })
 */
export function createClient<Operations, Calls>(spec: ClientSpec<Operations, Calls>, options: ClientOptions = {}): Client<Operations, Calls> {
  return clientOf(spec, options) as unknown as Client<Operations, Calls>
}

type UntypedMethod = (input?: CallInput, options?: CallOptions) => Promise<unknown>

function clientOf(spec: ClientSpec, options: ClientOptions): object {
  const base = baseUrl(spec, options.url)
  const names = namesOf(spec)
  const send = (operation: ClientOperation, input: CallInput = {}, call: CallOptions = {}): Promise<Exchange> => exchange({ spec, base, operation, options, input, call })
  const methods: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  methods['$send'] = async (operationId: string, input?: CallInput, call?: CallOptions) => send(operationNamed(operationId, names, spec), input, call)
  methods['$with'] = (others: Partial<ClientOptions>) => clientOf(spec, { ...options, ...others })
  // An API may have a thousand operations and a request use one: each method is made when it is asked for.
  return new Proxy(methods, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return target[name as string]
      const operation = names.get(name)
      // An awaited client must not look like a promise.
      if (operation === undefined || name === 'then') return undefined
      const method: UntypedMethod = operation.settings.task === undefined ? async (input, call) => successBody(spec.api, operation, await send(operation, input, call)) : (taskMethod({ spec, base, operation, options }) as UntypedMethod)
      target[name] = method
      return method
    },
    has: (target, name) => name in target || names.has(name as string),
  })
}

function operationNamed(operationId: string, names: Map<string, ClientOperation>, spec: ClientSpec): ClientOperation {
  const operation = names.get(operationId)
  if (operation !== undefined) return operation
  const near = nearest(operationId, names.keys())
  throw new UsageError({
    code: 'unknown-operation',
    file: '',
    message: `The API ${spec.api} has no operation ${JSON.stringify(operationId)}`,
    ...(near === undefined ? {} : { hint: `did you mean ${JSON.stringify(near)}?` }),
  })
}
