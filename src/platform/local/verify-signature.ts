// Whether a request carries the signature of one key pair (Signature Version 4), as the AWS SDK makes it.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export interface DynamoCredentials {
  accessKeyId: string
  secretAccessKey: string
}

export interface SignedRequest {
  method: string
  headers: IncomingHttpHeaders
  body: Buffer
}

const form = /^AWS4-HMAC-SHA256 Credential=([\w-]+)\/(\d{8})\/([\w-]+)\/dynamodb\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([\da-f]{64})$/
// As far as AWS goes: a signature that somebody overheard is of no use for long.
const maxAgeMs = 15 * 60_000

/** Whether a POST to `/` was signed with these credentials in the last 15 minutes. */
export function isSignedBy({ method, headers, body }: SignedRequest, { accessKeyId, secretAccessKey }: DynamoCredentials, now: number = Date.now()): boolean {
  const [, key, day, region, signed, signature] = form.exec(headers.authorization ?? '') ?? []
  const time = headers['x-amz-date']
  if (signature === undefined || typeof time !== 'string' || !time.startsWith(day!) || !isRecent(time, now)) return false
  const names = signed!.split(';')
  // Without these a signature could be carried to another address, time or operation.
  if (!['host', 'x-amz-date', 'x-amz-target'].every((name) => names.includes(name))) return false
  const lines = names.map((name) => `${name}:${textOf(headers[name])}\n`).join('')
  const canonical = [method, '/', '', lines, signed, sha256(body)].join('\n')
  const signingKey = [day!, region!, 'dynamodb', 'aws4_request'].reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`)
  const expected = hmac(signingKey, ['AWS4-HMAC-SHA256', time, `${day}/${region}/dynamodb/aws4_request`, sha256(canonical)].join('\n'))
  return isSame(key!, accessKeyId) && timingSafeEqual(expected, Buffer.from(signature, 'hex'))
}

function isRecent(time: string, now: number): boolean {
  const [, year, month, date, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? []
  const at = Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute), Number(second))
  // What is no time is never recent.
  return Math.abs(now - at) <= maxAgeMs
}

function textOf(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/\s+/g, ' ')
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest())
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
