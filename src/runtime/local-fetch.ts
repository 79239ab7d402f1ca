// Calls of an API that this process serves, through its whole pipeline and without a socket. Loaded with the first of them.
import type { ApiRequest, ApiResponse } from './exchange/message.ts'

/** `fetch` for an API in this process. */
export function localFetch(answer: (request: ApiRequest) => Promise<ApiResponse>): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const body = new Uint8Array(await request.arrayBuffer())
    const response = await answer({
      method: request.method,
      path: url.pathname,
      query: url.search.slice(1),
      headers: Object.fromEntries(request.headers),
      ...(body.length === 0 ? {} : { body }),
      ...(url.protocol === 'http:' ? { scheme: 'http' as const } : {}),
      sourceIp: '127.0.0.1',
    })
    const headers = new Headers(response.headers)
    for (const cookie of response.cookies) headers.append('set-cookie', cookie)
    const isEmpty = response.status === 204 || response.status === 304 || request.method === 'HEAD'
    return new Response(isEmpty ? null : toBody(response), { status: response.status, headers })
  }
}

// A Response of fetch holds the decompressed body, even where its headers still name a compression.
function toBody({ body, headers }: ApiResponse): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body
  return new Uint8Array(headers['content-encoding'] === 'gzip' ? process.getBuiltinModule('node:zlib').gunzipSync(body) : body)
}
