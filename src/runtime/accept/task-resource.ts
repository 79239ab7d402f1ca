// A task as its caller sees it.
import type { TaskState } from '../../store/index.ts'
import type { KeptResult } from './kept-result.ts'

/** The resource below `tasks_path`. Anything but waiting and running is its end. */
export interface TaskResource {
  id: string
  status: 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  progress?: number
  /** The body of the answer. */
  result?: unknown
  error?: Record<string, unknown>
  /** ISO 8601. */
  created: string
  updated: string
}

/** What a caller is told of a task. */
export function toResource({ id, status, progress, result, error, created, updated }: TaskState): TaskResource {
  const kept = status === 'succeeded' ? (result as KeptResult) : undefined
  // The handler refused in so many words.
  const refusal = kept !== undefined && kept.status >= 400 ? kept : undefined
  const shown = refusal === undefined ? status : 'failed'
  const told = refusal === undefined ? (error === undefined ? undefined : (error.told ?? { status: error.status, error: error.error, error_description: error.error_description, ...(error.error_id === undefined ? {} : { error_id: error.error_id }) })) : errorOf(refusal)
  return {
    id,
    status: shown === 'scheduled' || shown === 'queued' ? 'waiting' : shown,
    ...(progress === undefined ? {} : { progress }),
    ...(shown === 'succeeded' && kept !== undefined && bodyOf(kept) !== undefined ? { result: bodyOf(kept) } : {}),
    ...(shown === 'failed' && told !== undefined ? { error: told } : {}),
    created: new Date(created).toISOString(),
    updated: new Date(updated).toISOString(),
  }
}

function bodyOf({ body, text, bytes }: KeptResult): unknown {
  return body ?? text ?? bytes
}

function errorOf(kept: KeptResult): Record<string, unknown> {
  const body = bodyOf(kept)
  const fields = typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : body === undefined ? {} : { body }
  return { error: 'REFUSED', error_description: `The operation was answered with ${kept.status}`, ...fields, status: kept.status }
}
