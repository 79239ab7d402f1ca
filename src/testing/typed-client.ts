// The typed client of an API, pointed at the target; its exchanges are checked like all others.
import { AssertionError } from 'node:assert'
import { type Client, type ClientOptions, type ClientSpec, createClient } from '../client/index.ts'
import { visibleText } from '../errors/index.ts'
import { recordExchange } from './record.ts'
import { session } from './session.ts'

/** A client for an API of the target; its calls carry the test token unless told otherwise. */
export async function testClient<Operations, Calls>(spec: ClientSpec<Operations, Calls>, options: Partial<ClientOptions> = {}): Promise<Client<Operations, Calls>> {
  const { address, checker, target, token } = await session()
  const { url, fetch } = address(spec.api)
  const checked: NonNullable<ClientOptions['fetch']> = async (input, init) => {
    const response = await fetch(input, init)
    const copy = response.clone()
    const text = await copy.text()
    const contentType = copy.headers.get('content-type') ?? ''
    const body = contentType.includes('json') && text !== '' ? (JSON.parse(text) as unknown) : text
    const method = init.method ?? 'GET'
    const path = input.slice(url.length)
    recordExchange(target.recordFolder, { method, path, status: response.status, headers: response.headers, body })
    const faults = checker.check({ method, path: path.split('?')[0]!, status: response.status, contentType, headers: response.headers, body })
    if (faults.length > 0) throw new AssertionError({ message: visibleText(`${method} ${input} does not answer as specified:\n  ${faults.join('\n  ')}`) })
    return response
  }
  return createClient(spec, { url, fetch: checked, token, attempts: 1, ...options })
}
