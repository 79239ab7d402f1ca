// Before anything is measured: klue and openapi-backend give the same status to the same requests.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compared } from './build.mjs'
import { goodBody } from './documents.mjs'
import { context, eventOf } from './events.mjs'
import { moduleOf, work } from './targets.mjs'

const order = JSON.parse(goodBody)
const changed = (part) => JSON.stringify({ ...order, ...part })
const orders = '/bench/shop/orders/12'
const post = (target, body, headers) => ['POST', target, { body, headers }]

/** Method, target, body and headers. */
const requests = [
  post(orders, goodBody), post(`${orders}?dry_run=true&limit=5&tags=a&tags=b`, goodBody), post(`${orders}?limit=0`, goodBody), post(`${orders}?limit=x`, goodBody), post(`${orders}?dry_run=2`, goodBody),
  post('/bench/shop/orders/x', goodBody), post('/bench/S/orders/1', goodBody), post('/bench/sh%6Fp/orders/1', goodBody), post(`${orders}/more`, goodBody), ['GET', orders], ['DELETE', orders],
  post(orders, '{'), post(orders, '[]'), post(orders, '{}'), post(orders, changed({ currency: 'GBP' })), post(orders, changed({ more: 1 })), post(orders, changed({ items: [] })), post(orders, changed({ items: [{ sku: 'ABC', quantity: 0 }] })), post(orders, changed({ placed_at: 'soon' })), post(orders, changed({ urgent: 'yes' })), post(orders, changed({ address: { street: 'x' } })), post(orders, undefined),
  post(orders, goodBody, { authorization: 'Bearer a.b.c' }), post(orders, goodBody, { authorization: '' }),
  ['GET', '/repos/o/r'], ['GET', '/repos/o/r%20x'], ['PUT', '/repos/o/r'], ['GET', '/repos/o'], ['GET', '/nothing'], ['GET', '/repos/o/r/compare/a...b'], ['GET', '/repos/o/r/compare/a'],
  ['GET', '/repos/o/r/issues?state=open'], ['GET', '/repos/o/r/issues?state=gone'], ['GET', '/repos/o/r/issues?per_page=ten'], ['GET', '/repos/o/r/issues?since=2026-11-20T10:00:00Z'], ['GET', '/repos/o/r/issues?since=yesterday'],
  post('/repos/o/r/issues', '{"title":"a"}'), post('/repos/o/r/issues', '{"title":7}'), post('/repos/o/r/issues', '{}'), ['PATCH', '/repos/o/r/issues/1', { body: '{"state":"closed"}' }], ['PATCH', '/repos/o/r/issues/one', { body: '{"state":"closed"}' }], ['PATCH', '/repos/o/r/issues/1', { body: '{"state":"gone"}' }],
  ['GET', '/users/ann'], ['GET', '/search/repositories?q=x'], ['GET', '/search/repositories'], ['GET', '/repos/o/r/pulls?sort=popularity'], ['GET', '/repos/o/r/pulls?sort=size'], post('/repos/o/r/issues/1/reactions', '{"content":"+1"}'), post('/repos/o/r/issues/1/reactions', '{"content":"meh"}'), ['GET', '/repos/o/r/tags'], ['GET', '/repos/o/%E0%A4%A/issues'],
]

/** The number of requests, those that the two answer otherwise, and those at which openapi-backend throws instead of answering. */
export async function compareStatuses() {
  process.env.LAMBDA_TASK_ROOT = join(work, 'klue', 'gh')
  process.env.BENCH_DOCUMENT = join(work, 'gh.json')
  process.env.BENCH_HANDLERS = ['benchTarget', ...compared].join(',')
  const [klue, other] = await Promise.all(['klue', 'openapi-backend'].map((name) => import(pathToFileURL(moduleOf({ name }, 'gh')).href)))
  const differences = []
  const thrown = []
  for (const [method, target, options] of requests) {
    const statuses = [await statusOf(klue, eventOf(method, target, options)), await statusOf(other, eventOf(method, target, options))]
    if (typeof statuses[1] === 'string' && statuses[1].endsWith('Error')) thrown.push({ request: `${method} ${target}`, klue: statuses[0], openapiBackend: statuses[1] })
    else if (statuses[0] !== statuses[1]) differences.push({ request: `${method} ${target} ${options?.body?.slice(0, 60) ?? ''}`.trim(), klue: statuses[0], openapiBackend: statuses[1] })
  }
  return { requests: requests.length, differences, thrown }
}

// What a success is called is the document's choice with one, the handler's with the other.
async function statusOf({ handler }, event) {
  const status = await handler(event, context).then(({ statusCode }) => statusCode, (error) => error.constructor.name)
  return status >= 200 && status < 300 ? 'accepted' : status
}
