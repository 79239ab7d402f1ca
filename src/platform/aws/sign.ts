// Signs requests to AWS (Signature Version 4); test/platform/aws-sign.test.ts compares it with the SDK's signer.

export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export interface UnsignedRequest {
  method: string
  /** With a query only for S3: nothing else that the kit calls takes one. */
  url: URL
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array
}

export interface SigningScope {
  credentials: AwsCredentials
  region: string
  /** The name in signatures, for example `secretsmanager`. */
  service: string
  /** Epoch milliseconds. */
  now: number
}

/** The headers of a request with date, token and signature added; names are lower-case. */
export function signedHeaders(request: UnsignedRequest, { credentials, region, service, now }: SigningScope): Record<string, string> {
  const time = new Date(now).toISOString().replace(/\.\d+|[-:]/g, '')
  const day = time.slice(0, 8)
  const headers: Record<string, string> = {
    ...lowerCased(request.headers),
    host: request.url.host,
    'x-amz-date': time,
    'x-amz-content-sha256': sha256(request.body),
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  }
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${headers[name]!.trim().replace(/\s+/g, ' ')}\n`).join('')
  const canonical = [request.method, service === 's3' ? request.url.pathname : encodedPath(request.url), encodedQuery(request.url), lines, names.join(';'), headers['x-amz-content-sha256']].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const signature = hmac(signingKey(scope, credentials.secretAccessKey), ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex')
  return { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}` }
}

let [derivedFor, derived]: [string, Buffer | undefined] = ['', undefined]

// Four hashes that are the same for a day, a role and a service.
function signingKey(scope: string, secret: string): Buffer {
  const name = `${scope} ${secret}`
  if (derived === undefined || name !== derivedFor) {
    derived = scope.split('/').reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secret}`) as Buffer
    derivedFor = name
  }
  return derived
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower: Record<string, string> = {}
  for (const name of Object.keys(headers)) lower[name.toLowerCase()] = headers[name]!
  return lower
}

// The path is encoded already, and AWS wants it encoded once more; S3 alone does not.
function encodedPath({ pathname }: URL): string {
  if (pathname === '/') return pathname
  return encodeURIComponent(pathname).replaceAll('%2F', '/').replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
}

function encodedQuery(url: URL): string {
  // To ask for the parameters makes an object of them.
  if (url.search === '') return ''
  const encoded = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
  return [...url.searchParams].map(([name, value]) => [encoded(name), encoded(value)] as const).sort(([one], [other]) => (one < other ? -1 : 1)).map((pair) => pair.join('=')).join('&')
}

// Loaded with the first signature: a function without secrets does not pay for it.
function sha256(text: string | Uint8Array): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', text)
}

function hmac(key: string | Buffer, text: string): Buffer {
  return process.getBuiltinModule('node:crypto').createHmac('sha256', key).update(text).digest()
}
