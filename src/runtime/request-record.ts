// The one line that a request leaves in the log.
import type { Exchange } from './exchange.ts'
import type { Failure } from './fail.ts'
import type { LogRecord } from './log.ts'
import type { ApiResponse } from './message.ts'
import type { Platform } from './platform.ts'

/** What is written at the end of a request. Queries and bodies stay out: they may hold secrets. */
export function requestRecord(exchange: Exchange, response: ApiResponse, failure: Failure | undefined): LogRecord {
  const { context, platform, request, startedAt } = exchange
  const now = platform.now()
  const duration = now - startedAt
  return {
    kind: 'request',
    level: response.status >= 500 ? 'error' : response.status >= 400 ? 'warn' : 'info',
    time: new Date(now).toISOString(),
    message: `${request.method} ${request.path} ${response.status}`,
    service: platform.config.name,
    operation: context.operationId,
    method: request.method,
    path: request.path,
    status: response.status,
    duration_ms: duration,
    call_id: context.callId,
    call_path: context.callPath,
    ...(context.user === undefined ? {} : { user: context.user.id }),
    ip: request.sourceIp,
    ...(request.requestId === undefined ? {} : { request_id: request.requestId }),
    ...(failure === undefined ? {} : failureFields(failure, response.status, platform)),
  }
}

function failureFields({ error, errorId }: Failure, status: number, platform: Platform): Record<string, unknown> {
  const stack = stackOf(error.cause) ?? error.stack
  return {
    error: error.code,
    error_description: error.message,
    error_id: errorId,
    // The stack is for those who run the service: it is in the log, never in the answer.
    ...(status >= 500 && stack !== undefined ? { stack: platform.sourceStack?.(stack) ?? stack } : {}),
  }
}

// Anything can be thrown, also what throws when it is looked at.
function stackOf(cause: unknown): string | undefined {
  try {
    return cause instanceof Error ? cause.stack : undefined
  } catch {
    return undefined
  }
}
