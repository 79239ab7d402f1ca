// Lets the acceptance suite call the candidate without knowing of it: an address on this machine that adds the header which the candidate wants.
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'

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
  const server = createServer((incoming, answer) => forward({ target: new URL(target), token }, incoming, answer))
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    }),
  }
}

function forward({ target, token }: { target: URL; token: string }, incoming: IncomingMessage, answer: ServerResponse): void {
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  // As they came, in order and case, so that what the suite sends is what the service gets.
  const headers: string[] = []
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) if (!hopByHop.has(incoming.rawHeaders[index]!.toLowerCase())) headers.push(incoming.rawHeaders[index]!, incoming.rawHeaders[index + 1]!)
  headers.push('host', target.host, candidateHeader, token)
  const outgoing = send({ protocol: target.protocol, hostname: target.hostname, port: target.port, method: incoming.method, path: `${target.pathname.replace(/\/$/, '')}${incoming.url ?? '/'}`, headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.rawHeaders.filter((_, index) => !hopByHop.has(reply.rawHeaders[index - (index % 2)]!.toLowerCase())))
    reply.pipe(answer)
  })
  outgoing.on('error', (error) => {
    if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'text/plain' })
    answer.end(`The candidate does not answer: ${error.message}`)
  })
  incoming.pipe(outgoing)
}
