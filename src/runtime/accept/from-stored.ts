// From the input of a task to the request that it was made of.
import type { ApiRequest } from '../exchange/message.ts'
import type { StoredRequest } from './stored-request.ts'

/** The request that a task was made of. */
export function fromStored({ body, text, bytes, ...head }: StoredRequest): ApiRequest {
  const written = body === undefined ? text : JSON.stringify(body)
  const content = written === undefined ? (bytes === undefined ? undefined : Buffer.from(bytes, 'base64')) : Buffer.from(written)
  return { ...head, ...(content === undefined ? {} : { body: content }), sourceIp: '' }
}
