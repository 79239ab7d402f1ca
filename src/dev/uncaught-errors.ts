// Keeps a local server serving when code forgets a promise or throws in a timer: the error is told and reported, and its request answered.
import { AsyncLocalStorage } from 'node:async_hooks'
import { messageOf } from '../errors/index.ts'
import { type ApiRequest, type ApiResponse, type LogRecord, type OpenService, tellUncaught, type Uncaught } from '../runtime/edge.ts'
import { stackOf } from './local-stack.ts'

export interface UncaughtErrors {
  /** Answers a request so that errors that nobody catches are known as its own. */
  answer(service: OpenService, request: ApiRequest): Promise<ApiResponse>
  /** Leaves such errors to Node again. */
  stop(): void
}

/**
 * Catches them from now on.
 * @param main the service under which those are told that belong to no request; none while the project starts
 */
export function catchUncaught(main: () => OpenService | undefined, log: (record: LogRecord) => void): UncaughtErrors {
  const scopes = new AsyncLocalStorage<Scope>()
  const tell = (kind: Uncaught['kind'], thrown: unknown): void => {
    const scope = scopes.getStore()
    const service = scope?.service ?? main()
    const failed = (): void => log({ kind: 'log', level: 'error', time: new Date().toISOString(), message: `An error that nobody caught: ${messageOf(thrown)}`, stack: stackOf(thrown) })
    if (service === undefined) return failed()
    tellUncaught(service, { thrown, kind, exchange: scope?.exchange }).catch(failed)
  }
  const onException = (thrown: unknown): void => tell('exception', thrown)
  const onRejection = (reason: unknown): void => tell('rejection', reason)
  process.on('uncaughtException', onException).on('unhandledRejection', onRejection)
  return {
    answer: (service, request) => {
      const scope: Scope = { service, exchange: undefined }
      return scopes.run(scope, () => {
        const answered = service.answer(request)
        // It has begun by now, and may be over when the error comes.
        for (const exchange of service.running) if (exchange.request === request) scope.exchange = exchange
        return answered
      })
    },
    stop: () => void process.off('uncaughtException', onException).off('unhandledRejection', onRejection),
  }
}

interface Scope {
  service: OpenService
  exchange: Uncaught['exchange']
}
