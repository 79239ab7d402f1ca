// Answers with a document of an API, or the page that shows it.
import { catalog } from '../errors/index.ts'
import { acceptsGzip } from './answer/finish.ts'
import type { ApiRequest } from './exchange/message.ts'
import type { Platform } from './exchange/platform.ts'
import { reply } from './exchange/reply.ts'

/** Throws NOT_FOUND where this process does not hold it. */
export async function serveDocument(platform: Platform, request: ApiRequest, { api, form }: { api: string; form: 'html' | 'yaml' | 'json' }): Promise<unknown> {
  const found = await platform.document?.(api, form)
  if (found === undefined) throw catalog.NOT_FOUND(`There is no API ${api} here`)
  const headers = { ...found.headers, 'content-type': found.contentType }
  if (!('gzipped' in found)) return reply(200, found.text, { headers })
  if (request.isTextOnly !== true && acceptsGzip(request.headers['accept-encoding'] ?? '')) return reply(200, found.gzipped, { headers: { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' } })
  return reply(200, process.getBuiltinModule('node:zlib').gunzipSync(found.gzipped), { headers })
}
