// Sends calls of DynamoDB without the SDK, which takes several times as long for each: signed, and tried again as the SDK does.
import { openPlainConnections } from './plain-connections.ts'
import type { AwsAnswer, SendToAws } from './send.ts'
import { type AwsCredentials, signedHeaders } from './sign.ts'

export interface DynamoSenderOptions {
  region: string
  /** Address instead of that of AWS. */
  endpoint?: string
  /** Asked for each attempt, so that renewed ones are used. */
  credentials(): AwsCredentials | undefined
  /** Default connections of its own. */
  send?: SendToAws
  /** Epoch milliseconds. */
  now?(): number
  /** Waits between attempts (milliseconds). */
  pause?(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
  /** 0 to 1: attempts that failed together must not meet again. */
  random?(): number
}

/** A sender of calls. */
export interface DynamoSender {
  /**
   * Sends the JSON of a call such as `PutItem`, and resolves to that of its answer. Rejects with a DynamoFailure, or with an AbortError where the signal ends it.
   */
  send(name: string, body: string, signal?: AbortSignal): Promise<Record<string, unknown>>
  /** Ends the connections; a later call opens new ones. */
  close(): void
}

/** What DynamoDB refused, with what else it said of it, or why it was not reached: named as the SDK names it. */
export interface DynamoFailure extends Error {
  $metadata: { httpStatusCode?: number; requestId?: string; attempts: number }
}

// As src/persist/database.ts has it for the SDK.
const [attempts, attemptMs, mostSockets] = [4, 10_000, 256]

// As the SDK waits for DynamoDB: see test/platform/dynamodb-sender.test.ts, which compares both.
const [baseMs, throttledBaseMs, longestMs, longestHintMs] = [25, 1000, 20_000, 5000]

// What is out of order for long is not asked three times more often: each further attempt has its price, each success gives some back.
const [fullCapacity, cost, throttledCost] = [500, 14, 5]

const throttlings = new Set(['BandwidthLimitExceeded', 'EC2ThrottledException', 'LimitExceededException', 'PriorRequestNotComplete', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'RequestThrottled', 'RequestThrottledException', 'SlowDown', 'ThrottledException', 'Throttling', 'ThrottlingException', 'TooManyRequestsException', 'TransactionInProgressException'])
const passing = new Set(['ReplicatedWriteConflictException', 'TimeoutError', 'RequestTimeout', 'RequestTimeoutException'])
const passingStatuses = new Set<number | undefined>([500, 502, 503, 504])
const brokenConnections = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT'])
const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])

// From so much on a clock is set right by that of AWS.
const skewMs = 300_000

interface Client extends Required<Omit<DynamoSenderOptions, 'endpoint'>> {
  url: URL
  /** Milliseconds that the clock of AWS is ahead. */
  skew: number
  capacity: number
}

/** Opens a sender; the network is touched by its first call. */
export function openDynamoSender(options: DynamoSenderOptions): DynamoSender {
  const { region, endpoint } = options
  const connections = openPlainConnections(mostSockets)
  const url = new URL(endpoint ?? `https://dynamodb.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`)
  const client: Client = { now: Date.now, pause: wait, random: Math.random, send: connections.send, ...options, url, skew: 0, capacity: fullCapacity }
  return { send: (name, body, signal) => sendCall(client, { name, body, signal }), close: () => connections.close() }
}

interface Call {
  name: string
  body: string
  signal: AbortSignal | undefined
}

async function sendCall(client: Client, call: Call): Promise<Record<string, unknown>> {
  let paid = 1
  for (let attempt = 1; ; attempt++) {
    const { answer, failure, isSkewed, hintMs = 0 } = await tryOnce(client, call)
    if (failure === undefined) {
      client.capacity = Math.min(fullCapacity, client.capacity + paid)
      return answer
    }
    failure.$metadata.attempts = attempt
    const isThrottled = failure.$metadata.httpStatusCode === 429 || throttlings.has(failure.name)
    const price = isThrottled ? throttledCost : cost
    if (call.signal?.aborted === true || attempt === attempts || client.capacity < price || !(isThrottled || isSkewed || mayPass(failure))) throw failure
    client.capacity -= price
    paid = price
    const own = Math.floor(client.random() * Math.min((isThrottled ? throttledBaseMs : baseMs) * 2 ** (attempt - 1), longestMs))
    await client.pause(Math.max(own, Math.min(hintMs, own + longestHintMs)), call.signal)
  }
}

