// Lines of the log become reports: what is reported, under which title, and what makes two of them one incident.
import type { PlatformFailure, Report } from '../store/index.ts'
import { callBody, type LineRecord, numberOf, ownBody, printed, textOf } from './body.ts'
import { fingerprintOf, type FingerprintParts } from './fingerprint.ts'

export interface ReportSource {
  service: string
  stage: string
  /** Public host of the stage, with its protocol; none by default. */
  host?: string
}

/** An own report or alert that is not made from a line. */
export interface PlainReport extends Pick<Report, 'key' | 'fatal' | 'severity' | 'operation' | 'code' | 'text' | 'time'> {
  /** What makes it an incident of its own, for example the name of an alert. */
  cause: string
  /** Goes into the body as it is. */
  data: Readonly<Record<string, unknown>>
}

const platformCodes = { timeout: ['FUNCTION_TIMEOUT', 1], memory: ['OUT_OF_MEMORY', 0], start: ['START_FAILED', 0], exit: ['PROCESS_EXITED', 0], invoke: ['INVOCATION_FAILED', 1], gateway: ['GATEWAY_FAILURE', 1] } as const

/**
 * The report of a line: a crash (status 500 and above), a slow call (`slow_ms` is there), or one that the code asked for (`kind: report`).
 * Undefined where there is nothing to report, or where reporting was off (`muted`).
 */
export function toReport(record: LineRecord, source: ReportSource): Report | undefined {
  if (record['muted'] === true) return undefined
  if (record['kind'] === 'report') return ownReport(record, source)
  if (record['kind'] !== 'request') return undefined
  if ((numberOf(record['status']) ?? 0) >= 500) return crashReport(record, source)
  return numberOf(record['slow_ms']) === undefined ? undefined : slowReport(record, source)
}

/** The report of a function that was ended from outside, or did not start. Always fatal. */
export function platformReport(failure: PlatformFailure, source: ReportSource): Report {
  const { record = {} } = failure
  const [code, severity] = platformCodes[failure.kind]
  const who = nameOf(record) || failure.function
  const line = oneLine(failure.text)
  const text = `${who}(): ${line}`
  const known: LineRecord = { status: 500, ...record, time: failure.time, function: failure.function, error: code, error_description: line, ...(failure.stack === undefined ? {} : { stack: failure.stack }) }
  const parts = { kind: 'platform', operation: textOf(record['operation']), code, ...(failure.stack === undefined ? {} : { stack: failure.stack }), message: `${failure.function} ${failure.kind} ${line}` }
  return {
    ...head(source, parts),
    key: `platform#${failure.kind}#${failure.requestId || `${failure.function}#${failure.time}`}`,
    fatal: true,
    severity,
    title: `FATAL BACKEND ERROR ${source.service} 500 ${code}: ${text}`,
    text,
    body: callBody({ record: known, title: text, fatal: true, service: source.service, host: source.host ?? '' }),
    time: failure.time,
    ...idsOf({ ...record, request_id: failure.requestId }),
  }
}

/** A report without a line, such as an alert. */
export function plainReport({ key, fatal, severity, operation, code, text, time, cause, data }: PlainReport, source: ReportSource): Report {
  const line = oneLine(text)
  const prefix = fatal ? 'FATAL' : 'NON-FATAL'
  return { ...head(source, { kind: 'plain', operation, code, message: cause }), key, fatal, severity, title: `${prefix} BACKEND ERROR ${source.service} ${line}`, text: line, body: printed({ ...data, title: line, is_fatal_error: fatal }), time }
}

function crashReport(record: LineRecord, source: ReportSource): Report {
  const [status, code, description] = [numberOf(record['status'])!, oneLine(textOf(record['error'])), textOf(record['error_description'])]
  const text = `${nameOf(record)}(): ${oneLine(description)}`
  return {
    ...head(source, { kind: 'crash', operation: textOf(record['operation']) || nameOf(record), code, stack: textOf(record['stack']), message: description }),
    key: keyOf(record),
    fatal: true,
    severity: 1,
    title: `FATAL BACKEND ERROR ${source.service} ${status} ${code}: ${text}`,
    text,
    body: callBody({ record, title: text, fatal: true, service: source.service, host: source.host ?? '' }),
    time: timeOf(record),
    ...idsOf(record),
  }
}

function slowReport(record: LineRecord, source: ReportSource): Report {
  const [status, code] = [numberOf(record['status']) ?? 0, oneLine(textOf(record['error']))]
  const text = `${nameOf(record)}() calltime exceeded ${numberOf(record['slow_ms'])!} millisec!`
  return {
    ...head(source, { kind: 'slow', operation: textOf(record['operation']) || nameOf(record), code: '', message: 'slow' }),
    code,
    key: keyOf(record),
    fatal: false,
    severity: 2,
    title: `NON-FATAL BACKEND ERROR ${source.service} ${status} ${code}: ${text}`,
    text,
    body: callBody({ record, title: text, fatal: false, service: source.service, host: source.host ?? '' }),
    time: timeOf(record),
    ...idsOf(record),
  }
}

function ownReport(record: LineRecord, source: ReportSource): Report {
  const [title, fatal, data] = [oneLine(textOf(record['title'])), record['fatal'] === true, record['data']]
  const text = `${nameOf(record)}()${title === '' ? '' : `: ${title}`}`
  const parts = { record, title: text, fatal, service: source.service, host: source.host ?? '' }
  return {
    ...head(source, { kind: 'report', operation: textOf(record['operation']), code: '', stack: textOf(record['stack']), message: title, title }),
    key: `report#${hash(record)}`,
    fatal,
    severity: fatal ? 1 : 2,
    title: `${fatal ? 'FATAL' : 'NON-FATAL'} BACKEND ERROR ${source.service} ${text}`,
    text,
    body: ownBody({ ...parts, ...(typeof data === 'object' && data !== null && !Array.isArray(data) ? { data: data as Record<string, unknown> } : data === undefined ? {} : { data: { data } }) }),
    time: timeOf(record),
    ...idsOf(record),
  }
}

function head({ service, stage }: ReportSource, parts: Omit<FingerprintParts, 'service'>): Pick<Report, 'service' | 'stage' | 'operation' | 'code' | 'fingerprint'> {
  return { service, stage, operation: parts.operation, code: parts.code, fingerprint: fingerprintOf({ service, ...parts }) }
}

// The operation where there is one, else what was asked for.
function nameOf(record: LineRecord): string {
  return oneLine(textOf(record['operation']) || [textOf(record['method']), textOf(record['path'])].filter(Boolean).join(' '))
}

// One request, one report: a crash that was slow too is one crash.
function keyOf(record: LineRecord): string {
  const id = textOf(record['request_id'])
  return id === '' ? `line#${hash(record)}` : `request#${id}`
}

function hash(record: LineRecord): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(JSON.stringify(record)).digest('hex').slice(0, 32)
}

function timeOf(record: LineRecord): string {
  const time = Date.parse(textOf(record['time']))
  return new Date(Number.isNaN(time) ? 0 : time).toISOString()
}

function idsOf(record: LineRecord): Pick<Report, 'errorId' | 'requestId' | 'started'> {
  const [errorId, requestId, started] = [textOf(record['error_id']), textOf(record['request_id']), textOf(record['started'])]
  return { ...(errorId === '' ? {} : { errorId }), ...(requestId === '' ? {} : { requestId }), ...(started === '' ? {} : { started }) }
}

// A title is a subject and a heading: one line.
function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 500 ? `${line.slice(0, 500)}…` : line
}
