// Lets the acceptance suite call the candidate without knowing of it: an address on this machine that adds the header which the candidate wants.
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { catalog, errorIdOf, type HttpError } from '../../errors/index.ts'
import { openListener, targetOf } from '../../platform/local/index.ts'

/** Header that opens the candidate. */
export const candidateHeader = 'x-klue-candidate'

export interface CandidateProxy {
  /** Address on this machine. */
  url: string
  close(): Promise<void>
}

const hopByHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'host'])

/** Starts a proxy to a candidate; only processes of this machine reach it. */
export async function startCandidateProxy(target: string, token: string): Promise<CandidateProxy> {
  const candidate = { target: new URL(target), token }
  const { server, port } = await openListener({
    port: 0,
    serve: ({ message, response, refused }) => {
      const reason = refused ?? (isOfPage(message) ? catalog.FORBIDDEN('A page of a browser may not call the candidate through this machine') : undefined)
      if (reason === undefined) forward(candidate, message, response)
      else response.writeHead(reason.status, { 'content-type': 'application/json', connection: 'close' }).end(bodyOf(reason))
    },
    refuse: ({ refused }) => Promise.resolve({ status: refused.status, headers: { ...refused.headers, 'content-type': 'application/json' }, body: bodyOf(refused) }),
  })
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    }),
  }
}

function bodyOf(error: HttpError): string {
  return JSON.stringify({ ...error.toBody(), error_id: errorIdOf(error) })
}

// Browsers say where a request comes from, and no page can take that away; the suite is no browser.
function isOfPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'none' && site !== 'same-origin'
}

function forward({ target, token }: { target: URL; token: string }, incoming: IncomingMessage, answer: ServerResponse): void {
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  // As they came, in order and case, so that what the suite sends is what the service gets.
  const headers: string[] = []
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) if (!hopByHop.has(incoming.rawHeaders[index]!.toLowerCase())) headers.push(incoming.rawHeaders[index]!, incoming.rawHeaders[index + 1]!)
  headers.push('host', target.host, candidateHeader, token)
  const outgoing = send({ protocol: target.protocol, hostname: target.hostname, port: target.port, method: incoming.method, path: `${target.pathname.replace(/\/$/, '')}${targetOf(incoming.url)}`, headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.rawHeaders.filter((_, index) => !hopByHop.has(reply.rawHeaders[index - (index % 2)]!.toLowerCase())))
    reply.pipe(answer)
  })
  outgoing.on('error', (error) => {
    if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'text/plain' })
    answer.end(`The candidate does not answer: ${error.message}`)
  })
  incoming.pipe(outgoing)
}
