// The time of an operation: from its authentication to the end of its handler.
import { catalog } from '../errors/index.ts'
import type { Exchange } from './exchange/exchange.ts'
import { loadLineParts } from './line/lazy-line-parts.ts'

/**
 * Runs an operation until it settles or its time is up, whichever comes first. `run` rejects, and never throws.
 * Rejects with DEADLINE_EXCEEDED at the limit, or the reason for which the exchange was ended.
 */
export function callInTime(exchange: Exchange, run: () => Promise<unknown>): Promise<unknown> {
  const { interruption, context } = exchange
  const limit = setLimit(exchange)
  return new Promise((resolve, reject) => {
    // The timer runs in two stretches. After the first one a line says what is still running: the platform may end the process at the limit, and then nobody could.
    const early = Math.floor(limit * watchdogShare)
    let timer = setTimeout(() => {
      if (early >= shortestWatchMs) watch(exchange, limit)
      timer = setTimeout(() => interruption.end(catalog.DEADLINE_EXCEEDED(`${context.operationId} did not finish within ${limit} ms`)), limit - early)
    }, early)
    const over = (): void => {
      clearTimeout(timer)
      interruption.watch(undefined)
    }
    interruption.watch((reason) => {
      over()
      reject(reason)
    })
    run().then((value) => {
      over()
      resolve(value)
    }, (reason: Error) => {
      over()
      reject(reason)
    })
  })
}

function watch(exchange: Exchange, limit: number): void {
  // Where this line cannot be written, the request goes on without it.
  loadLineParts().then(({ watchdog }) => watchdog({ ...exchange, requestId: exchange.request.requestId, ...(exchange.request.gateway === undefined ? {} : { gateway: exchange.request.gateway }) }, limit)).catch(() => undefined)
}

// Time that the answer itself needs to leave before the platform ends the request.
const answerMarginMs = 250

// For shorter limits there is no such line: the line of the request follows at once and says the same.
const shortestWatchMs = 100

const watchdogShare = 0.9

function setLimit({ context, match, platform, startedAt, request }: Exchange): number {
  const seconds = (match.kind === 'operation' ? match.operation.settings.timeoutSeconds : undefined) ?? platform.config.timeoutSeconds
  const own = startedAt + seconds * 1000
  context.endsAt = request.endsAt === undefined ? own : Math.min(own, request.endsAt - answerMarginMs)
  return Math.max(0, context.endsAt - platform.now())
}
