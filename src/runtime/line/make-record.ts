// Makes the line of a request once it has been answered.
import { jsonType } from '../../config/index.ts'
import type { HttpError } from '../../errors/index.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Failure } from '../exchange/failure.ts'
import { isoTime, type LogLevel, type LogRecord } from '../exchange/log.ts'
import type { ApiRequest, ApiResponse } from '../exchange/message.ts'
import type { Platform } from '../exchange/platform.ts'
import { isMuted, lineParts, loadLineParts } from './lazy-line-parts.ts'
import type { Masker } from './mask.ts'
import type { RequestRecord } from './request-record.ts'
import { rank } from './take-notes.ts'

/** The line of a request that has been answered; a promise where it needs parts that are not loaded yet. */
export function requestRecord(exchange: Exchange, ended: Ended): RequestRecord | Promise<RequestRecord> {
  const { notes } = exchange
  return notes.pending.length > 0 ? Promise.allSettled(notes.pending).then(() => finished(exchange, ended)) : finished(exchange, ended)
}

/** The line of a request whose process ends before it has an answer; nothing in it comes from the caller. */
export function unfinishedRecord(exchange: Exchange): LogRecord {
  const { context, platform, startedAt } = exchange
  const now = platform.now()
  return {
    kind: 'watchdog',
    level: 'error',
    time: isoTime(now),
    message: `The process ended while ${context.operationId || 'a request'} was running`,
    ended: true,
    started: isoTime(startedAt),
    elapsed_ms: now - startedAt,
    ...originOf(exchange),
  }
}

type OriginName = 'service' | 'stage' | 'version' | 'function' | 'operation' | 'call_id' | 'call_path' | 'request_id' | 'gateway_id' | 'gateway_time'

function originOf({ context, platform, request }: Exchange): Pick<RequestRecord, OriginName> {
  const { config, version, functionName } = platform
  return {
    service: config.name,
    stage: config.stage,
    version: version || undefined,
    function: functionName,
    operation: context.operationId || undefined,
    call_id: context.callId,
    call_path: context.callPath,
    request_id: request.requestId,
    ...gatewayFields(request),
  }
}

/** The gateway's own id and time of a request, to find it in the gateway's log. */
export function gatewayFields({ gateway }: Pick<ApiRequest, 'gateway'>): Pick<RequestRecord, 'gateway_id' | 'gateway_time'> {
  return gateway === undefined ? {} : { gateway_id: gateway.id, gateway_time: isoTime(gateway.time) }
}

/** How a request ended. */
export interface Ended {
  /** The answer as it is sent. */
  response: ApiResponse
  /** The same before it was compressed. */
  plain: ApiResponse
  failure: Failure | undefined
}

function finished(exchange: Exchange, ended: Ended): RequestRecord | Promise<RequestRecord> {
  const level = higher(levelOf(ended.response.status), exchange.notes.level)
  const hasContent = wantsContent(exchange, level) && !isOnlyCounted(exchange, ended.response.status)
  if (!hasContent && !needsMask(exchange, ended)) return recordOf(exchange, ended, { mask: plain, level })
  const add = ({ maskerOf, addContent, causesOf }: NonNullable<ReturnType<typeof lineParts>>): RequestRecord => {
    const { request, platform: { config, sourceStack } } = exchange
    const mask = maskerOf(config.secretNames)
    const record = recordOf(exchange, ended, { mask, level })
    if (ended.failure !== undefined) record.causes = causesOf(ended.failure.failed, { mask, sourceStack })
    if (hasContent) addContent(record, { request, response: ended.plain, config, mask })
    return record
  }
  const parts = lineParts()
  // Where the masker cannot be loaded, the line is written without texts, so that the answer is still sent.
  return parts === undefined ? loadLineParts().then(add).catch(() => recordOf(exchange, ended, { mask: blank, level })) : add(parts)
}

// Used where none of the texts contains anything that looks like a secret.
const plain: RecordMask = { text: (text, limit = 8192) => text.slice(0, limit), query: (query) => query, value: () => undefined }

const blank: RecordMask = { text: () => '********', query: () => '********', value: () => '********' }

type RecordMask = Pick<Masker, 'text' | 'query' | 'value'>

let risky: { names: readonly string[]; pattern: RegExp } | undefined

