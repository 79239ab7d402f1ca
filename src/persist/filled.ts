// What klue fills in by definition: when an item was created and changed, and by whom.
import type { PersistSpec } from '../openapi/index.ts'
import type { TableUse } from './table-use.ts'

/** Values by property; those of the creation stand only where there is none yet. */
export function filledValues(spec: PersistSpec, use: TableUse, now: number): Record<string, { value: unknown; onlyIfAbsent: boolean }> {
  const { created, updated, createdBy, updatedBy } = spec.filled ?? {}
  const by = createdBy === undefined && updatedBy === undefined ? undefined : use.by?.()
  const values: Record<string, { value: unknown; onlyIfAbsent: boolean }> = {}
  if (created !== undefined) values[created] = { value: timeFor(spec, created, now), onlyIfAbsent: true }
  if (updated !== undefined) values[updated] = { value: timeFor(spec, updated, now), onlyIfAbsent: false }
  if (createdBy !== undefined && by !== undefined) values[createdBy] = { value: by, onlyIfAbsent: true }
  // Without a user nobody is named: who changed it before did not do this.
  if (updatedBy !== undefined) values[updatedBy] = { value: by, onlyIfAbsent: false }
  return values
}

/** An item with what is filled in; what it says of its creation stays. */
export function withFilled(spec: PersistSpec, item: Record<string, unknown>, filled: ReturnType<typeof filledValues>): Record<string, unknown> {
  if (spec.filled === undefined) return item
  const left = Object.entries(filled).filter(([property, { onlyIfAbsent }]) => !onlyIfAbsent || item[property] === undefined)
  return { ...item, ...Object.fromEntries(left.map(([property, { value }]) => [property, value])) }
}

// Texts are ISO times; numbers are seconds, as those of `ttl` are.
function timeFor(spec: PersistSpec, property: string, now: number): string | number {
  return spec.properties[property]?.type === 'string' ? new Date(now).toISOString() : Math.floor(now / 1000)
}
