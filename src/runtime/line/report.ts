// Lines beside that of the request: what handlers report and measure, and what runs when the time is nearly up.
import type { MetricUnit, ReportDetails } from '../exchange/handler-context.ts'
import type { LogRecord } from '../exchange/log.ts'
import type { ApiRequest } from '../exchange/message.ts'
import type { Notes } from '../exchange/notes.ts'
import type { Platform } from '../exchange/platform.ts'
import { type CauseOptions, causesOf } from './causes.ts'
import { maskerOf } from './mask.ts'

/** Where a line comes from. */
export interface Origin {
  platform: Platform
  context: { operationId: string; callId: string; callPath: string; user: { id: string } | undefined }
  notes: Notes
  requestId: string | undefined
  gateway?: ApiRequest['gateway']
}

/** What was reported. */
export interface Reported extends ReportDetails {
  title: string
  /** Made where it was reported. */
  place: Error
  isMuted: boolean
}

/** Writes the line of `context.reportError`. */
export function report(origin: Origin, { title, caught, data, fatal = false, place, isMuted }: Reported): void {
  const { platform, context } = origin
  const mask = maskerOf(platform.config.secretNames)
  const shown = mask.text(String(title), 1000)
  const stack = (caught instanceof Error ? safeStack(caught) : undefined) ?? place.stack ?? ''
  write(origin, { kind: 'report', level: fatal ? 'error' : 'warn' }, {
    message: `${fatal ? 'FATAL' : 'NON-FATAL'} BACKEND ERROR ${platform.config.name} ${context.operationId}(): ${shown}`,
    title: shown,
    fatal,
    stack: mask.text(platform.sourceStack?.(stack) ?? stack, 16_384),
    ...causesIn(caught, { mask, sourceStack: platform.sourceStack }),
    ...(caught === undefined ? {} : { caught: caught instanceof Error ? mask.value(caught.message) : mask.value(caught, { left: 16_384 }) }),
    ...(data === undefined ? {} : { data: mask.value(data, { left: 16_384 }) }),
    ...(isMuted ? { muted: true } : {}),
  })
}

const mostMetrics = 100
const mostDimensions = 10

export interface Measured {
  name: string
  value: number
  unit: MetricUnit
  dimensions: Record<string, string>
}

/** Writes the line of `context.metric`; a value that is no number is an event of the log instead. */
export function metric(origin: Origin, { name, value, unit, dimensions }: Measured): void {
  const { notes, platform } = origin
  if (!Number.isFinite(value) || notes.metrics >= mostMetrics) {
    notes.lost += 1
    return
  }
  notes.metrics += 1
  const mask = maskerOf(platform.config.secretNames)
  const shown = mask.text(String(name), 200)
  const named = Object.entries(dimensions).slice(0, mostDimensions).map(([key, text]) => [mask.text(key, 100), mask.text(String(text), 200)])
  write(origin, { kind: 'metric', level: 'info' }, { message: `${shown} ${value} ${unit}`, name: shown, value, unit, ...(named.length === 0 ? {} : { dimensions: Object.fromEntries(named) as unknown }) })
}

/** Writes what is running, shortly before it is stopped. */
export function watchdog(origin: Origin, limitMs: number): void {
  const { platform, context, notes, gateway } = origin
  const elapsed = platform.now() - notes.startedAt
  const running = [...notes.open].slice(-50).map((part) => ({ ...('api' in part ? { call: `${part.api}.${part.operation}` } : { span: part.name }), at: part.at }))
  write(origin, { kind: 'watchdog', level: 'warn' }, {
    message: `${context.operationId} has run for ${elapsed} of ${limitMs} ms`,
    elapsed_ms: elapsed,
    limit_ms: limitMs,
    started: new Date(notes.startedAt).toISOString(),
    ...(gateway === undefined ? {} : { gateway_id: gateway.id, gateway_time: new Date(gateway.time).toISOString() }),
    ...(running.length === 0 ? {} : { running }),
    ...(notes.trace.length === 0 ? {} : { trace: notes.trace.slice(-50) }),
  })
}

function write({ platform, context, requestId }: Origin, { kind, level }: Pick<LogRecord, 'kind' | 'level'>, fields: Record<string, unknown> & { message: string }): void {
  const { config, functionName, version } = platform
  platform.log({
    kind,
    level,
    time: new Date(platform.now()).toISOString(),
    ...fields,
    service: config.name,
    stage: config.stage,
    version: version || undefined,
    function: functionName,
    operation: context.operationId || undefined,
    call_id: context.callId,
    call_path: context.callPath,
    ...(config.hideUserId || context.user === undefined ? {} : { user: context.user.id || undefined }),
    request_id: requestId,
  })
}

function causesIn(caught: unknown, options: CauseOptions): Record<string, unknown> {
  const causes = causesOf(caught, options)
  return causes === undefined ? {} : { causes }
}

function safeStack(error: Error): string | undefined {
  try {
    return error.stack
  } catch {
    return undefined
  }
}
