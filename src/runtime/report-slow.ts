// When a call of one handler counts as slow.
import type { Context } from './exchange/handler-context.ts'
import { slowLimit, type WithSlowLimit } from './exchange/notes.ts'

/**
 * Sets the duration from which calls of a handler are reported as slow; wins over `x-klue-slow-ms` and `report_call_exceeding_ms`.
 * @example handlers: { listBuilds: reportSlow({ maxMs: 5000 })(listBuilds) }
 */
export function reportSlow({ maxMs }: { maxMs: number }): <Given, Result>(handler: (input: Given, context: Context) => Result) => (input: Given, context: Context) => Result {
  return (handler) => (input, context) => {
    ;(context as WithSlowLimit)[slowLimit]?.(maxMs)
    return handler(input, context)
  }
}