interface Outcome {
  answer: Record<string, unknown>
  failure?: DynamoFailure
  /** Whether the clock was set right since, so that another attempt may be signed in time. */
  isSkewed: boolean
  /** How long DynamoDB asks to wait. */
  hintMs?: number
}

async function tryOnce(client: Client, { name, body, signal }: Call): Promise<Outcome> {
  const credentials = client.credentials()
  if (credentials === undefined) return { answer: {}, failure: failureOf('CredentialsProviderError', 'there are no AWS credentials'), isSkewed: false }
  const request = { method: 'POST', url: client.url, headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${name}` }, body }
  let got: AwsAnswer
  try {
    got = await client.send({ ...request, headers: signedHeaders(request, { credentials, region: client.region, service: 'dynamodb', now: client.now() + client.skew }) }, attemptMs, signal)
  } catch (cause) {
    if (signal?.aborted === true) throw Object.assign(new Error('the call was ended before its answer', { cause: signal.reason }), { name: 'AbortError' })
    return { answer: {}, failure: unreached(cause), isSkewed: false }
  }
  const answer = parsed(got.text)
  if (got.status === 200 && answer !== undefined) return { answer, isSkewed: false }
  return { answer: {}, failure: refused(got, answer), isSkewed: isNowRight(client, got), ...hintOf(got) }
}

function refused({ status, headers, text }: AwsAnswer, { __type: type, message, Message: other, ...more }: Record<string, unknown> = {}): DynamoFailure {
  const told = type ?? headers['x-amzn-errortype']
  // What was cut short may have been done, and may come whole the next time.
  const code = typeof told === 'string' ? told.replace(/^.*#/, '').replace(/[:,].*$/, '') : status === 200 ? 'TimeoutError' : 'UnknownError'
  const failure = failureOf(code, [message, other].find((one) => typeof one === 'string') ?? (text.slice(0, 200) || `status ${status}`))
  const requestId = headers['x-amzn-requestid']
  return Object.assign(failure, more, { $metadata: { httpStatusCode: status, attempts: 1, ...(typeof requestId === 'string' ? { requestId } : {}) } })
}

function unreached(cause: unknown): DynamoFailure {
  const code = (cause as { code?: unknown } | null)?.code
  const name = cause instanceof Error ? (typeof code === 'string' && brokenConnections.has(code) ? 'TimeoutError' : cause.name) : 'Error'
  return Object.assign(failureOf(name, cause instanceof Error ? cause.message : String(cause), { cause }), typeof code === 'string' ? { code } : {})
}

function failureOf(name: string, message: unknown, options?: ErrorOptions): DynamoFailure {
  return Object.assign(new Error(String(message), options), { name, $metadata: { attempts: 1 } })
}

function mayPass(failure: DynamoFailure & { code?: string }): boolean {
  return passing.has(failure.name) || passingStatuses.has(failure.$metadata.httpStatusCode) || (failure.code !== undefined && (brokenConnections.has(failure.code) || unreachable.has(failure.code)))
}

// A frozen environment wakes up with an old clock.
function isNowRight(client: Client, { headers }: AwsAnswer): boolean {
  const theirs = typeof headers['date'] === 'string' ? Date.parse(headers['date']) : Number.NaN
  if (!(Math.abs(theirs - (client.now() + client.skew)) >= skewMs)) return false
  client.skew = theirs - client.now()
  return true
}

function hintOf({ headers }: AwsAnswer): { hintMs?: number } {
  const [milliseconds, seconds] = [Number(headers['x-amz-retry-after'] ?? Number.NaN), Number(headers['retry-after'] ?? Number.NaN)]
  const hintMs = Number.isNaN(milliseconds) ? seconds * 1000 : milliseconds
  return hintMs > 0 ? { hintMs } : {}
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await process.getBuiltinModule('node:timers/promises').setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal })
}
