// The context of the request or task that runs, for functions that are called without it. Kept only where something asks for it.
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from './handler-context.ts'

// On the global object, because the local server and a bundled entry file each hold a copy of this file.
const place: unique symbol = Symbol.for('klue.running') as never
const shared = globalThis as { [place]?: AsyncLocalStorage<Context> }

/** Runs a handler. */
export function within<Result>(context: Context, run: () => Result): Result {
  const running = shared[place]
  return running === undefined ? run() : running.run(context, run)
}

/** From now on contexts are kept. */
export function keepContexts(): void {
  shared[place] ??= new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)<Context>()
}

/** The context of what runs; undefined outside of requests and tasks. */
export function runningContext(): Context | undefined {
  return shared[place]?.getStore()
}
