// The kit's signer gives the SDK's signatures, whatever the request.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import * as fc from 'fast-check'
import { signedHeaders } from '../../src/platform/aws/index.ts'

// What the SDK's signer wants to be given as a hash.
class Sha256 {
  readonly #hash
  constructor(key?: unknown) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key as string)
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data)
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }
  reset(): void {
    throw new Error('not used')
  }
}

const token = fc.stringMatching(/^[A-Za-z0-9+/=]{1,40}$/)
const headerName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/).filter((name) => !/^(authorization|cache-control|connection|expect|from|host|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|date|x-amz.*|x-amzn.*|proxy-.*|sec-.*)$/i.test(name))
const request = fc.record({
  method: fc.constantFrom('POST', 'GET', 'PUT'),
  host: fc.stringMatching(/^[a-z][a-z0-9]{0,10}\.[a-z]{2,5}(:[1-9][0-9]{3})?$/),
  path: fc.array(fc.stringMatching(/^[A-Za-z0-9~_ä!'()*%20 -]{1,8}$/), { maxLength: 3 }).map((parts) => `/${parts.map(encodeURIComponent).join('/')}`),
  headers: fc.uniqueArray(fc.tuple(headerName, fc.stringMatching(/^[\x20-\x7e]{0,30}$/)), { maxLength: 5, selector: ([name]) => name.toLowerCase() }),
  body: fc.string({ unit: 'grapheme', maxLength: 200 }),
})
const scope = fc.record({
  accessKeyId: token,
  secretAccessKey: token,
  sessionToken: fc.option(token, { nil: undefined }),
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'cn-north-1'),
  service: fc.constantFrom('secretsmanager', 'sts', 'dynamodb'),
  now: fc.integer({ min: 0, max: 4_000_000_000_000 }),
})

test('every signature is that of the SDK', async () => {
  await fc.assert(
    fc.asyncProperty(request, scope, async ({ method, host, path, headers, body }, { region, service, now, accessKeyId, secretAccessKey, sessionToken }) => {
      const url = new URL(`https://${host}${path}`)
      const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
      const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 as never })
      const sign = signer.sign.bind(signer) as unknown as (request: object, options: object) => Promise<{ headers: Record<string, string> }>
      const wanted = await sign({ method, protocol: 'https:', hostname: url.hostname, path: url.pathname, headers: { ...Object.fromEntries(headers), host: url.host }, body }, { signingDate: new Date(now) })
      const own = signedHeaders({ method, url, headers: Object.fromEntries(headers), body }, { credentials, region, service, now })
      assert.equal(own['authorization'], wanted.headers['authorization'])
      assert.equal(own['x-amz-date'], wanted.headers['x-amz-date'])
      assert.equal(own['x-amz-security-token'], wanted.headers['x-amz-security-token'])
    }),
    { numRuns: 300 },
  )
})

test('requests to S3, with queries and bytes, have the signature of the SDK as well', async () => {
  const query = fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), fc.string({ unit: 'grapheme', maxLength: 20 }), { maxKeys: 4 })
  const name = fc.array(fc.stringMatching(/^[A-Za-z0-9=._ ä-]{1,12}$/).filter((part) => !/^\.+$/.test(part)), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.record({ parts: name, given: query, body: fc.uint8Array({ maxLength: 50 }) }), scope, async ({ parts, given, body }, { region, now, accessKeyId, secretAccessKey, sessionToken }) => {
      const url = new URL(`https://bucket.s3.${region}.amazonaws.com/${parts.map(encodeURIComponent).join('/')}`)
      for (const [key, value] of Object.entries(given)) url.searchParams.set(key, value)
      const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
      const signer = new SignatureV4({ credentials, region, service: 's3', sha256: Sha256 as never, uriEscapePath: false })
      const sign = signer.sign.bind(signer) as unknown as (request: object, options: object) => Promise<{ headers: Record<string, string> }>
      const wanted = await sign({ method: 'PUT', protocol: 'https:', hostname: url.hostname, path: url.pathname, query: given, headers: { range: 'bytes=0-9', host: url.host }, body }, { signingDate: new Date(now) })
      assert.equal(signedHeaders({ method: 'PUT', url, headers: { range: 'bytes=0-9' }, body }, { credentials, region, service: 's3', now })['authorization'], wanted.headers['authorization'])
    }),
    { numRuns: 200 },
  )
})
