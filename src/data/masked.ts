// A change of an item without its values: names, kinds and lengths, for whoever looks at a dry run.
import type { PersistSpec } from '../openapi/index.ts'
import { type Attributes, keyProperties } from '../persist/stored.ts'
import { type Change, changedNames } from './write-change.ts'

/** One change, as in `id=ab…: state nothing → text of 4`. */
export function maskedChange(spec: PersistSpec, before: Attributes, change: Change): string {
  const key = maskedKey(spec, before)
  if (change.kind === 'delete') return `${key}: deleted`
  return `${key}: ${changedNames(before, change.attributes).map((name) => `${name} ${kindOf(before[name])} → ${kindOf(change.attributes[name])}`).join(', ')}`
}

/** The key of an item, each part cut to its first characters: keys are names and addresses often enough. */
export function maskedKey(spec: PersistSpec, item: Attributes): string {
  return keyProperties(spec).map((name) => `${name}=${cut(item[name]?.S ?? item[name]?.N ?? '')}`).join(', ')
}

function cut(text: string): string {
  return text.length <= 4 ? '…' : `${text.slice(0, 2)}…`
}

function kindOf(attribute: Attributes[string] | undefined): string {
  if (attribute === undefined) return 'nothing'
  const [type, value] = Object.entries(attribute)[0] as [string, unknown]
  if (type === 'S') return `text of ${(value as string).length}`
  if (type === 'N') return 'number'
  if (type === 'BOOL') return 'boolean'
  if (type === 'NULL') return 'null'
  if (type === 'B') return `bytes of ${(value as Uint8Array).byteLength}`
  if (type === 'M') return `map of ${Object.keys(value as object).length}`
  return `${type === 'L' ? 'list' : 'set'} of ${(value as unknown[]).length}`
}
