// Loads what refuses a caller with the first refusal, because most requests are not refused.
import type { ApiResponse } from '../exchange/message.ts'

type Refusal = typeof import('./refusal.ts')

let loading: Promise<Refusal> | undefined

export function loadRefusal(): Promise<Refusal> {
  return (loading ??= import('./refusal.ts'))
}

/** Whether an answer is a 401 without WWW-Authenticate. */
export function needsChallenge({ status, headers }: ApiResponse): boolean {
  return status === 401 && !Object.keys(headers).some((name) => name.toLowerCase() === 'www-authenticate')
}
