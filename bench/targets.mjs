// What is measured: klue, and its peers in a bare form and in one that does the same work.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = fileURLToPath(new URL('.', import.meta.url))
/** Where everything that a run makes lies. */
export const work = join(here, '.klue')
export const sizes = ['3', '1000', 'gh']

/**
 * `checksInput`, `checksToken` and `writesLine` say what a target does, and what its answers are compared by.
 * `slowRequests`: a request takes milliseconds beyond 3 operations, and a whole life minutes. `slowStart`: so does a start, seconds.
 */
export const targets = [
  { name: 'bare', title: 'bare handler' },
  { name: 'klue', title: '**klue**', checksInput: true, checksToken: true, writesLine: true },
  { name: 'openapi-backend', title: 'openapi-backend, `quick`, jsonwebtoken', checksInput: true, checksToken: true, slowRequests: true },
  { name: 'openapi-backend-stack', title: '… with Powertools logger and metrics', checksInput: true, checksToken: true, writesLine: true, slowRequests: true },
  { name: 'openapi-backend-stack-key', title: '… and the key of tokens made once', checksInput: true, checksToken: true, writesLine: true, slowRequests: true },
  { name: 'fastify', title: 'fastify + fastify-openapi-glue', checksInput: true, slowStart: true },
  { name: 'fastify-work', title: '… with @fastify/jwt and pino', checksInput: true, checksToken: true, writesLine: true, slowStart: true },
  { name: 'express', title: 'express + express-openapi-validator', checksInput: true, slowStart: true },
  { name: 'express-work', title: '… with jsonwebtoken and pino-http', checksInput: true, checksToken: true, writesLine: true, slowStart: true },
  { name: 'powertools', title: 'Powertools event handler + zod', checksInput: true },
  { name: 'powertools-work', title: '… with jsonwebtoken and Powertools logger', checksInput: true, checksToken: true, writesLine: true },
  { name: 'hono', title: 'Hono + zod', checksInput: true },
  { name: 'hono-work', title: '… with hono/jwt and hono/logger', checksInput: true, checksToken: true, writesLine: true },
]

/** Requests of a life after the cold one: the same for all, but for those that take several milliseconds a request on large documents. */
export const wholeLife = 24_000
export const shortLife = 3_600

export function requestsOf({ slowRequests = false }, size) {
  return slowRequests && size !== '3' ? shortLife : wholeLife
}

/** The module of a target. */
export function moduleOf({ name }, size) {
  return name === 'klue' ? join(work, 'klue', size, 'index.mjs') : join(work, 'peers', size, name, 'index.mjs')
}
