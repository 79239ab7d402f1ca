// The same requests through the socket, an HTTP API event and the pipeline itself give equal answers.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startServer } from '../../src/dev/index.ts'
import { toLambda } from '../../src/lambda/index.ts'
import { generateToken, openService } from '../../src/runtime/edge.ts'
import { jwtSecret, testPlatform } from '../runtime/service-fixture.ts'
import { inProcess, overEvent, overSocket, type Wire } from './edge-requests.ts'
import { edgeService } from './edge-service.ts'

const config = { body_limit_bytes: 5000, cors_origins: ['https://app.test', 'https://other.test'], cookie_origins: ['https://app.test'], crash_api: true, jwt_secret: jwtSecret }
const service = await edgeService()
const platform = testPlatform({ config })
const { answer } = openService(service, platform)
const handler = toLambda(service, { platform: () => testPlatform({ config }) })
const server = await startServer({ port: 0, bodyLimitBytes: () => config.body_limit_bytes, answer })
after(() => server.close(0))

const token = await generateToken(platform, 'ann')
const bearer: [string, string] = ['Authorization', `Bearer ${token}`]
const cookie: [string, string] = ['Cookie', `token=Bearer%20${token}; theme=dark`]
const origin = (host: string): [string, string] => ['Origin', `https://${host}`]
const type = (media: string): [string, string][] => [['Content-Type', media]]
const gzip: [string, string] = ['Accept-Encoding', 'gzip, br']
const json = type('application/json')
const multipart = '--XX\r\nContent-Disposition: form-data; name="n"\r\n\r\n5\r\n--XX\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n\u0000x\r\n--XX--\r\n'

const get = (target: string, ...headers: [string, string][]): Wire => ({ method: 'GET', target, headers })
const post = (target: string, headers: [string, string][], body?: string | Uint8Array): Wire => ({ method: 'POST', target, headers, ...(body === undefined ? {} : { body }) })

