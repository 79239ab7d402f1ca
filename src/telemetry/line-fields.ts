// The types of a line's fields: what is of another type is dropped, so that whoever reads the row later need not ask.
import type { LineRecord } from './log-line.ts'

type Fits = (value: unknown) => boolean

const text: Fits = (value) => typeof value === 'string'
const number: Fits = (value) => typeof value === 'number'
const flag: Fits = (value) => typeof value === 'boolean'
const texts: Fits = (value) => Array.isArray(value) && value.every(text)
const isMap = (value: unknown): value is LineRecord => typeof value === 'object' && value !== null && !Array.isArray(value)
const called: Fits = (value) => Array.isArray(value) && value.every((item) => isMap(item) && text(item['api']) && text(item['operation']))
const parts: Fits = (value) => Array.isArray(value) && value.every(isMap)

// An event, or a span with further ones inside.
const noted: Fits = (value) => Array.isArray(value) && value.every((item) => isMap(item) && text(item['name']) && number(item['at']) && (item['events'] === undefined || noted(item['events'])))

function named(names: string, fits: Fits): [string, Fits][] {
  return names.split(' ').map((name) => [name, fits])
}

// As docs/reference/log-record.md has them. A name that is not here belongs to a newer version, and stays as it is.
const fields = new Map<string, Fits>([
  ...named('time started message service stage version function operation method path query request_type response_type call_id call_path user ip user_agent request_id gateway_id gateway_time error error_description error_id stack keep instance title name unit', text),
  ...named('duration_ms length in_bytes out_bytes memory_mb slow_ms lost dropped elapsed_ms limit_ms', number),
  ...named('cold_start volatile muted fatal ended', flag),
  ...named('messages truncated', texts),
  ...named('trace', noted),
  ...named('calls', called),
  ...named('running causes', parts),
  ...named('more_calls dimensions request_headers response_headers error_fields', isMap),
])

/** Takes out of a record what is of another type than its field. */
export function dropOddFields(record: LineRecord): void {
  for (const name of Object.keys(record)) {
    const fits = fields.get(name)
    if (fits !== undefined && !fits(record[name])) delete record[name]
  }
}
