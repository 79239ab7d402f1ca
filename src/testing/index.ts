// The door `klue/testing`: what acceptance tests are written with.
import { session } from './session.ts'

export { assertCallReturnDict, assertCallReturnError, assertCallReturnHtml, assertCallReturnJson, assertCallReturnOk, assertCallReturnRedirect, assertCallReturnText } from './assert-calls.ts'
export type { CallOptions, ExpectedError, Json } from './assert-calls.ts'
export {
  assertDeleteReturnJson,
  assertGetReturnDict,
  assertGetReturnError,
  assertGetReturnJson,
  assertGetReturnOk,
  assertHasAuthVersion,
  assertHasPing,
  assertHasVersion,
  assertIsVersion,
  assertPostReturnDict,
  assertPostReturnError,
  assertPostReturnJson,
  assertPostReturnOk,
} from './assert-shortcuts.ts'
export { liveSafe, test } from './define-tests.ts'
export type { TestBody } from './define-tests.ts'
export { send } from './send.ts'
export type { Answer, Method, SendOptions } from './send.ts'
export { testClient } from './typed-client.ts'

/** A valid Authorization header: `Bearer <token>`. */
export async function testAuth(): Promise<string> {
  return `Bearer ${(await session()).token()}`
}

/** A user that can log in. */
export async function testUser(): Promise<{ name: string; password: string }> {
  return (await session()).user()
}
