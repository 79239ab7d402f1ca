// From the ids of a request to what they name, all of them or a refusal.
import * as opsCodes from '../errors/ops-codes.ts'
import type { OpsOperation } from './port.ts'

/** The operations that a list of ids and operationIds names, each once, in the order asked; all without a list. Throws 404 with every unknown one. */
export function findRoutes(all: readonly OpsOperation[], ids: string | undefined): OpsOperation[] {
  if (ids === undefined) return [...all]
  const named = new Map<string, OpsOperation[]>()
  for (const one of all) for (const name of new Set([one.id, one.operation])) named.set(name, [...(named.get(name) ?? []), one])
  return findAll(ids, named).flat().filter((one, index, found) => found.indexOf(one) === index)
}

/** What a list of ids names. Throws 404 with every unknown one. */
export function findAll<Found>(ids: string, named: ReadonlyMap<string, Found>): Found[] {
  const unknown: string[] = []
  const found = ids.split(',').flatMap((id) => {
    const one = named.get(id)
    if (one === undefined) unknown.push(id)
    return one === undefined ? [] : [one]
  })
  if (unknown.length === 0) return found
  const shown = unknown.slice(0, 100).map((id) => id.slice(0, 100))
  throw opsCodes.OPS_ID_UNKNOWN(`There is nothing with the id ${shown.slice(0, 5).map((id) => JSON.stringify(id)).join(', ')}${unknown.length > 5 ? ` (and ${unknown.length - 5} more)` : ''}; nothing was done`, { fields: { unknown: shown } })
}
