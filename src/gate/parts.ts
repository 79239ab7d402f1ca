// The parts of one operation while it is compared: what was found at each, and the schemas that belong to it.
import type { Finding } from './change.ts'
import type { GateDocument, Place } from './resolve.ts'
import type { Pair, PairOptions, SchemaComparison } from './schema-comparison.ts'

/** Collects what is found in one operation. */
export interface Parts {
  before: GateDocument
  after: GateDocument
  /** Says something about a part, such as `Response 200`. */
  tell: (part: string, finding: Finding) => void
  /** Compares the schemas of a part. */
  schemas: (part: string, places: { before: readonly Place[]; after: readonly Place[] }, options: PairOptions) => void
}

/** What was found at a part: directly, or in a pair of schemas. */
export interface Found {
  part: string
  finding?: Finding
  pair?: Pair
}

export function openParts({ before, after, comparison, found }: { before: GateDocument; after: GateDocument; comparison: SchemaComparison; found: Found[] }): Parts {
  return {
    before,
    after,
    tell: (part, finding) => void found.push({ part, finding }),
    schemas: (part, places, options) => void found.push({ part, pair: comparison.compare(places.before, places.after, options) }),
  }
}
