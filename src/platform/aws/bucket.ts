// Files in a bucket of S3 without the SDK: list, read whole or in part, write whole, remove.
import { AwsFailure } from './json-client.ts'
import { type AwsAnswer, openSender, type SendToAws } from './send.ts'
import { type AwsCredentials, signedHeaders } from './sign.ts'

export interface AwsBucketOptions {
  bucket: string
  region: string
  /** Address instead of that of AWS; the bucket is then the first part of the path. */
  endpoint?: string
  /** Asked for each attempt, so that renewed ones are used. */
  credentials(): AwsCredentials | undefined | Promise<AwsCredentials | undefined>
  /** Default node:https. */
  send?: SendToAws
  /** Epoch milliseconds. */
  now?(): number
  /** Waits between attempts (milliseconds). */
  pause?(milliseconds: number): Promise<void>
}

/** Files by their names. Every call rejects with an AwsFailure where S3 refuses it or does not answer. */
export interface AwsBucket {
  /** The files whose names begin so, in order of their names; `changed` in epoch milliseconds. */
  list(prefix: string): Promise<{ name: string; changed: number }[]>
  /** A file, or some bytes of it; undefined where there is none, no bytes where it is shorter. */
  read(name: string, range?: { at: number; bytes: number }): Promise<Uint8Array | undefined>
  write(name: string, bytes: Uint8Array): Promise<void>
  remove(name: string): Promise<void>
}

interface BucketCall {
  method: 'GET' | 'PUT' | 'DELETE'
  name: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array
}

const attempts = 4
// Files are of some megabytes at most.
const attemptMs = 15_000

/** Opens a bucket; touches no network. */
export function awsBucket(options: AwsBucketOptions): AwsBucket {
  const client = { now: Date.now, pause: wait, ...options, send: options.send ?? openSender() }
  return {
    async list(prefix) {
      const found: { name: string; changed: number }[] = []
      let next: string | undefined
      do {
        const { text } = await call(client, { method: 'GET', name: '', query: { 'list-type': '2', prefix, ...(next === undefined ? {} : { 'continuation-token': next }) } })
        for (const [, entry] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) found.push({ name: element(entry!, 'Key') ?? '', changed: Date.parse(element(entry!, 'LastModified') ?? '') })
        next = element(text, 'NextContinuationToken')
      } while (next !== undefined)
      return found
    },
    async read(name, range) {
      try {
        const { bytes } = await call(client, { method: 'GET', name, ...(range === undefined ? {} : { headers: { range: `bytes=${range.at}-${range.at + range.bytes - 1}` } }) })
        return bytes ?? new Uint8Array()
      } catch (error) {
        if (error instanceof AwsFailure && error.code === 'NoSuchKey') return undefined
        if (error instanceof AwsFailure && error.code === 'InvalidRange') return new Uint8Array()
        throw error
      }
    },
    async write(name, bytes) {
      await call(client, { method: 'PUT', name, headers: { 'content-type': 'application/octet-stream' }, body: bytes })
    },
    async remove(name) {
      await call(client, { method: 'DELETE', name })
    },
  }
}

type Client = AwsBucketOptions & { send: SendToAws; now(): number; pause(milliseconds: number): Promise<void> }

async function call(client: Client, wanted: BucketCall): Promise<AwsAnswer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(client, wanted)
    if (!(outcome instanceof AwsFailure)) return outcome
    if (!/^(Unreachable|Status(429|5\d\d)|SlowDown|InternalError|ServiceUnavailable|RequestTimeout)$/.test(outcome.code) || attempt === attempts) throw outcome
    await client.pause(Math.random() * 50 * 4 ** attempt)
  }
}

async function tryOnce(client: Client, { method, name, query = {}, headers: given = {}, body = new Uint8Array() }: BucketCall): Promise<AwsAnswer | AwsFailure> {
  const { region } = client
  const credentials = await client.credentials()
  if (credentials === undefined) return new AwsFailure('CredentialsMissing', 'there are no AWS credentials')
  const url = addressOf(client, name)
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value)
  const request = { method, url, headers: given, body }
  try {
    const answer = await client.send({ ...request, headers: signedHeaders(request, { credentials, region, service: 's3', now: client.now() }) }, attemptMs)
    if (answer.status >= 200 && answer.status < 300) return answer
    const code = element(answer.text, 'Code') ?? `Status${answer.status}`
    return new AwsFailure(code, element(answer.text, 'Message') ?? `status ${answer.status}`)
  } catch (cause) {
    return new AwsFailure('Unreachable', `${url.host} does not answer`, { cause })
  }
}

function addressOf({ bucket, region, endpoint }: AwsBucketOptions, name: string): URL {
  const path = name.split('/').map(encodeURIComponent).join('/')
  return endpoint === undefined ? new URL(`https://${bucket}.s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/${path}`) : new URL(`${endpoint.replace(/\/$/, '')}/${bucket}/${path}`)
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  return text?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => entities[entity]!)
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
