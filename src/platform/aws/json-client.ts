// Calls the JSON services of AWS without the SDK, which would cost a cold start more than the function itself.
import { type AwsAnswer, openSender, type SendToAws } from './send.ts'
import { type AwsCredentials, signedHeaders } from './sign.ts'

export interface AwsClientOptions {
  /** Name of the service in addresses and signatures, for example `secretsmanager`. */
  service: string
  region: string
  /** Of the protocol, as the service wants it. @default '1.1' */
  jsonVersion?: '1.0' | '1.1'
  /** Address instead of that of AWS. */
  endpoint?: string
  /** Asked for each attempt, so that renewed ones are used. */
  credentials(): AwsCredentials | undefined
  /** Default node:https. */
  send?: SendToAws
  /** Epoch milliseconds. */
  now?(): number
  /** Waits between attempts (milliseconds). */
  pause?(milliseconds: number): Promise<void>
}

/** Calls an operation such as `secretsmanager.GetSecretValue`. Rejects with an AwsFailure. */
export type AwsCall = (target: string, input: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown>>

/** What AWS refused, or why it was not reached. */
export class AwsFailure extends Error {
  /** The name of the exception, for example `ResourceNotFoundException`, or `Unreachable`. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AwsFailure'
    this.code = code
  }
}

const attempts = 4
const attemptMs = 2000
const totalMs = 6000

/** A client of one service in one region. */
export function awsJsonClient(options: AwsClientOptions): AwsCall {
  const client = { now: Date.now, pause: wait, ...options, send: options.send ?? openSender() }
  return async (target, input) => {
    const endsAt = client.now() + totalMs
    for (let attempt = 1; ; attempt++) {
      const outcome = await tryOnce(client, { target, body: JSON.stringify(input) })
      if (!(outcome instanceof AwsFailure)) return outcome
      const delay = Math.random() * 50 * 4 ** attempt
      if (!isPassing(outcome) || attempt === attempts || client.now() + delay >= endsAt) throw outcome
      await client.pause(delay)
    }
  }
}

async function tryOnce(client: AwsClientOptions & { send: SendToAws; now(): number }, { target, body }: { target: string; body: string }): Promise<Record<string, unknown> | AwsFailure> {
  const { service, region } = client
  const credentials = client.credentials()
  if (credentials === undefined) return new AwsFailure('CredentialsMissing', 'there are no AWS credentials')
  const url = new URL(client.endpoint ?? `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`)
  const request = { method: 'POST', url, headers: { 'content-type': `application/x-amz-json-${client.jsonVersion ?? '1.1'}`, 'x-amz-target': target }, body }
  try {
    const headers = signedHeaders(request, { credentials, region, service, now: client.now() })
    return read(await client.send({ ...request, headers }, attemptMs))
  } catch (cause) {
    return new AwsFailure('Unreachable', `${url.host} does not answer`, { cause })
  }
}

function read({ status, headers, text }: AwsAnswer): Record<string, unknown> | AwsFailure {
  const body = parsed(text)
  if (status >= 200 && status < 300 && body !== undefined) return body
  const type = body?.['__type'] ?? headers['x-amzn-errortype'] ?? `Status${status}`
  const code = String(type).replace(/^.*#/, '').replace(/:.*$/, '')
  const message = body?.['message'] ?? body?.['Message']
  return new AwsFailure(status >= 500 ? `Status${status}` : code, typeof message === 'string' ? message : `status ${status}`)
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isPassing({ code }: AwsFailure): boolean {
  return code === 'Unreachable' || /^Status(429|5\d\d)$|Throttl|TooManyRequests|RequestLimit/.test(code)
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