function needsMask({ notes, request, context, platform: { config } }: Exchange, { failure }: Ended): boolean {
  if (failure !== undefined || request.query.length > 4000) return true
  if (risky?.names !== config.secretNames) risky = { names: config.secretNames, pattern: riskyPattern(config.secretNames) }
  const { query, path, headers } = request
  // All texts are tested at once. Where only their combination looks like a secret, they are masked in vain, which does no harm.
  let texts = `${path}\n${query}\n${headers['user-agent'] ?? ''}\n${context.user?.id ?? ''}`
  if (query.includes('%')) texts += `\n${decoded(query)}`
  for (const call of notes.calls) texts += `\n${call.path}`
  return risky.pattern.test(texts)
}

/** Finds what may be, or hold, a secret. Gaps at the ends of names would match anything, and be tried at each place of a text. */
export function riskyPattern(names: readonly string[]): RegExp {
  return new RegExp([...names.map((name) => name.replaceAll(/^[\W_]+|[\W_]+$/g, '').replaceAll(/[^\w]+|_+/g, (gap) => `.{0,${gap.length}}`)), 'eyJ', '(?:bearer|basic)[\\s+]', '//[^\\s/@]{0,601}@'].join('|'), 'i')
}

// A query that cannot be decoded counts as one that may hold a secret.
function decoded(query: string): string {
  try {
    return decodeURIComponent(query)
  } catch {
    return '//@'
  }
}

// One literal with places for all that a request may have: put together of parts, it took twice as long. What is undefined is not printed.
function recordOf(exchange: Exchange, { response, failure }: Ended, { mask, level }: { mask: RecordMask; level: LogLevel }): RequestRecord {
  const { platform, request, startedAt, notes, context } = exchange
  const { config, functionName } = platform
  const { method, headers, gateway } = request
  const { status } = response
  const { user } = context
  const agent = headers['user-agent']
  const length = Buffer.byteLength(response.body)
  const now = platform.now()
  const path = mask.text(request.path, 1000)
  notes.isOver = true
  const slow = slowLimit(exchange, now - startedAt)
  return {
    kind: 'request',
    level,
    time: isoTime(now),
    started: isoTime(startedAt),
    message: `${method} ${path} ${status}`,
    service: config.name,
    stage: config.stage,
    version: platform.version || undefined,
    function: functionName,
    operation: context.operationId || undefined,
    call_id: context.callId,
    call_path: context.callPath,
    request_id: request.requestId,
    gateway_id: gateway?.id,
    gateway_time: gateway === undefined ? undefined : isoTime(gateway.time),
    method,
    path,
    query: mask.query(request.query) || undefined,
    status,
    duration_ms: now - startedAt,
    length: length || undefined,
    in_bytes: bytesIn(request),
    out_bytes: bytesOut(response, length),
    request_type: mediaType(headers['content-type']),
    response_type: mediaType(response.headers['content-type']),
    user: user === undefined || user.id === '' ? undefined : config.hideUserId ? hashed(user.id, config.jwtSecret) : mask.text(user.id, 200),
    ip: request.sourceIp === '' ? undefined : config.hideIpAddress ? hashed(request.sourceIp, config.jwtSecret) : request.sourceIp.slice(0, 100),
    user_agent: agent === undefined ? undefined : mask.text(agent, 300),
    cold_start: functionName !== undefined && exchange.isFirst ? true : undefined,
    memory_mb: functionName === undefined ? undefined : memoryMb(now),
    slow_ms: slow,
    ...(failure === undefined ? {} : failureFields(failure, status, { platform, mask })),
    trace: unlessEmpty(notes.trace),
    messages: unlessEmpty(notes.messages),
    calls: unlessEmpty(notes.calls)?.map((call) => ({ ...call, path: mask.text(call.path) })),
    more_calls: notes.moreCalls,
    lost: notes.lost || undefined,
    idempotency: exchange.once?.id,
    replayed: exchange.once?.isReplayed,
    volatile: notes.keep === 'always' || !config.logVolatile ? false : undefined,
    keep: isOnlyCounted(exchange, status) ? 'count' : undefined,
    muted: (status >= 500 || slow !== undefined) && (notes.isTold === true || isMuted()) ? true : undefined,
  }
}

// The most that the process ever held changes slowly, and asking for it takes as long as a tenth of a request: once a second is enough.
let memory = { asked: Number.NEGATIVE_INFINITY, mb: 0 }

