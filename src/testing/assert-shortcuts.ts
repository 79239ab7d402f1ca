// The assertions by method, and those on the routes that every service has.
import assert from 'node:assert/strict'
import { visibleText } from '../errors/index.ts'
import { assertCallReturnDict, assertCallReturnError, assertCallReturnJson, assertCallReturnOk, type CallOptions, type ExpectedError, type Json } from './assert-calls.ts'
import { session } from './session.ts'

type Plain = Omit<CallOptions, 'status'>

/** GET; expects a status, returns the JSON. */
export function assertGetReturnJson<Body = Json>(path: string, options: CallOptions = {}): Promise<Body> {
  return assertCallReturnJson<Body>('get', path, options)
}

/** DELETE; expects a status, returns the JSON. */
export function assertDeleteReturnJson<Body = Json>(path: string, options: CallOptions = {}): Promise<Body> {
  return assertCallReturnJson<Body>('delete', path, options)
}

/** POST; expects a status, returns the JSON. */
export function assertPostReturnJson<Body = Json>(path: string, data: unknown, options: CallOptions = {}): Promise<Body> {
  return assertCallReturnJson<Body>('post', path, { ...options, data })
}

/** GET; expects each key of `expected` with its value. */
export function assertGetReturnDict(path: string, expected: Json, options: CallOptions = {}): Promise<Json> {
  return assertCallReturnDict('get', path, { ...options, expected })
}

/** POST; expects each key of `expected` with its value. */
export function assertPostReturnDict(path: string, data: unknown, options: CallOptions & { expected: Json }): Promise<Json> {
  return assertCallReturnDict('post', path, { ...options, data })
}

/** GET; expects 200 with exactly `{}`. */
export function assertGetReturnOk(path: string, options: Plain = {}): Promise<void> {
  return assertCallReturnOk('get', path, options)
}

/** POST; expects 200 with exactly `{}`. */
export function assertPostReturnOk(path: string, data: unknown, options: Plain = {}): Promise<void> {
  return assertCallReturnOk('post', path, { ...options, data })
}

/** GET; expects an error. */
export function assertGetReturnError(path: string, expected: ExpectedError & Plain): Promise<Json> {
  return assertCallReturnError('get', path, expected)
}

/** POST; expects an error. */
export function assertPostReturnError(path: string, data: unknown, expected: ExpectedError & Plain): Promise<Json> {
  return assertCallReturnError('post', path, { ...expected, data })
}

/** Expects the three texts of a version. */
export function assertIsVersion(body: Json): void {
  for (const key of ['version', 'name', 'container']) assert.equal(typeof body[key], 'string', visibleText(`${key} of ${JSON.stringify(body)} is no text`))
}

/** Expects `/ping` to answer `{}`. */
export function assertHasPing(options: Plain = {}): Promise<void> {
  return assertGetReturnOk('/ping', options)
}

/** Expects `/version` to answer a version. */
export async function assertHasVersion(options: Plain = {}): Promise<void> {
  assertIsVersion(await assertGetReturnJson('/version', options))
}

/** Expects `/auth/version` to refuse everything but a valid token. */
export async function assertHasAuthVersion(options: Plain = {}): Promise<void> {
  const path = '/auth/version'
  for (const auth of [undefined, '']) await assertGetReturnError(path, { ...options, auth, status: 401, error: 'AUTHORIZATION_HEADER_MISSING' })
  for (const auth of ['Bearer1234567890', 'bearer foo bar', 'Bearer 1234567890']) await assertGetReturnError(path, { ...options, auth, status: 401, error: 'TOKEN_INVALID' })
  assertIsVersion(await assertGetReturnJson(path, { ...options, auth: `Bearer ${(await session()).token()}` }))
}
