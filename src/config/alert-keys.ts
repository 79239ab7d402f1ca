// What an alert may hold, and what it cannot do without.
import type { KeySpec } from './keys.ts'

/** By the name in the file. */
export const alertKeys: Readonly<Record<string, KeySpec>> = {
  metric: { group: 'observing', type: 'choice', default: '', choices: ['requests', 'errors', 'error_percent', 'client_error_percent', 'throttled', 'average_ms', 'p50_ms', 'p95_ms', 'p99_ms', 'p999_ms', 'function_throttles', 'concurrency', 'table_throttles'], doc: 'What is measured; one of `metric`, `event` and `own_metric` is mandatory.' },
  event: { group: 'observing', type: 'choice', default: '', choices: ['5xx', '4xx', 'ingest_failure'], doc: 'What happens: each time counts.' },
  own_metric: { group: 'observing', type: 'text', doc: 'Name of a metric that the service measures by `context.metric`.' },
  statistic: { group: 'observing', type: 'choice', default: 'sum', choices: ['sum', 'average', 'minimum', 'maximum', 'count'], doc: '`own_metric`: what of its values in the window is compared.' },
  threshold: { group: 'observing', type: 'number', default: 0, min: -1e12, max: 1e12, doc: 'A value above it fires.' },
  below: { group: 'observing', type: 'true or false', default: false, doc: 'Whether a value below the threshold fires instead.' },
  window: { group: 'observing', type: 'whole number', default: 300, min: 60, max: 86400, unit: 'seconds', doc: 'The span of time that is measured, up to now; whole minutes.' },
  min_times: { group: 'observing', type: 'whole number', default: 1, min: 1, max: 100000, doc: 'How often it must have fired until somebody is told.' },
  min_duration: { group: 'observing', type: 'whole number', default: 0, min: 0, max: 86400, unit: 'seconds', doc: 'How long it must have been firing until somebody is told.' },
  min_interval: { group: 'observing', type: 'whole number', default: 300, min: 60, max: 86400, unit: 'seconds', doc: 'How long after somebody was told nobody is told again.' },
  compress_window: { group: 'observing', type: 'whole number', default: 3600, min: 60, max: 604800, unit: 'seconds', doc: 'How long it must not have fired to be over.' },
  severity: { group: 'observing', type: 'whole number', default: 2, min: 0, max: 3, doc: '0 critical, 1 error, 2 warning, 3 information.' },
  operation: { group: 'observing', type: 'text', doc: 'operationId that alone is looked at; all requests where it is not set.' },
  silent: { group: 'observing', type: 'true or false', default: false, doc: 'Whether it is only recorded, and nobody told.' },
}

const sources = ['metric', 'event', 'own_metric'] as const
const ofAccount = ['function_throttles', 'concurrency', 'table_throttles']

/** What is wrong with an alert as a whole: the key, and why. */
export function faultsInAlert(settings: Readonly<Record<string, unknown>>): { key: string; message: string; hint: string }[] {
  const given = sources.filter((key) => settings[key] !== undefined && settings[key] !== null)
  if (given.length === 0) return [{ key: 'metric', message: 'an alert needs a metric, an event or an own_metric', hint: 'set one of the three, for example metric: error_percent' }]
  if (given.length > 1) return [{ key: given[1]!, message: `an alert looks at one thing, and ${given.join(' and ')} are set`, hint: 'make two alerts' }]
  if (settings['statistic'] !== undefined && given[0] !== 'own_metric') return [{ key: 'statistic', message: 'statistic belongs to own_metric', hint: 'leave it out' }]
  const isOfAccount = ofAccount.includes(settings['metric'] as string) || settings['event'] === 'ingest_failure'
  return isOfAccount && settings['operation'] !== undefined ? [{ key: 'operation', message: `${String(settings['metric'] ?? settings['event'])} is not measured by operation`, hint: 'leave operation out' }] : []
}
