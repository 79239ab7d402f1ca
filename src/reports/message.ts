// What a message says, in words: channels only lay it out.
import { causeLines } from '../errors/index.ts'
import type { Outgoing } from './incidents.ts'

export interface Message {
  /** One line: the title of the report, with what has become of it. */
  title: string
  /** A sentence about how often and since when. */
  summary: string
  /** Label and value, without empty ones. */
  facts: [string, string][]
  /** The stack of the failure; empty where there is none. */
  stack: string
  tone: 'fatal' | 'warning' | 'good'
}

/** The message of something that is to be told. */
export function messageOf(outgoing: Outgoing): Message {
  const { incident, report, kind } = outgoing
  const body = bodyOf(outgoing)
  const endpoint = body['endpoint'] as { method?: unknown; url?: unknown } | undefined
  const user = body['user'] as { id?: unknown } | undefined
  const facts: [string, unknown][] = [
    ['service', `${incident.service}, stage ${incident.stage}`],
    ['operation', incident.operation],
    ['code', incident.code],
    ['request', endpoint === undefined ? '' : `${String(endpoint.method)} ${String(endpoint.url)}`],
    ['user', user?.id],
    ['error id', report?.errorId],
    ['call id', body['call_id']],
    ['time', report?.time],
    ['incident', incident.fingerprint],
  ]
  const stack = body['trace'] ?? body['stack']
  return {
    title: titleOf(outgoing),
    summary: summaryOf(outgoing),
    facts: facts.filter((fact): fact is [string, string] => typeof fact[1] === 'string' && fact[1] !== ''),
    stack: kind !== 'recovered' && Array.isArray(stack) ? [...stack, ...causeLines(body)].join('\n') : '',
    tone: kind === 'recovered' ? 'good' : incident.fatal ? 'fatal' : 'warning',
  }
}

/** The title as hooks get it: that of the report where it is new. */
export function titleOf({ kind, incident, report, repeats }: Outgoing): string {
  const title = report?.title ?? incident.title
  if (kind === 'recovered') return `RECOVERED ${incident.service} ${incident.text}`
  if (kind === 'digest') return `${title} (${repeats} more)`
  return kind === 'regression' ? `${title} (it is back)` : title
}

/** The body of the report as JSON text; of the incident where the report is gone. */
export function bodyText({ incident, report }: Outgoing): string {
  return report?.body ?? JSON.stringify({ title: incident.text, is_fatal_error: incident.fatal }, null, 4)
}

function summaryOf({ kind, count, repeats, incident }: Outgoing): string {
  const inAll = `${count} in all since ${incident.firstSeen}`
  if (kind === 'new') return 'This is new.'
  if (kind === 'digest') return `It happened ${times(repeats)} more, ${inAll}.`
  if (kind === 'regression') return `It had ended and is back, ${inAll}.`
  return `Nothing since ${incident.lastSeen}${repeats > 0 ? `, after ${repeats} more` : ''}; ${inAll}.`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function bodyOf(outgoing: Outgoing): Record<string, unknown> {
  try {
    return JSON.parse(bodyText(outgoing)) as Record<string, unknown>
  } catch {
    return {}
  }
}
