// An HTTP listener of this machine: only hosts of this machine get in, and what is no request is refused in the same words as one that is.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isLocalHost } from '../../address/index.ts'
import * as listenerCodes from '../../errors/listener-codes.ts'
import type { HttpError } from '../../errors/index.ts'
import { answerParserErrors, type Refused } from './parser-errors.ts'

export interface ListenerOptions {
  /** 0 takes a free port. */
  port: number
  /** How many ports after `port` may stand in where it is taken; default 0. */
  fallbacks?: number
  /** Hosts by which the listener may be called besides those of this machine. */
  hosts?(): readonly string[]
  /** Answers a request; with `refused`, by that refusal and without reading the body. */
  serve(exchange: { server: Server; message: IncomingMessage; response: ServerResponse; refused: HttpError | undefined }): void
  /** The answer to what never became a request. */
  refuse: Refused
}

/** Listens on 127.0.0.1. Rejects with Node's error where the port cannot be used. */
export async function openListener(options: ListenerOptions): Promise<{ server: Server; port: number }> {
  // Node's own refusal of a request without a Host has no words.
  const server = createServer({ requireHostHeader: false })
  const parserErrors = answerParserErrors(server, options.refuse)
  const hear = (expectation: HttpError | undefined) => (message: IncomingMessage, response: ServerResponse): void => {
    parserErrors.note(message, response)
    const refused = hostFault(message, options.hosts?.() ?? []) ?? expectation
    // What is left of a refused body is nobody's: the connection ends with the answer.
    if (refused !== undefined) response.shouldKeepAlive = false
    options.serve({ server, message, response, refused })
  }
  server.on('request', hear(undefined))
  server.on('checkExpectation', hear(listenerCodes.EXPECTATION_FAILED()))
  await listen(server, options)
  return { server, port: (server.address() as AddressInfo).port }
}

/** The path and query of a request line: a proxy sends the absolute form. */
export function targetOf(url: string | undefined): string {
  const target = url ?? '/'
  if (target.startsWith('/')) return target
  const rest = target.replace(/^https?:\/\/[^/?]*/i, '')
  return rest.startsWith('/') ? rest : `/${rest}`
}

async function listen(server: Server, { port, fallbacks = 0 }: ListenerOptions): Promise<void> {
  for (let candidate = port; ; candidate += 1) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(candidate, '127.0.0.1', () => {
          server.off('error', reject)
          resolve()
        })
      })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === 0 || candidate >= port + fallbacks) throw error
    }
  }
}

// A page may let a name of its own point here: its Host says so. Where a proxy's form names a host, both count.
function hostFault({ headers, rawHeaders, url = '', httpVersion }: IncomingMessage, hosts: readonly string[]): HttpError | undefined {
  const { host } = headers
  // Node reads the first one; whoever stands in between may have read another.
  if (rawHeaders.filter((name, index) => index % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host').length > 1) return listenerCodes.MALFORMED_REQUEST('The request has more than one Host header')
  if (host === undefined && httpVersion !== '1.0') return listenerCodes.MALFORMED_REQUEST('The request has no Host header')
  const authority = /^[a-z][a-z\d+.-]*:\/\/([^/?]*)/i.exec(url)?.[1]
  const wrong = [host ?? '', ...(authority === undefined ? [] : [authority])].find((name) => !isLocalHost(name, hosts))
  if (wrong === undefined) return undefined
  return listenerCodes.MISDIRECTED_REQUEST(`The Host ${JSON.stringify(wrong.slice(0, 200))} is none of this machine: call it by localhost or 127.0.0.1, or list the name in dev_hosts`)
}

