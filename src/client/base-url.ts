// Where an API is: the address that was given, or the document's first server.
import { UsageError } from '../errors/index.ts'
import type { ClientSpec } from '../openapi/table.ts'

/** The address before the paths of operations, without trailing slash. Throws a UsageError where there is none. */
export function baseUrl(spec: ClientSpec, given: string | undefined): string {
  const address = given ?? spec.servers.find((server) => /^https?:\/\//i.test(server))
  if (address === undefined) throw fault('client-url-missing', `The client of ${spec.api} has no address: its document names no absolute server`, 'pass { url } to createClient')
  const url = parse(address)
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw fault('client-url-invalid', `The address ${JSON.stringify(address)} of ${spec.api} is no http or https URL`, 'write it as https://host/base')
  if (url.username !== '' || url.password !== '') throw fault('client-url-invalid', `The address of ${spec.api} holds a user or a password`, 'pass them as { username, password }')
  if (url.search !== '' || url.hash !== '') throw fault('client-url-invalid', `The address of ${spec.api} holds a query or a fragment`, 'leave off what follows the path')
  return url.href.replace(/\/+$/, '')
}

function parse(address: string): URL | undefined {
  // Only a page has a location; there an address may be relative to it.
  const page = (globalThis as { location?: { href: string } }).location?.href
  return URL.canParse(address, page) ? new URL(address, page) : undefined
}

function fault(code: string, message: string, hint: string): UsageError {
  return new UsageError({ code, file: '', pointer: 'url', message, hint })
}
