// What stands for a handler that is not written yet.
import { catalog } from '../errors/index.ts'

// As with errors: a service may be bundled with a copy of this file.
const brand = Symbol.for('klue.notImplemented')

/**
 * Stands for a handler, or for the check of a security scheme, until it is written: answers 501 `NOT_IMPLEMENTED`.
 * Where the local server mocks (`mock` in klue-config.yaml, `klue dev --mock`), the operation answers from its document instead.
 * @example
 * handlers: { getBuild, listBuilds: notImplemented }
 */
export const notImplemented: () => never = Object.assign(refuse, { [brand]: true })

/** Whether a handler is not written yet. */
export function isNotImplemented(handler: unknown): boolean {
  return typeof handler === 'function' && (handler as unknown as Record<symbol, unknown>)[brand] === true
}

function refuse(): never {
  throw catalog.NOT_IMPLEMENTED('This operation is not written yet')
}
