// The events that targets are called with, as an HTTP API sends them.
import { createHmac } from 'node:crypto'

export const secret = 'a-secret-of-the-bench-only'

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token that is good for ten years. */
export function token() {
  const now = Math.floor(Date.now() / 1000)
  const text = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ sub: 'ann', iat: now, exp: now + 315_360_000 })}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

/** An event of payload 2.0, of a function URL: its path is not decoded yet, which every target then does itself. */
export function eventOf(method, target, { body, headers = {} } = {}) {
  const [rawPath, rawQueryString = ''] = target.split('?')
  return {
    version: '2.0', routeKey: '$default', rawPath, rawQueryString, cookies: [],
    headers: { 'host': 'bench.example', 'user-agent': 'bench', ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }), 'authorization': `Bearer ${token()}`, ...headers },
    queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    requestContext: { accountId: '1', apiId: 'b', domainName: 'bench.lambda-url.eu-west-1.on.aws', domainPrefix: 'bench', requestId: 'r-1', routeKey: '$default', stage: '$default', time: '20/Nov/2026:10:00:00 +0000', timeEpoch: 1795255200000, http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'bench' } },
    ...(body === undefined ? {} : { body }), isBase64Encoded: false,
  }
}

/** The context that Lambda hands over. */
export const context = { awsRequestId: 'a-1', functionName: 'bench', memoryLimitInMB: '512', invokedFunctionArn: 'arn:aws:lambda:eu-west-1:1:function:bench', callbackWaitsForEmptyEventLoop: false, getRemainingTimeInMillis: () => 28_000 }
