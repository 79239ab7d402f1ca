// What switches say to a request before anything of it is looked at: an answer in place of its operation, or nothing.
import { HttpError } from '../errors/index.ts'
import type { FreshSwitches, KnownSwitches } from './fresh-switches.ts'
import { switchesFor } from './fresh-switches.ts'
import type { Preempt } from './settings.ts'

/** The request that is asked about. */
export interface SwitchedRequest {
  /** operationId, or name of a raw route. */
  operation: string
  method: string
  /** It came to a candidate, which obeys persistent switches alone. */
  isCandidate: boolean
}

/** An answer in place of an operation. */
export interface SwitchAnswer {
  status: number
  headers: Record<string, string>
  cookies: string[]
  body: string
}

/** Asks the switches. Throws an HttpError where the answer is an error of the kit: 503 `READ_ONLY`, or `PREEMPTED` with the status that was set. */
export function askSwitches(switches: FreshSwitches, request: SwitchedRequest): SwitchAnswer | undefined | Promise<SwitchAnswer | undefined> {
  const known = switches.read()
  return known instanceof Promise ? known.then((late) => decide(late, request)) : decide(known, request)
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

function decide(known: KnownSwitches | undefined, request: SwitchedRequest): SwitchAnswer | undefined {
  const { preempt, read_only: isReadOnly } = switchesFor(known, request)
  if (preempt?.status !== undefined) return preempted(preempt as Preempt & { status: number })
  if (isReadOnly !== true || safeMethods.has(request.method)) return undefined
  throw new HttpError({ status: 503, code: 'READ_ONLY' }, known === undefined ? 'Whether anything may be changed at the moment is not known' : 'Nothing may be changed at the moment', { headers: { 'retry-after': '30' } })
}

function preempted({ status, reason, text, headers: given = {}, retry_after: seconds }: Preempt & { status: number }): SwitchAnswer {
  const headers: Record<string, string> = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]))
  if (reason !== undefined && reason !== '') headers['x-preempt-reason'] = reason
  if (seconds !== undefined) headers['retry-after'] = String(seconds)
  if (text === undefined && status >= 400) throw new HttpError({ status, code: 'PREEMPTED' }, reason || 'An operator has switched this operation off for now', { headers })
  const body = status === 204 || status === 304 ? '' : (text ?? '')
  return { status, headers: body === '' ? headers : { 'content-type': 'text/plain; charset=utf-8', ...headers }, cookies: [], body }
}
