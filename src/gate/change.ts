// What a comparison of two documents says: one change, and whom it breaks.

/** One difference between two documents that callers of an operation can notice. */
export interface Change {
  /** The operationId, or `METHOD /path` where there is none. */
  operation: string
  /** Upper case; empty for what concerns the whole document. */
  method: string
  path: string
  /** JSON pointer in the new document; in the old one for what was removed. */
  pointer: string
  /** Which rule found it, for example `request-property-required`. */
  rule: string
  /** Whether a caller of the old document may fail, or silently get something else. */
  breaking: boolean
  /** One sentence: what changed, and whom it breaks. */
  message: string
}

/** A change before it is known which operation it concerns. */
export type Finding = Pick<Change, 'pointer' | 'rule' | 'breaking'> & {
  /** What changed, without a full stop. */
  text: string
}

/** Whether callers write what a schema describes, or read it. */
export type Direction = 'request' | 'response'

/**
 * What happens to the set of values that a schema allows. A request breaks where it narrows, a response where it widens;
 * `both` breaks either, `neither` is only told.
 */
export type Effect = 'narrows' | 'widens' | 'both' | 'neither'

/** Whether an effect breaks callers who write (request) or read (response). */
export function breaks(direction: Direction, effect: Effect): boolean {
  return effect === 'both' || effect === (direction === 'request' ? 'narrows' : 'widens')
}

/** The end of a sentence about a change of a schema: whom it breaks. */
export function whom(direction: Direction, breaking: boolean): string {
  if (!breaking) return 'no caller breaks'
  return direction === 'request' ? 'callers that send what was allowed before are refused' : 'callers that rely on what was promised before break'
}

/** Names in backticks, at most five of them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `\`${name}\``).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}
