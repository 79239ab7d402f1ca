// From what a caller gives to the request that leaves.
import { catalog } from '../errors/index.ts'
import { isJson } from '../media/index.ts'
import { pathOf, queryOf } from './address.ts'
import { type Credentials, credentialsFor, takesToken } from './credentials.ts'
import type { Call } from './call.ts'
import { valueOf } from './options.ts'
import type { CallInput, OutgoingRequest } from './options.ts'
import { cookieText, headerText, undeclared } from './parameter-text.ts'
import { writeBody } from './request-body.ts'

type Values = Record<string, unknown>
type HeaderValues = Record<string, string | undefined>

/** The request of a call, without the signal that each attempt brings. Throws INVALID_PARAMETER where the input cannot be written. */
export async function requestOf(call: Call): Promise<Omit<OutgoingRequest, 'signal'>> {
  const { operation, input, options } = call
  const path = pathOf(operation, (input.path ?? {}) as Values)
  const credentials = await credentialsOf(call)
  const query = queryOf(operation, (input.query ?? {}) as Values, credentials.query)
  const own = lowerCase((await valueOf(options.headers)) ?? {})
  const more = lowerCase(call.call.headers ?? {})
  const contentType = more['content-type'] ?? own['content-type']
  const { body, contentType: written } = writeBody(operation, input.body, contentType)
  const headers = headersOf(operation.id, {
    accept: acceptOf(call),
    ...(written === undefined ? {} : { 'content-type': written }),
    ...cookieHeader(call, credentials),
    ...credentials.headers,
    kluecallid: await valueOf(options.callId),
    kluecallpath: await valueOf(options.callPath),
    ...parameterHeaders(call),
    ...own,
    ...more,
    // A form's boundary is known to its writer only.
    ...(body instanceof FormData ? { 'content-type': undefined } : written?.includes('; boundary=') === true ? { 'content-type': written } : {}),
  })
  const url = `${call.base}${path}${query === '' ? '' : `${path.includes('?') ? '&' : '?'}${query}`}`
  return { url, method: operation.method, headers, ...(body === undefined ? {} : { body }) }
}

async function credentialsOf({ operation, spec, options, call }: Call): Promise<Credentials> {
  const token = takesToken(operation, spec) ? (call.token ?? (await valueOf(options.token))) : undefined
  const { token: _, ...others } = options
  return credentialsFor(operation, spec, token === undefined ? others : { ...others, token })
}

function acceptOf({ operation }: Call): string {
  const media = new Set(operation.replies.flatMap((reply) => reply.media))
  if (media.size === 0) return '*/*'
  // Errors are JSON whatever a success is.
  return [...media, ...([...media].some(isJson) ? [] : ['application/json'])].join(', ')
}

function parameterHeaders({ operation, input }: Call): HeaderValues {
  const headers: HeaderValues = {}
  for (const [key, value] of present(input.headers)) {
    const name = key.toLowerCase()
    headers[name] = headerText(operation.parameters.find((parameter) => parameter.in === 'header' && parameter.name === name) ?? undeclared(name, 'header'), value)
  }
  return headers
}

function cookieHeader({ operation, input }: Call, credentials: Credentials): HeaderValues {
  const pairs = present(input.cookies).map(([name, value]) => cookieText(operation.parameters.find((parameter) => parameter.in === 'cookie' && parameter.name === name) ?? undeclared(name, 'cookie'), value))
  for (const [name, value] of Object.entries(credentials.cookies)) pairs.push(cookieText(undeclared(name, 'cookie'), value))
  return pairs.length === 0 ? {} : { cookie: pairs.join('; ') }
}

function present(values: CallInput['headers']): [string, unknown][] {
  return Object.entries(values ?? {}).filter(([, value]) => value !== undefined && value !== null)
}

function lowerCase(headers: HeaderValues): HeaderValues {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function headersOf(operationId: string, values: HeaderValues): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    try {
      headers.set(name, value)
    } catch (cause) {
      // The value may be a secret: it is not repeated.
      throw catalog.INVALID_PARAMETER(`The header '${name}' of ${operationId} cannot be written: it holds a character that no header may hold`, { cause, errors: [{ pointer: `/headers/${name}`, message: 'must hold only characters that a header may hold' }] })
    }
  }
  return headers
}
