// Whether an item's time is over: DynamoDB deletes expired items days later, and the embedded one never.
import type { PersistSpec } from '../openapi/index.ts'
import type { Attributes } from './attributes.ts'

/** Whether the item's `ttl` property lies in the past. `now` is in milliseconds. */
export function isExpired(spec: PersistSpec, attributes: Attributes, now: number): boolean {
  const expires = spec.ttl === undefined ? undefined : attributes[spec.ttl]?.N
  return expires !== undefined && Number(expires) <= expiryNow(now)
}

/** The present in the unit of `ttl` properties: whole seconds since 1970. */
export function expiryNow(now: number): number {
  return Math.floor(now / 1000)
}
