// The door of a running local server for other commands of the same user: only who can read the note of the server knows its key.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type Fault, isUsageError, UsageError } from '../errors/index.ts'
import type { ApiRequest, ApiResponse } from '../runtime/edge.ts'
import type { ListedConsumer, SentResult } from './local-consumers.ts'
import type { LocalProject } from './local-project.ts'
import type { Running } from './running.ts'

const path = '/.klue/events'
const header = 'klue-control-key'

/** A key that nobody knows yet. */
export function newKey(): string {
  return randomBytes(32).toString('base64url')
}

/** Answers what comes with the key; all else as it was answered before. */
export function controlled(project: Pick<LocalProject, 'consumers'>, key: string, answer: (request: ApiRequest) => Promise<ApiResponse>): (request: ApiRequest) => Promise<ApiResponse> {
  return (request) => (request.path === path && request.method === 'POST' && request.body !== undefined && isSame(request.headers[header], key) ? control(project, request.body) : answer(request))
}

async function control({ consumers }: Pick<LocalProject, 'consumers'>, body: Uint8Array): Promise<ApiResponse> {
  const reply = (status: number, value: object): ApiResponse => ({ status, headers: { 'content-type': 'application/json' }, cookies: [], body: JSON.stringify(value) })
  try {
    const { consumer, value } = JSON.parse(Buffer.from(body).toString()) as { consumer?: string; value?: unknown }
    return reply(200, consumer === undefined ? { consumers: consumers.list() } : { results: await consumers.send(consumer, value) })
  } catch (error) {
    if (isUsageError(error)) return reply(400, { faults: error.faults })
    throw error
  }
}

function isSame(given: string | undefined, key: string): boolean {
  return given?.length === key.length && timingSafeEqual(Buffer.from(given), Buffer.from(key))
}

/** Asks the server of a note for its consumers, or to run a value for one. Throws a UsageError where it refuses, or does not answer. */
export async function askRunning({ addresses, key = '' }: Running, wish: { consumer?: string; value?: unknown }): Promise<{ consumers?: ListedConsumer[]; results?: SentResult[] }> {
  let answer: Response
  let said: { consumers?: ListedConsumer[]; results?: SentResult[]; faults?: Fault[] }
  try {
    answer = await fetch(`${addresses[0]!.url}${path}`, { method: 'POST', headers: { [header]: key, 'content-type': 'application/json' }, body: JSON.stringify(wish), signal: AbortSignal.timeout(910_000) })
    said = (await answer.json()) as typeof said
  } catch (cause) {
    throw new UsageError({ code: 'server-silent', file: '', message: `the running service at ${addresses[0]!.url} does not answer (${(cause as Error).message})`, hint: 'start klue dev again' })
  }
  if (answer.status === 200) return said
  throw new UsageError(said.faults ?? { code: 'server-silent', file: '', message: `the running service at ${addresses[0]!.url} answered with ${answer.status}`, hint: 'start klue dev again' })
}