function memoryMb(now: number): number {
  if (!(Math.abs(now - memory.asked) < 1000)) memory = { asked: now, mb: Math.round(process.resourceUsage().maxRSS / 1024) }
  return memory.mb
}

function wantsContent({ platform: { config } }: Exchange, level: LogLevel): boolean {
  const from = config.live ? 'warn' : 'info'
  return [config.logDataLevel, config.logResultLevel, config.logHeadersLevel].some((threshold) => threshold !== 'never' && rank[level] >= rank[threshold === 'auto' ? from : threshold])
}

function levelOf(status: number): LogLevel {
  return status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info'
}

function higher(one: LogLevel, other: LogLevel | undefined): LogLevel {
  return other !== undefined && rank[other] > rank[one] ? other : one
}

function unlessEmpty<Item>(list: Item[]): Item[] | undefined {
  return list.length > 0 ? list : undefined
}

// As requests travel over HTTP/1.1: the first line, the headers, the body.
function bytesIn({ method, path, query, headers, body }: ApiRequest): number {
  const sent = body === undefined ? Number(headers['content-length']) || 0 : body.length
  return method.length + path.length + query.length + (query === '' ? 14 : 15) + bytesOf(headers) + sent
}

// And answers.
function bytesOut({ headers, cookies }: ApiResponse, length: number): number {
  let bytes = 19 + bytesOf(headers) + length
  for (const cookie of cookies) bytes += cookie.length + 14
  return bytes
}

function bytesOf(headers: Record<string, string>): number {
  let bytes = 0
  for (const name in headers) bytes += name.length + headers[name]!.length + 4
  return bytes
}

function mediaType(header: string | undefined): string | undefined {
  return header === undefined || header === jsonType ? header : header.split(';', 1)[0]!.trim().toLowerCase().slice(0, 200) || undefined
}

// Hashed with a key: without one, anybody could hash all addresses and compare.
function hashed(text: string, key: string | undefined): string | undefined {
  return key === undefined ? undefined : process.getBuiltinModule('node:crypto').createHmac('sha256', key).update(text).digest('hex').slice(0, 24)
}

function slowLimit({ notes, match, platform, context }: Exchange, duration: number): number | undefined {
  if (context.operationId === '') return undefined
  const limit = notes.slowMs ?? (match.kind === 'operation' ? match.operation.settings.slowMs : undefined) ?? platform.config.reportCallExceedingMs
  return duration > limit ? limit : undefined
}

// Failures, and requests whose handler logged something, always get a line.
function isOnlyCounted({ platform: { config }, context, request, notes }: Exchange, status: number): boolean {
  if (status >= 400 || notes.level !== undefined || notes.keep === 'always') return false
  return notes.keep === 'count' || config.logExcludeMethods.includes(request.method) || config.logExcludeStatuses.includes(String(status)) || config.logExcludeOperations.includes(context.operationId)
}

function failureFields({ error, errorId, isHidden }: Failure, status: number, { platform, mask }: { platform: Platform; mask: RecordMask }): Pick<RequestRecord, 'error' | 'error_description' | 'error_id' | 'error_fields' | 'caught' | 'stack'> {
  const stack = status >= 500 ? (stackOf(error.cause) ?? error.stack) : undefined
  return {
    error: error.code,
    error_description: mask.text(error.message),
    error_id: errorId,
    error_fields: isHidden ? hiddenFields(error, mask) : undefined,
    caught: error.errorCaught === undefined ? undefined : mask.text(String(error.errorCaught)),
    // The stack is for those who run the service: it is in the log, never in the answer.
    stack: stack === undefined ? undefined : mask.text(platform.sourceStack?.(stack) ?? stack, 16_384),
  }
}

// The caller is not told what a called API said, so the log must hold it.
function hiddenFields({ fields, errors }: HttpError, mask: RecordMask): unknown {
  const said = errors === undefined ? fields : { ...fields, errors }
  return Object.keys(said).length === 0 ? undefined : mask.value(said, { left: 8192 })
}

// Anything can be thrown, also objects whose getters throw.
function stackOf(cause: unknown): string | undefined {
  try {
    return cause instanceof Error ? cause.stack : undefined
  } catch {
    return undefined
  }
}
