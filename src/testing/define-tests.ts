// The tests of an acceptance suite: ordinary ones, and those that may run against a live stage.
import { after, test as nodeTest } from 'node:test'
import { closeSession } from './session.ts'
import { withTitle } from './record.ts'
import { currentTarget } from './target.ts'

/** What it gives, such as the answer of a helper, is left aside. */
export type TestBody = () => void | Promise<unknown>

/** Declares a test that may change data; it does not run against a live stage. */
export function test(title: string, body: TestBody): void {
  closeAtEnd()
  const skip = currentTarget().isLive ? 'not marked liveSafe' : false
  void nodeTest(title, { skip, timeout: 120_000 }, async () => void (await withTitle(title, body)))
}

/** Declares a test that harms nothing: it runs against a live stage too. */
export function liveSafe(title: string, body: TestBody): void {
  closeAtEnd()
  void nodeTest(title, { timeout: 120_000 }, async () => void (await withTitle(title, body)))
}

let isClosing = false

// Registered while the file declares its tests: inside a test it would end the session after that one.
function closeAtEnd(): void {
  if (!isClosing) after(closeSession)
  isClosing = true
}
