// The parameters that every answer of the ops API takes, and those of tables: read from their texts.
import { qualityOf } from '../../runtime/edge.ts'
import { type PathFilter, readPathFilter } from './filter-path.ts'
import { refusal, type Wrong } from './query-error.ts'
import { byteUnits, timeUnits } from './units.ts'

export type AnswerForm = 'text' | 'json' | 'yaml'

/** How an answer is to be written. */
export interface Common {
  form: AnswerForm
  /** Of YAML there are two. */
  contentType: string
  isPretty: boolean
  isHuman: boolean
  filter: PathFilter | undefined
}

/** What a table is to show. */
export interface Cat {
  hasHeader: boolean
  isHelp: boolean
  h: string | undefined
  s: string | undefined
  time: number | undefined
  bytes: number | undefined
}

/** Parameters by name, as they came; a name without a value is the empty text. */
export type Query = Readonly<Record<string, string | undefined>>

const yes = new Set(['', '1', 'true', 'True', 'TRUE', 't', 'T', 'on', 'On', 'ON', 'y', 'Y', 'yes', 'Yes', 'YES'])
const no = new Set(['0', 'false', 'False', 'FALSE', 'f', 'F', 'off', 'Off', 'OFF', 'n', 'N', 'no', 'No', 'NO'])

/** `format`, else the caller's Accept header, else the first form; throws the 422 with every fault. */
export function readCommon(query: Query, { accept, forms }: { accept: string | undefined; forms: readonly AnswerForm[] }): Common {
  const faults: Wrong[] = []
  const isPretty = flag(query, 'pretty', faults)
  const isHuman = flag(query, 'human', faults)
  const format = query['format']
  if (format !== undefined && !isForm(format)) faults.push({ in: 'query', place: ['format'], message: 'Must be one of: text, json, yaml.' })
  if (faults.length > 0) throw refusal(faults)
  // Where an answer has no text, `format=text` is its JSON.
  const asked = format as AnswerForm | undefined
  const form = asked === undefined ? preferred(accept, forms) : forms.includes(asked) ? asked : forms[0]!
  return { form, contentType: wanted(accept, mediaOf[form]), isPretty, isHuman, filter: readPathFilter(query['filter_path']) }
}

/** Throws the 422 with every fault. */
export function readCat(query: Query): Cat {
  const faults: Wrong[] = []
  const cat = { hasHeader: flag(query, 'v', faults), isHelp: flag(query, 'help', faults), h: query['h'], s: query['s'], time: unit(query, { name: 'time', units: timeUnits, faults }), bytes: unit(query, { name: 'bytes', units: byteUnits, faults }) }
  if (faults.length > 0) throw refusal(faults)
  return cat
}

/** The flags by these names; throws the 422 with every fault. */
export function readFlags<Name extends string>(query: Query, names: readonly Name[]): Record<Name, boolean> {
  const faults: Wrong[] = []
  const flags = Object.fromEntries(names.map((name) => [name, flag(query, name, faults)])) as Record<Name, boolean>
  if (faults.length > 0) throw refusal(faults)
  return flags
}

function flag(query: Query, name: string, faults: Wrong[]): boolean {
  const text = query[name]
  if (text !== undefined && !yes.has(text) && !no.has(text)) faults.push({ in: 'query', place: [name], message: 'Not a valid boolean.' })
  return text !== undefined && yes.has(text)
}

function unit(query: Query, { name, units, faults }: { name: string; units: ReadonlyMap<string, number>; faults: Wrong[] }): number | undefined {
  const text = query[name]
  if (text === undefined || text === '') return undefined
  const size = units.get(text)
  if (size === undefined) faults.push({ in: 'query', place: [name], message: `Must be one of: ${[...units.keys()].join(', ')}.` })
  return size
}

function isForm(text: string): text is AnswerForm {
  return text === 'text' || text === 'json' || text === 'yaml'
}

const mediaOf: Readonly<Record<AnswerForm, readonly string[]>> = { text: ['text/plain; charset=utf-8'], json: ['application/json'], yaml: ['application/x-yaml', 'application/yaml'] }

function wanted(accept: string | undefined, media: readonly string[]): string {
  return media.reduce((best, other) => (qualityOf(accept, other) > qualityOf(accept, best) ? other : best))
}

function preferred(accept: string | undefined, forms: readonly AnswerForm[]): AnswerForm {
  const wish = (form: AnswerForm): number => Math.max(...mediaOf[form].map((media) => qualityOf(accept, media)))
  return forms.reduce((best, form) => (wish(form) > wish(best) ? form : best))
}
