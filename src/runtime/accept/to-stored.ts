// From a checked request to the input of its task.
import { bareType, isJson } from '../../media/index.ts'
import type { CompiledOperation, SecurityScheme } from '../../openapi/index.ts'
import type { ApiRequest } from '../exchange/message.ts'
import { readCookies } from '../input/parameters.ts'
import type { StoredRequest } from './stored-request.ts'

type Schemes = Readonly<Record<string, SecurityScheme>>

// Besides the declared headers: what says how body and answer are to be written.
const kept = ['content-type', 'accept', 'accept-language', 'user-agent']

/** What of a checked request its task is given. */
export function toStored(request: ApiRequest, operation: CompiledOperation, schemes: Schemes): StoredRequest {
  const proofs = Object.values(schemes).flatMap((scheme) => (scheme.kind === 'apiKey' ? [scheme] : []))
  const isProof = (place: string, name: string): boolean => (place === 'header' && name === 'authorization') || proofs.some((scheme) => scheme.in === place && (place === 'header' ? scheme.name.toLowerCase() : scheme.name) === name)
  const names = new Set([...kept, ...operation.parameters.flatMap(({ in: place, name }) => (place === 'header' ? [name.toLowerCase()] : []))])
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => names.has(name) && !isProof('header', name)))
  const cookies = Object.entries(readCookies(request.headers['cookie'])).filter(([name]) => name !== 'token' && !isProof('cookie', name) && operation.parameters.some((parameter) => parameter.in === 'cookie' && parameter.name === name))
  if (cookies.length > 0) headers['cookie'] = cookies.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('; ')
  const query = request.query.split('&').filter((pair) => !isProof('query', nameOf(pair))).join('&')
  const { method, path, pathIsDecoded } = request
  return { method, path, ...(pathIsDecoded === true ? { pathIsDecoded } : {}), query, headers, ...bodyOf(request) }
}

function nameOf(pair: string): string {
  return [...new URLSearchParams(pair).keys()][0] ?? ''
}

function bodyOf({ body, headers }: ApiRequest): Pick<StoredRequest, 'body' | 'text' | 'bytes'> {
  if (body === undefined || body.length === 0) return {}
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const text = buffer.toString('utf8')
  if (isJson(bareType(headers['content-type'] ?? 'application/json'))) {
    try {
      return { body: JSON.parse(text) as unknown }
    } catch {
      // Of a type that only looks like JSON: kept as it came.
    }
  }
  return Buffer.from(text).equals(buffer) ? { text } : { bytes: buffer.toString('base64') }
}
