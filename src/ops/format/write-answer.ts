// An answer as text: JSON or YAML, with only the parts that were asked for.
import { stringify } from 'yaml'
import { filterPaths } from './filter-path.ts'
import type { Common } from './read-query.ts'

/** A text with its media type. */
export interface WrittenAnswer {
  contentType: string
  text: string
}

/** Writes a value of plain data; `pretty` indents JSON by four blanks and ends it with a line break. */
export function writeAnswer(value: unknown, { form, contentType, isPretty, filter }: Common): WrittenAnswer {
  const wanted = filter === undefined ? value : filterPaths(value, filter)
  if (form === 'yaml') return { contentType, text: stringify(wanted, { aliasDuplicateObjects: false, lineWidth: 0 }) }
  return { contentType, text: isPretty ? `${JSON.stringify(wanted, null, 4)}\n` : JSON.stringify(wanted) }
}
