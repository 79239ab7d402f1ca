// Before anything is timed: each target gives the answer that is measured, and does the work that its row says.
import { createHmac } from 'node:crypto'
import { goodBody } from './documents.mjs'
import { eventOf, secret, token } from './events.mjs'
import { measured, measuredBody, probe } from './turns.mjs'

const path = '/bench/shop/orders/12'
const order = JSON.parse(goodBody)
const signed = (claims, key = secret, header = { alg: 'HS256', typ: 'JWT' }) => {
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `Bearer ${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}
const now = Math.floor(Date.now() / 1000)
const post = (target, body = goodBody, headers = {}) => eventOf('POST', target, { body, headers })
const { authorization: _none, ...withoutToken } = measured.headers

/** Requests that a target refuses where it does the work, with the status. */
const refused = {
  checksInput: [
    ['a body without its title', 400, post(path, JSON.stringify({ ...order, title: undefined }))],
    ['a quantity of 0', 400, post(path, JSON.stringify({ ...order, items: [{ sku: 'ABC', quantity: 0 }] }))],
    ['another key in the body', 400, post(path, JSON.stringify({ ...order, more: 1 }))],
    ['a time that is none', 400, post(path, JSON.stringify({ ...order, placed_at: 'soon' }))],
    ['a limit of 0', 400, post(`${path}?limit=0`)],
    ['a limit that is no number', 400, post(`${path}?limit=x`)],
    ['a number in the path that is none', 400, post('/bench/shop/orders/x')],
    ['a tenant that its pattern does not allow', 400, post('/bench/S/orders/12')],
  ],
  checksToken: [
    ['no token', 401, { ...measured, headers: withoutToken }],
    ['a token of another key', 401, post(path, goodBody, { authorization: signed({ sub: 'ann', iat: now, exp: now + 600 }, 'another') })],
    ['a token that has ended', 401, post(path, goodBody, { authorization: signed({ sub: 'ann', iat: now - 7200, exp: now - 3600 }) })],
    ['a token whose claims were changed', 401, post(path, goodBody, { authorization: `Bearer ${changed(token())}` })],
    ['a token without a signature', 401, post(path, goodBody, { authorization: signed({ sub: 'ann', iat: now, exp: now + 600 }, secret, { alg: 'none', typ: 'JWT' }).replace(/[^.]*$/, '') })],
  ],
}

function changed(text) {
  const [header, , signature] = text.split('.')
  return [header, Buffer.from(JSON.stringify({ sub: 'bob', iat: now, exp: now + 600 })).toString('base64url'), signature].join('.')
}

/** What is wrong with the answers of a target, whose module is `file`: sentences, none where it may be measured. */
export function wrongAnswers(target, { file, env }) {
  const asked = [...(target.checksInput ? refused.checksInput : []), ...(target.checksToken ? refused.checksToken : [])]
  const { answers, stdout } = probe(file, { env: { ...env, BENCH_MODE: 'answers' }, events: [measured, measured, ...asked.map(([, , event]) => event)], stdout: 'pipe' })
  const wrong = answers.slice(0, 2).flatMap(({ status, body, error }) => (status === 200 && body === measuredBody ? [] : [`the measured request is answered ${error ?? `${status} ${body}`}`]))
  for (const [index, [what, status]] of asked.entries()) {
    const answer = answers[index + 2]
    if (answer.status !== status) wrong.push(`${what} is answered ${answer.error ?? answer.status}, not ${status}`)
  }
  const lines = stdout.split('\n').filter((line) => line.includes(path) && line.includes('200')).length
  if (target.writesLine && lines < 2) wrong.push(`two requests write ${lines} lines`)
  if (!target.writesLine && lines > 0) wrong.push(`it writes lines, and its row says nothing of them`)
  return wrong
}
