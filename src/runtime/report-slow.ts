// When a call of one handler counts as slow.
import type { Context } from './exchange/handler-context.ts'
import { slowLimit, type WithSlowLimit } from './exchange/notes.ts'

/**
 * Reports calls of a handler as slow from another duration on than `report_call_exceeding_ms`; wins over `x-klue-slow-ms`.
 * @example handlers: { listBuilds: reportSlow({ maxMs: 5000 })(listBuilds) }
 */
export function reportSlow({ maxMs }: { maxMs: number }): <Given, Result>(handler: (input: Given, context: Context) => Result) => (input: Given, context: Context) => Result {
  return (handler) => (input, context) => {
    ;(context as WithSlowLimit)[slowLimit]?.(maxMs)
    return handler(input, context)
  }
}
