// Loads what keeps requests from running twice with the first operation that asks for it.
type Idempotency = typeof import('./run-once.ts')

let loading: Promise<Idempotency> | undefined

export function loadIdempotency(): Promise<Idempotency> {
  return (loading ??= import('./run-once.ts'))
}
