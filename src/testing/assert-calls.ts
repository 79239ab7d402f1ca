// The assertions of acceptance tests: one call, what it must answer, and what comes back.
import assert from 'node:assert/strict'
import { visibleText } from '../errors/index.ts'
import { type Answer, type Method, send, type SendOptions } from './send.ts'

export interface CallOptions extends Omit<SendOptions, 'data'> {
  /** Expected status; default 200. */
  status?: number
}

/** A JSON object as tests look at it. */
export type Json = Record<string, unknown>

/** What an error must look like. */
export interface ExpectedError {
  status: number
  /** The code, for example `INVALID_PARAMETER`. */
  error: string
}

/** Calls and expects a status; returns the parsed JSON. */
export async function assertCallReturnJson<Body = Json>(method: Method, path: string, { data, status = 200, ...options }: CallOptions & { data?: unknown } = {}): Promise<Body> {
  const answer = await send(method, path, { ...options, data })
  expectStatus(answer, `${method.toUpperCase()} ${path}`, status)
  return answer.body as Body
}

/** Calls and expects each key of `expected` in the answer, with its value. */
export async function assertCallReturnDict(method: Method, path: string, { expected, ...options }: CallOptions & { data?: unknown; expected: Json }): Promise<Json> {
  const body = await assertCallReturnJson(method, path, options)
  for (const [key, value] of Object.entries(expected)) {
    assert.ok(Object.hasOwn(body, key), visibleText(`${method.toUpperCase()} ${path}: the answer has no ${key}: ${JSON.stringify(body)}`))
    assert.deepEqual(body[key], value, visibleText(`${method.toUpperCase()} ${path}: ${key} is ${JSON.stringify(body[key])}`))
  }
  return body
}

/** Calls and expects 200 with exactly `{}`. */
export async function assertCallReturnOk(method: Method, path: string, options: Omit<CallOptions, 'status'> & { data?: unknown } = {}): Promise<void> {
  assert.deepEqual(await assertCallReturnJson(method, path, options), {})
}

/** Calls and expects an error of the one error model; returns its body. */
export async function assertCallReturnError(method: Method, path: string, { status, error, data, ...options }: ExpectedError & Omit<CallOptions, 'status'> & { data?: unknown }): Promise<Json> {
  const answer = await send(method, path, { ...options, data })
  const title = `${method.toUpperCase()} ${path}`
  expectStatus(answer, title, status)
  const body = answer.body as Json
  assert.equal(body['error'], error, visibleText(`${title}: ${answer.text}`))
  assert.equal(body['status'], status, `${title}: the status inside the body differs from that of the answer`)
  assert.equal(typeof body['error_description'], 'string', `${title}: there is no error_description`)
  assert.match(String(body['error_id']), /^[0-9a-f-]{36}$/, `${title}: there is no error_id`)
  return body
}

/** Calls and expects HTML; returns it. */
export function assertCallReturnHtml(method: Method, path: string, options: CallOptions & { data?: unknown } = {}): Promise<string> {
  return callText(method, path, { ...options, contentType: 'text/html; charset=utf-8' })
}

/** Calls and expects plain text; returns it. */
export function assertCallReturnText(method: Method, path: string, options: CallOptions & { data?: unknown } = {}): Promise<string> {
  return callText(method, path, { ...options, contentType: 'text/plain; charset=utf-8' })
}

/** Calls and expects a redirect, 302 unless told otherwise; returns where it leads. */
export async function assertCallReturnRedirect(method: Method, path: string, { status = 302, ...options }: CallOptions & { data?: unknown } = {}): Promise<string> {
  const answer = await send(method, path, options)
  expectStatus(answer, `${method.toUpperCase()} ${path}`, status)
  return answer.headers.get('location') ?? assert.fail(`${method.toUpperCase()} ${path}: there is no Location header`)
}

async function callText(method: Method, path: string, { data, status = 200, contentType, ...options }: CallOptions & { data?: unknown; contentType: string }): Promise<string> {
  const answer = await send(method, path, { ...options, data })
  expectStatus(answer, `${method.toUpperCase()} ${path}`, status)
  assert.equal(answer.headers.get('content-type')?.toLowerCase(), contentType)
  return answer.text
}

function expectStatus(answer: Answer, title: string, status: number): void {
  assert.equal(answer.status, status, visibleText(`${title} answered ${answer.status} instead of ${status}: ${answer.text.slice(0, 2000)}`))
}
