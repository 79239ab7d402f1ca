// Compares what two targets answered to the same tests.
import { readFileSync } from 'node:fs'
import type { RecordedExchange } from '../../src/testing/record.ts'

/** Headers that may differ between a local server and a deployed one, each with its reason. */
export const excusedHeaders: Readonly<Record<string, string>> = {
  'apigw-requestid': 'the gateway gives each request an id',
  connection: 'belongs to the connection, which ends at the gateway',
  'content-length': 'a body that names ids or times of varying length has varying length',
  date: 'the time of the answer',
  'keep-alive': 'belongs to the connection, which ends at the gateway',
  'transfer-encoding': 'belongs to the connection, which ends at the gateway',
}

/** Keys of bodies that may differ, each with its reason. */
export const excusedKeys: Readonly<Record<string, string>> = {
  container: 'names the instance or the deployment that answered',
  cursor: 'holds the key where the next page begins, and with it ids',
  error_id: 'is new for each error',
  expires_at: 'counts from the time of the recording',
  token: 'is signed with the key of the target',
}

/** Reads what `klue test --record` wrote. */
export function readRecord(file: string): RecordedExchange[] {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedExchange)
}

/** Every difference between two records, one sentence each. */
export function differences(expected: readonly RecordedExchange[], actual: readonly RecordedExchange[]): string[] {
  const titles = [...new Set([...expected, ...actual].map(({ test }) => test))].sort()
  return titles.flatMap((title) => {
    // Tests send some requests at once, so that their order says nothing.
    const [left, right] = [expected, actual].map((record) => record.filter(({ test }) => test === title).map(normalise).sort())
    const missing = subtract(left!, right!)
    const surplus = subtract(right!, left!)
    return missing.length + surplus.length === 0 ? [] : [`${title}:\n${[...missing.map((line) => `  - ${line}`), ...surplus.map((line) => `  + ${line}`)].join('\n')}`]
  })
}

function subtract(from: readonly string[], what: readonly string[]): string[] {
  const rest = [...what]
  return from.filter((line) => {
    const index = rest.indexOf(line)
    if (index >= 0) rest.splice(index, 1)
    return index < 0
  })
}

/** An exchange as text, without what is new at every run. */
export function normalise({ method, path, status, headers, body }: RecordedExchange): string {
  const kept = Object.entries(headers).filter(([name]) => excusedHeaders[name] === undefined).sort(([one], [other]) => (one < other ? -1 : 1))
  return withoutIds(JSON.stringify({ method, path, status, headers: Object.fromEntries(kept), body: withoutKeys(body) }))
}

function withoutKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, excusedKeys[key] === undefined ? withoutKeys(inner) : `(${typeof inner})`]))
}

function withoutIds(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '(id)')
    .replaceAll(/cursor=[\w%.-]+/g, 'cursor=(cursor)')
    // Ids of measurements: a time and a random part. Times of tests lie in 2030 and stay.
    .replaceAll(/\b(\d{4}-\d\d-\d\dT\d\d(?::|%3A)\d\d(?::|%3A)\d\d\.\d{3}Z)-[0-9a-f]{8}/g, '$1-(random)')
    .replaceAll(/\b20[12]\d-\d\d-\d\dT\d\d(?::|%3A)\d\d(?::|%3A)\d\d\.\d{3}Z/g, '(time)')
}