const requests: [name: string, wire: Wire, status: number][] = [
  ['a plain answer', get('/echo'), 200],
  ['coercion', get('/echo?n=5&flag=true&text=5'), 200],
  ['repeated keys', get('/echo?list=a&list=b&csv=a,b%2Cc'), 200],
  ['escapes, plus and unicode in the query', get('/echo?text=a+b%2B%C3%BC%F0%9F%98%80'), 200],
  ['a deep object', get('/echo?deep[a]=1&deep%5Ba%5D=2'), 400],
  ['empty keys', get('/echo?&&=x&text'), 200],
  ['repeated headers', get('/echo', ['X-List', 'a'], ['x-list', 'b, c']), 200],
  ['cookies', get('/echo', ['Cookie', 'session=a%20b; theme=dark; x=y']), 200],
  ['odd cookies', get('/echo', ['Cookie', 'session="q"; =x; theme; theme=']), 200],
  ['several faults', get('/echo?n=x&flag=maybe', ['X-N', 'y']), 400],
  ['broken escapes in the query', get('/echo?text=%E0%A4%A'), 400],
  ['escapes in a path', get('/things/a%20b%C3%BC%3F%23'), 200],
  ['plus in a path', get('/things/a+b'), 200],
  ['a wrong path parameter', get('/numbers/x'), 400],
  ['an empty segment', get('/things/'), 404],
  ['a double slash', get('//echo'), 404],
  ['dots in a path', get('/things/..'), 200],
  ['an unknown path', get('/nowhere'), 404],
  ['an unknown path with unicode', get('/%C3%BC'), 404],
  ['a wrong method of an escaped path', { method: 'PUT', target: '/things/%C3%BC' }, 405],
  ['names of inherited members', get('/constructor'), 404],
  ['a wrong method', { method: 'PUT', target: '/echo' }, 405],
  ['an odd method', { method: 'PROPFIND', target: '/echo' }, 405],
  ['no handler', get('/missing'), 501],
  ['a JSON body', post('/echo', json, '{"a":"ü"}'), 201],
  ['JSON with a charset', post('/echo', type('application/json; charset=utf-8'), '{"a":"x"}'), 201],
  ['JSON without a type', post('/echo', [], '{"a":"x"}'), 201],
  ['broken JSON', post('/echo', json, '{"a":'), 400],
  ['JSON of broken UTF-8', post('/echo', json, Buffer.from('{"a":"\xff"}', 'latin1')), 400],
  ['no body', post('/echo', json), 400],
  ['a body of the wrong type', post('/echo', type('text/plain'), '{}'), 415],
  ['a body that is too large', post('/text', type('text/plain'), 'x'.repeat(5001)), 413],
  ['a body that is too large for its operation', post('/small', type('text/plain'), 'x'.repeat(11)), 413],
  ['a form', post('/form', type('application/x-www-form-urlencoded'), 'n=5&list=a+b&list=%26'), 200],
  ['a form with a list of one', post('/form', type('application/x-www-form-urlencoded'), 'list=a'), 200],
  ['a multipart form', post('/form', type('multipart/form-data; boundary=XX'), multipart), 200],
  ['a broken multipart form', post('/form', type('multipart/form-data; boundary=XX'), multipart.slice(0, -8)), 400],
  ['text', post('/text', type('text/plain'), 'hello ü😀'), 200],
  ['no text', post('/text', []), 200],
  ['bytes', post('/bytes', type('application/octet-stream'), Buffer.from([0, 255, 10, 13])), 200],
  ['a body of GET', { ...get('/echo'), body: 'ignored' }, 200],
  ['a long answer', get('/long'), 200],
  ['a compressed answer', get('/long', gzip), 200],
  ['HEAD', { method: 'HEAD', target: '/long' }, 200],
  ['HEAD, compressed', { method: 'HEAD', target: '/long', headers: [gzip] }, 200],
  ['HEAD of a refusal', { method: 'HEAD', target: '/nowhere' }, 404],
  ['no content', { method: 'DELETE', target: '/nothing' }, 204],
  ['a redirect', get('/moved'), 302],
  ['set cookies', get('/cookies'), 200],
  ['status 543', get('/odd'), 543],
  ['status 543 of an error', get('/crash/returnerrormodel'), 543],
  ['an error of its own', get('/fail'), 418],
  ['an unknown exception', get('/broken', origin('app.test')), 500],
  ['OPTIONS', { method: 'OPTIONS', target: '/echo' }, 200],
  ['a preflight', { method: 'OPTIONS', target: '/echo', headers: [origin('app.test'), ['Access-Control-Request-Method', 'POST'], ['Access-Control-Request-Headers', 'content-type,x-a']] }, 200],
  ['a preflight of a stranger', { method: 'OPTIONS', target: '/echo', headers: [origin('evil.test'), ['Access-Control-Request-Method', 'POST']] }, 200],
  ['a preflight to nowhere', { method: 'OPTIONS', target: '/nowhere', headers: [origin('app.test'), ['Access-Control-Request-Method', 'POST']] }, 404],
  ['an allowed origin', get('/echo', origin('other.test')), 200],
  ['a strange origin', get('/echo', origin('evil.test')), 200],
  ['an allowed origin and gzip', get('/long', origin('app.test'), gzip), 200],
  ['no token', get('/closed'), 401],
  ['a bad token', get('/closed', ['Authorization', 'Bearer x']), 401],
  ['a good token', get('/closed', bearer), 200],
  ['a token cookie', get('/closed', cookie), 200],
  ['a token cookie without origin', post('/closed', [cookie]), 403],
  ['a token cookie from a strange origin', post('/closed', [cookie, origin('evil.test')]), 403],
  ['a token cookie from an allowed origin', post('/closed', [cookie, origin('app.test')]), 200],
  ['a token cookie from the own origin', post('/closed', [cookie, ['Origin', 'http://127.0.0.1']]), 200],
  ['Basic', get('/basic', ['Authorization', `Basic ${Buffer.from('ann:p:w').toString('base64')}`]), 200],
  ['bad Basic', get('/basic', ['Authorization', 'Basic !']), 401],
  ['values of a custom format', { method: 'POST', target: '/weeks/2024-W7', headers: [['Content-Type', 'application/json']], body: '{"week":"2023-W52"}' }, 200],
  ['a text that is none of its custom format', { method: 'POST', target: '/weeks/x', headers: [['Content-Type', 'application/json']], body: '{"week":"y"}' }, 400],
  ['/ping', get('/ping'), 200],
  ['/version', get('/version'), 200],
  ['/auth/version', get('/auth/version', bearer), 200],
  ['a raw route', get('/raw/%C3%BC'), 200],
]

for (const [name, wire, status] of requests) {
  test(`${name}: ${wire.method} ${wire.target}`, async () => {
    const expected = await inProcess(answer, wire)
    assert.equal(expected.status, status, expected.body)
    assert.deepEqual(await overSocket(server.port, wire), expected, 'the socket')
    assert.deepEqual(await overEvent(handler, wire), expected, 'the event')
  })
}

// An HTTP API decodes the path before the function sees it, and refuses what it cannot decode itself (its own 400,
// outside the error model): these differences cannot be hidden, so they are written down here.
const differences: [name: string, target: string, socket: [number, string], event: [number, string] | 'never reaches the function'][] = [
  ['an escaped slash is a slash by then', '/things/a%2Fb', [200, '"a/b"'], [404, 'NOT_FOUND']],
  ['broken escapes', '/things/%E0%A4%A', [400, 'MALFORMED_PATH'], 'never reaches the function'],
  ['a lone percent sign', '/things/100%', [400, 'MALFORMED_PATH'], 'never reaches the function'],
]
for (const [name, target, socket, event] of differences) {
  test(`known difference: ${name}`, async () => {
    const seen = await overSocket(server.port, get(target))
    assert.equal(seen.status, socket[0])
    assert.match(seen.body, new RegExp(socket[1]))
    if (event === 'never reaches the function') return
    const other = await overEvent(handler, get(target))
    assert.equal(other.status, event[0])
    assert.match(other.body, new RegExp(event[1]))
  })
}

test('an escaped percent sign is decoded once on every way', async () => {
  for (const target of ['/things/%2541', '/things/100%25']) assert.deepEqual(await overEvent(handler, get(target)), await overSocket(server.port, get(target)))
})
