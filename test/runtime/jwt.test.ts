// Tokens: what is accepted, every refusal with its code and words, and what tokens carry.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { generateToken } from '../../src/runtime/edge.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { type Answer, apiDocument, compileApi, jwtSecret, type LooseHandlers, open, type Opened, operation, type PlatformParts, testPlatform } from './service-fixture.ts'

const nowSeconds = 1_800_000_000
const now = (): number => nowSeconds * 1000
const spec = await compileApi(apiDocument({ '/me': { get: operation('readMe'), post: operation('changeMe') } }, { security: [{ token: [] }], components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } }))
const me: LooseHandlers[string] = (_input, { user }) => ({ id: user?.id, issuer: user?.issuer, claims: user?.claims })

function service(parts: PlatformParts = {}): Opened {
  return open({ spec, handlers: { readMe: me, changeMe: me } as LooseHandlers }, { now, ...parts })
}

function base64url(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

// By hand, so that tokens which no library would make can be tried.
function forge(claims: unknown, { header = { alg: 'HS256', typ: 'JWT' }, secret = jwtSecret, digest = 'sha256' }: { header?: object; secret?: string; digest?: string } = {}): string {
  const signed = `${base64url(header)}.${base64url(claims)}`
  return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`
}

const valid = { sub: 'ann', iat: nowSeconds, exp: nowSeconds + 60 }
const withToken = (opened: Opened, token: string): Promise<Answer> => opened.send('GET /me', { headers: { authorization: `Bearer ${token}` } })

async function assertRefused(answer: Promise<Answer>, [error, description]: [code: string, description: string], name: string = description): Promise<void> {
  const { status, json } = await answer
  assert.deepEqual([status, json['error'], json['error_description']], [401, error, description], name)
  assert.equal(typeof json['error_id'], 'string')
}

test('every malformed header has its refusal', async () => {
  const opened = service()
  const cases: [string | undefined, string, string][] = [
    [undefined, 'AUTHORIZATION_HEADER_MISSING', 'There is no Authorization header in the HTTP request'],
    ['', 'AUTHORIZATION_HEADER_MISSING', 'There is no Authorization header in the HTTP request'],
    ['   ', 'AUTHORIZATION_HEADER_MISSING', 'There is no Authorization header in the HTTP request'],
    ['Bearer1234567890', 'TOKEN_INVALID', 'Authorization header must start with Bearer'],
    ['Basic abc', 'TOKEN_INVALID', 'Authorization header must start with Bearer'],
    ['Bearer', 'TOKEN_INVALID', 'Token not found in Authorization header'],
    ['Bearer ', 'TOKEN_INVALID', 'Token not found in Authorization header'],
    ['bearer foo bar', 'TOKEN_INVALID', 'Authorization header must be Bearer + \\s + token'],
    ['Bearer 1234567890', 'TOKEN_INVALID', 'token signature is invalid'],
    ['Bearer a.b.c', 'TOKEN_INVALID', 'token signature is invalid'],
    [`Bearer ${forge(valid)}, Bearer ${forge(valid)}`, 'TOKEN_INVALID', 'Authorization header must be Bearer + \\s + token'],
  ]
  for (const [authorization, error, description] of cases) await assertRefused(opened.send('GET /me', { headers: authorization === undefined ? {} : { authorization } }), [error, description], String(authorization))
})

test('a bare 401 says what to show', async () => {
  assert.equal((await service().send('GET /me')).headers['www-authenticate'], 'Bearer')
})

test('a 401 tells of a token that was sent, and not of one that was not', async () => {
  const opened = service()
  const refused = 'Bearer error="invalid_token"'
  for (const path of ['/me', '/auth/version']) {
    const challenge = async (headers: Record<string, string>): Promise<unknown> => {
      const { status, headers: answered } = await opened.send(`GET ${path}`, { headers })
      return [status, answered['www-authenticate']]
    }
    for (const headers of [{}, { authorization: '' }, { cookie: 'token=' }, { cookie: 'other=1' }]) assert.deepEqual(await challenge(headers), [401, 'Bearer'], JSON.stringify(headers))
    for (const token of ['a.b.c', forge({ ...valid, exp: nowSeconds - 1000 }), forge(valid, { secret: 'another' }), forge({ ...valid, sub: 42 })]) {
      assert.deepEqual(await challenge({ authorization: `Bearer ${token}` }), [401, refused], token)
      assert.deepEqual(await challenge({ cookie: `token=${token}` }), [401, refused], token)
    }
  }
})

test('the word bearer is read in any case', async () => {
  for (const word of ['Bearer', 'bearer', 'BEARER']) assert.equal((await service().send('GET /me', { headers: { authorization: `${word} ${forge(valid)}` } })).status, 200)
})

test('a token that is not as it should be is refused with the reason', async () => {
  const opened = service({ config: { jwt_audience: 'us', jwt_issuer: 'https://issuer.test/' } })
  const good = { ...valid, aud: 'us', iss: 'https://issuer.test/' }
  assert.equal((await withToken(opened, forge(good))).status, 200)
  assert.equal((await withToken(opened, forge({ ...good, aud: ['them', 'us'] }))).status, 200)
  const cases: [string, object | string, string, string][] = [
    ['expired', { ...good, exp: nowSeconds - 301 }, 'TOKEN_EXPIRED', 'Auth token is expired'],
    ['another audience', { ...good, aud: 'them' }, 'TOKEN_INVALID', 'incorrect audience'],
    ['a list without the audience', { ...good, aud: ['them'] }, 'TOKEN_INVALID', 'incorrect audience'],
    ['no audience', { ...valid, iss: good.iss }, 'TOKEN_INVALID', 'incorrect audience'],
    ['an audience that begins alike', { ...good, aud: 'us2' }, 'TOKEN_INVALID', 'incorrect audience'],
    ['another issuer', { ...good, iss: 'https://other.test/' }, 'TOKEN_INVALID', 'incorrect issuer'],
    ['no issuer', { ...valid, aud: 'us' }, 'TOKEN_INVALID', 'incorrect issuer'],
    ['not valid yet', { ...good, nbf: nowSeconds + 301 }, 'TOKEN_INVALID', 'Token is not valid yet'],
    ['issued in the future', { ...good, iat: nowSeconds + 301 }, 'TOKEN_INVALID', 'Token was issued in the future'],
    ['malformed exp', { ...good, exp: 'soon' }, 'TOKEN_INVALID', 'token signature is invalid'],
    ['malformed nbf', { ...good, nbf: 'soon' }, 'TOKEN_INVALID', 'token signature is invalid'],
    ['malformed iat', { ...good, iat: 'soon' }, 'TOKEN_INVALID', 'Token was issued in the future'],
  ]
  for (const [name, claims, error, description] of cases) await assertRefused(withToken(opened, forge(claims)), [error, description], name)
  await assertRefused(withToken(opened, forge('text', { header: { alg: 'HS256' } })), ['TOKEN_INVALID', 'JWT token is invalid'])
})

test('payloads that are JSON but no claims are refused', async () => {
  for (const payload of ['null', '[]', '1', '"x"', 'text', '']) assert.equal((await withToken(service({ config: { jwt_audience: 'us' } }), forge(payload))).status, 401, payload)
})

test('clocks may differ by 300 seconds either way', async () => {
  const opened = service()
  for (const claims of [{ ...valid, exp: nowSeconds - 299 }, { ...valid, nbf: nowSeconds + 300 }, { ...valid, iat: nowSeconds + 300 }]) assert.equal((await withToken(opened, forge(claims))).status, 200, JSON.stringify(claims))
  assert.equal((await withToken(opened, forge({ ...valid, exp: nowSeconds - 300 }))).json['error'], 'TOKEN_EXPIRED')
})

test('only HS256 is accepted, whatever the token says of itself', async () => {
  const opened = service()
  const header = (alg: string): object => ({ alg, typ: 'JWT' })
  const tokens = {
    HS512: forge(valid, { header: header('HS512'), digest: 'sha512' }),
    HS384: forge(valid, { header: header('HS384'), digest: 'sha384' }),
    none: `${base64url(header('none'))}.${base64url(valid)}.`,
    'none in another case': `${base64url(header('nOnE'))}.${base64url(valid)}.`,
    'none with a signature': forge(valid, { header: header('none') }),
    RS256: forge(valid, { header: header('RS256') }),
    'no algorithm': forge(valid, { header: { typ: 'JWT' } }),
    'another secret': forge(valid, { secret: 'another-secret-for-tests' }),
    'an empty secret': forge(valid, { secret: '' }),
    'no signature': forge(valid).replace(/[^.]+$/, ''),
    'two parts': forge(valid).split('.').slice(0, 2).join('.'),
  }
  for (const [name, token] of Object.entries(tokens)) await assertRefused(withToken(opened, token), ['TOKEN_INVALID', 'token signature is invalid'], name)
})

test('every single change of a valid token is refused unless it decodes to the same bytes', async () => {
  const opened = service()
  const token = forge(valid)
  assert.equal((await withToken(opened, token)).status, 200)
  const bytes = (text: string): string => text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex')).join('.')
  for (let index = 0; index < token.length; index++) {
    for (const other of ['A', 'B', '_', '.', '=']) {
      const changed = token.slice(0, index) + other + token.slice(index + 1)
      if (changed === token || bytes(changed) === bytes(token)) continue
      assert.equal((await withToken(opened, changed)).status, 401, `${index} ${other}`)
    }
  }
})

test('subject, claims and issuer are on the context; a token without sub has an empty user id', async () => {
  const opened = service()
  assert.deepEqual((await withToken(opened, forge({ ...valid, iss: 'i', role: 'admin' }))).json, { id: 'ann', issuer: 'i', claims: { ...valid, iss: 'i', role: 'admin' } })
  assert.deepEqual((await withToken(opened, forge({ exp: valid.exp }))).json, { id: '', issuer: '', claims: { exp: valid.exp } })
  assert.equal((await withToken(opened, forge({}))).status, 200, 'all claims are optional')
})

test('a subject or issuer that is no text is refused: everybody with such a token would be one user', async () => {
  const opened = service()
  for (const claim of [42, 0, true, false, null, {}, { id: 'ann' }, [], ['ann'], [42]]) {
    await assertRefused(withToken(opened, forge({ ...valid, sub: claim })), ['TOKEN_INVALID', 'The claim sub of the token is no text'], `sub ${JSON.stringify(claim)}`)
    await assertRefused(withToken(opened, forge({ ...valid, iss: claim })), ['TOKEN_INVALID', 'The claim iss of the token is no text'], `iss ${JSON.stringify(claim)}`)
  }
  await assertRefused(withToken(opened, forge({ ...valid, sub: '' })), ['TOKEN_INVALID', 'The claim sub of the token is empty'])
  await assertRefused(opened.send('GET /auth/version', { headers: { authorization: `Bearer ${forge({ ...valid, sub: 42 })}` } }), ['TOKEN_INVALID', 'The claim sub of the token is no text'])
  await assertRefused(opened.send('GET /me', { headers: { cookie: `token=${forge({ ...valid, sub: 42 })}` } }), ['TOKEN_INVALID', 'The claim sub of the token is no text'])
})

test('generateToken: claims cannot replace the reserved ones, and are not changed', async () => {
  const claims = Object.freeze({ sub: 'eve', iss: 'evil', aud: 'them', iat: 1, exp: 9_999_999_999, role: 'admin' })
  for (const config of [{}, { jwt_issuer: 'us', jwt_audience: 'we' }]) {
    const platform = testPlatform({ now, config })
    const token = await generateToken(platform, 'ann', { claims })
    assert.deepEqual(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()), {
      role: 'admin', sub: 'ann', iat: nowSeconds, exp: nowSeconds + 86_400, ...('jwt_issuer' in config ? { iss: 'us', aud: 'we' } : {}),
    })
  }
  const platform = testPlatform({ now })
  const later = JSON.parse(Buffer.from((await generateToken(platform, 'bob')).split('.')[1]!, 'base64url').toString()) as object
  assert.equal('role' in later, false, 'nothing of one token leaks into the next')
})

test('generateToken: life, issuer, time of issue, and the algorithm', async () => {
  const token = await generateToken(testPlatform({ now }), 'ann', { expiresIn: 10, issuer: 'me', issuedAt: 100 })
  const [header, payload] = token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown)
  assert.deepEqual([header, payload], [{ alg: 'HS256', typ: 'JWT' }, { iss: 'me', sub: 'ann', iat: 100, exp: 110 }])
  for (const missing of ['', undefined, null]) await assert.rejects(generateToken(testPlatform(), missing as never), (error) => isUsageError(error) && /No user_id/.test(error.message))
  for (const odd of [42, 0, Number.NaN, true, {}, ['ann'], 7n, Symbol('ann')]) await assert.rejects(generateToken(testPlatform(), odd as never), (error) => isUsageError(error) && /user_id passed to generateToken\(\) is no text but .* \(pass the id as text/.test(error.message), String(odd))
})

test('without a secret nothing is signed and nobody is let in: 500', async () => {
  for (const secret of [undefined, '']) {
    const opened = service({ secret: () => secret })
    assert.equal((await withToken(opened, forge(valid, { secret: '' }))).status, 500)
    assert.equal((await withToken(opened, forge(valid))).status, 500)
    assert.equal((await opened.send('GET /auth/version', { headers: { authorization: `Bearer ${forge(valid)}` } })).status, 500)
    assert.equal((await opened.send('GET /me')).status, 401)
    await assert.rejects(generateToken(opened.platform, 'ann'), isUsageError)
  }
})

test('/auth/version asks for a token', async () => {
  const opened = service()
  await assertRefused(opened.send('GET /auth/version'), ['AUTHORIZATION_HEADER_MISSING', 'There is no Authorization header in the HTTP request'])
  await assertRefused(opened.send('GET /auth/version', { headers: { authorization: 'Bearer 1234567890' } }), ['TOKEN_INVALID', 'token signature is invalid'])
  assert.deepEqual((await opened.send('GET /auth/version', { headers: { authorization: `Bearer ${forge(valid)}` } })).json, { name: 'test', version: '1.2.3', container: '' })
})

test('the cookie token stands in for a missing header, and not for a bad one', async () => {
  const opened = service()
  const get = (headers: Record<string, string>): Promise<Answer> => opened.send('GET /me', { headers })
  const good = forge(valid)
  for (const cookie of [`token=Bearer%20${good}`, `a=b; token=Bearer+${good}; c=d`, `token="Bearer ${good}"`, `token=bearer%20${good}`, `token=${good}`, `a=b; token=${good}; c=d`, `token="${good}"`, `token=%20${good}%20`]) assert.equal((await get({ cookie })).json['id'], 'ann', cookie)
  for (const [cookie, description] of [['token=Basic%20abc', 'Authorization header must start with Bearer'], ['token=Bearer', 'Token not found in Authorization header'], ['token=bearer%20', 'Token not found in Authorization header'], [`token=Bearer ${good} ${good}`, 'Authorization header must be Bearer + \\s + token'], ['token=a.b.c', 'token signature is invalid'], ['token=BearerX', 'token signature is invalid']] as const) await assertRefused(get({ cookie }), ['TOKEN_INVALID', description], cookie)
  await assertRefused(get({ authorization: good }), ['TOKEN_INVALID', 'Authorization header must start with Bearer'], 'only the cookie may hold it bare')
  await assertRefused(get({ cookie: 'token=' }), ['AUTHORIZATION_HEADER_MISSING', 'There is no Authorization header in the HTTP request'])
  await assertRefused(get({ authorization: 'Bearer bad', cookie: `token=Bearer%20${good}` }), ['TOKEN_INVALID', 'token signature is invalid'])
})

test('an unsafe method takes the cookie only from its own or an allowed origin', async () => {
  const opened = service({ config: { cookie_origins: ['https://app.test'] } })
  const post = async (headers: Record<string, string>): Promise<unknown> => (await opened.send('POST /me', { headers: { host: 'api.test', cookie: `token=Bearer%20${forge(valid)}`, ...headers } })).status
  assert.equal(await post({ origin: 'https://app.test' }), 200)
  assert.equal(await post({ origin: 'https://api.test' }), 200)
  for (const origin of [undefined, 'null', '', 'https://evil.test', 'https://app.test.evil.test', 'https://api.test:444', 'http://app.test', 'api.test']) assert.equal(await post(origin === undefined ? {} : { origin }), 403, String(origin))
  assert.equal((await opened.send('POST /me', { headers: { authorization: `Bearer ${forge(valid)}`, origin: 'https://evil.test' } })).status, 200, 'a header is no cookie')
  // Whole origins, in any spelling of the same.
  for (const origin of ['https://APP.test', 'https://app.test:443', 'https://API.test:443']) assert.equal(await post({ origin }), 200, origin)
  assert.equal(await post({ host: 'API.test:443', origin: 'https://api.test' }), 200)
  for (const origin of ['http://api.test', 'https://api.test/', 'https://ann@api.test', 'file://', 'capacitor://api.test']) assert.equal(await post({ origin }), 403, origin)
})

test('the own origin is that of the scheme by which the service was reached', async () => {
  const opened = service()
  const post = async (origin: string, scheme: 'http' | 'https', host = 'api.test'): Promise<number> => (await opened.send('POST /me', { headers: { host, origin, cookie: `token=Bearer%20${forge(valid)}` }, more: { scheme } })).status
  assert.deepEqual([await post('http://api.test', 'http'), await post('https://api.test', 'http'), await post('http://api.test', 'https'), await post('http://api.test:8080', 'http', 'api.test:8080'), await post('http://api.test:80', 'http')], [200, 403, 403, 200, 200])
})
