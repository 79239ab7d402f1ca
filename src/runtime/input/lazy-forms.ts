// Loads the code for forms with the first form, because most requests have none.
import { isForm } from '../../media/index.ts'
import type { Exchange } from '../exchange/exchange.ts'

type Forms = typeof import('./read-form.ts')

let loaded: Forms | undefined

/** The code that reads forms. Throws where `loadForms` has not been awaited. */
export function openForms(): Forms {
  if (loaded === undefined) throw new Error('Forms are read before loadForms() has ended')
  return loaded
}

export async function loadForms(): Promise<void> {
  loaded ??= await import('./read-form.ts')
}

/** Runs at once, or as soon as the form that a request brings can be read. */
export function withForms(exchange: Exchange, run: () => Promise<unknown>): Promise<unknown> {
  if (loaded !== undefined || exchange.match.kind !== 'operation') return run()
  // Without a Content-Type, the media type that the operation declares first is assumed.
  const type = exchange.headers['content-type'] || exchange.match.operation.body?.media[0]
  return type !== undefined && isForm(type) ? loadForms().then(run) : run()
}
