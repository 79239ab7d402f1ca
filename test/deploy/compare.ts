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

/** Headers that both must send, with values that may differ, each with its reason. */
export const excusedValues: Readonly<Record<string, string>> = {
  'retry-after': 'counts the seconds from the first attempt',
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
    // Tests send some requests at once, so that neither their order nor the number of equal answers says anything.
    const [left, right] = [expected, actual].map((record) => new Set(record.filter((exchange) => exchange.test === title && !isPoll(exchange)).map(normalise)))
    const missing = [...left!].filter((line) => !right!.has(line))
    const surplus = [...right!].filter((line) => !left!.has(line))
    return missing.length + surplus.length === 0 ? [] : [`${title}:\n${[...missing.map((line) => `  - ${line}`), ...surplus.map((line) => `  + ${line}`)].join('\n')}`]
  })
}

// Whether a task is over by the time of the first look depends on who is quicker.
function isPoll({ method, path, body }: RecordedExchange): boolean {
  return method === 'GET' && path.startsWith('/tasks/') && ['waiting', 'running'].includes((body as { status?: string } | undefined)?.status ?? '')
}

/** An exchange as text, without what is new at every run. */
export function normalise({ method, path, status, headers, body }: RecordedExchange): string {
  // The gateway gives an answer without a body a media type too.
  const isEmpty = body === ''
  const kept = Object.entries(headers).filter(([name]) => excusedHeaders[name] === undefined && !(isEmpty && name === 'content-type')).map(([name, value]) => [name, excusedValues[name] === undefined ? value : '(varies)'] as const).sort(([one], [other]) => (one < other ? -1 : 1))
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
