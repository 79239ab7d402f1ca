// What the rules about schemas are given: the two sides, and where to say what they find.
import type { Direction, Effect } from './change.ts'
import type { Place } from './resolve.ts'
import type { SchemaView } from './schema-view.ts'

/** Something that a rule found in a pair of schemas. */
export interface Report {
  /** Without the direction. */
  rule: string
  effect: Effect
  /** What changed, without a full stop. */
  text: string
  /** Keyword of the new schema that it stands at; without it the schema itself. */
  keyword?: string
  /** Where the keyword alone does not say it. */
  pointer?: string
  /** Overrules what the effect says. */
  breaking?: boolean
  /** Whom it breaks; without it a sentence for the direction. */
  whom?: string
}

/** A pair of schemas while it is compared. */
export interface Comparing {
  before: SchemaView
  after: SchemaView
  /** Where the two schemas stand. */
  places: { before: readonly Place[]; after: readonly Place[] }
  direction: Direction
  /** What the schema is called, for example `Pet.name`. */
  label: string
  /** Whether the value travels as text, as parameters do. */
  isText: boolean
  report: (report: Report) => void
  /** Compares a pair of schemas below this one, later. */
  descend: (before: readonly Place[], after: readonly Place[], label: string) => void
}
