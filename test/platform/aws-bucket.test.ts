// Files of a bucket through the kit's own client: names, bytes, parts of files, pages of lists, refusals, and what is tried again.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { type AwsBucket, awsBucket, AwsFailure } from '../../src/platform/aws/index.ts'

const files = new Map<string, Buffer>()
const seen: { method: string; path: string; range: string | undefined; signed: boolean }[] = []
let refuse: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined

const server = createServer((request, response) => {
  const url = new URL(request.url!, 'http://s3')
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
    seen.push({ method: request.method!, path: request.url!, range: request.headers.range, signed: /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-west-1\/s3\/aws4_request/.test(request.headers.authorization ?? '') })
    if (refuse?.(request, response) === true) return
    const name = decodeURIComponent(url.pathname).replace(/^\/logs\/?/, '')
    if (request.method === 'PUT') {
      files.set(name, Buffer.concat(parts))
      response.end()
    } else if (name === '') list(url, response)
    else read(name, request.headers.range, response)
  })
})

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no &amp; no</Message></Error>`)
}

function read(name: string, range: string | undefined, response: ServerResponse): void {
  const bytes = files.get(name)
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
  if (bytes === undefined) fail(response, 404, 'NoSuchKey')
  else if (from === undefined) response.end(bytes)
  else if (Number(from) >= bytes.length) fail(response, 416, 'InvalidRange')
  else response.writeHead(206).end(bytes.subarray(Number(from), Number(to) + 1))
}

// Two names a page.
function list(url: URL, response: ServerResponse): void {
  const names = [...files.keys()].filter((name) => name.startsWith(url.searchParams.get('prefix')!)).sort()
  const from = Number((url.searchParams.get('continuation-token') ?? '0+/=').split('+')[0])
  const next = from + 2 < names.length ? `<NextContinuationToken>${from + 2}+/=</NextContinuationToken>` : ''
  response.end(`<ListBucketResult>${next}${names.slice(from, from + 2).map((name) => `<Contents><Key>${name.replaceAll('&', '&amp;')}</Key><LastModified>2026-03-01T12:00:00.000Z</LastModified></Contents>`).join('')}</ListBucketResult>`)
}

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
after(() => {
  server.closeAllConnections()
  server.close()
})

function open(credentials: Parameters<typeof awsBucket>[0]['credentials'] = () => Promise.resolve({ accessKeyId: 'key', secretAccessKey: 'hidden' })): AwsBucket {
  return awsBucket({ bucket: 'logs', region: 'eu-west-1', endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, credentials, pause: () => Promise.resolve() })
}

test('bytes come back as they were written, whole and in part; what is not there is nothing', async () => {
  const bucket = open()
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, index) => index % 256))
  await bucket.write('requests/day=2026-03-01/12-0.jsonl.gz', bytes)
  assert.deepEqual(Buffer.from((await bucket.read('requests/day=2026-03-01/12-0.jsonl.gz'))!), bytes)
  assert.deepEqual(Buffer.from((await bucket.read('requests/day=2026-03-01/12-0.jsonl.gz', { at: 250, bytes: 20 }))!), bytes.subarray(250, 270))
  assert.equal((await bucket.read('requests/day=2026-03-01/12-0.jsonl.gz', { at: 900, bytes: 20 }))!.length, 0)
  assert.equal(await bucket.read('requests/none'), undefined)
  assert.ok(seen.every(({ signed }) => signed))
  assert.ok(seen.some(({ path, range }) => path === '/logs/requests/day%3D2026-03-01/12-0.jsonl.gz' && range === 'bytes=250-269'))
})

test('a list goes on to its end, in order, with the names as they are', async () => {
  const bucket = open()
  for (const name of ['index/b', 'index/a&b', 'index/c', 'index/d', 'index/e', 'other']) await bucket.write(name, Buffer.from('x'))
  assert.deepEqual(await bucket.list('index/'), ['index/a&b', 'index/b', 'index/c', 'index/d', 'index/e'].map((name) => ({ name, changed: Date.parse('2026-03-01T12:00:00Z') })))
  assert.deepEqual(await bucket.list('none/'), [])
})

test('what passes is tried again, four times at most; a refusal is told by its name', async () => {
  let left = 2
  refuse = (_request, response) => (left -= 1) >= 0 && (fail(response, 503, 'SlowDown'), true)
  await open().write('slow', Buffer.from('y'))
  assert.equal(files.get('slow')!.toString(), 'y')
  left = 100
  seen.length = 0
  await assert.rejects(open().read('slow'), (error: AwsFailure) => error.code === 'SlowDown' && error.message === 'no & no')
  assert.equal(seen.length, 4)
  refuse = (_request, response) => (fail(response, 403, 'AccessDenied'), true)
  seen.length = 0
  await assert.rejects(open().list('x'), (error: AwsFailure) => error.code === 'AccessDenied')
  assert.equal(seen.length, 1)
  refuse = undefined
  await assert.rejects(open(() => undefined).read('slow'), (error: AwsFailure) => error.code === 'CredentialsMissing')
})
