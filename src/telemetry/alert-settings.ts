// Alerts of a configuration, with what they leave to the defaults.
import type { AlertSettings, Config } from '../config/index.ts'

/** An alert with every setting. */
export interface Alert extends Required<Omit<AlertSettings, 'metric' | 'event' | 'ownMetric' | 'operation'>> {
  name: string
  metric: AlertSettings['metric']
  event: AlertSettings['event']
  ownMetric: string | undefined
  operation: string | undefined
}

/** The same as in the table of keys, which functions do not hold. */
export const alertDefaults: Required<Omit<AlertSettings, 'metric' | 'event' | 'ownMetric' | 'operation'>> = { statistic: 'sum', threshold: 0, below: false, window: 300, minTimes: 1, minDuration: 0, minInterval: 300, compressWindow: 3600, severity: 2, silent: false }

/** The alerts as the files of a stage have them. */
export function alertsOf({ values }: Pick<Config, 'values'>): Alert[] {
  const alerts = values['alerts']
  if (typeof alerts !== 'object' || alerts === null) return []
  return Object.entries(alerts as Record<string, unknown>).flatMap(([name, settings]) => (typeof settings === 'object' && settings !== null ? [toAlert(name, settings)] : []))
}

function toAlert(name: string, settings: object): Alert {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null).map(([key, value]) => [key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value as unknown])) as AlertSettings
  return { metric: undefined, event: undefined, ownMetric: undefined, operation: undefined, ...alertDefaults, ...given, name }
}

/** What an alert looks at, in words: `error_percent of getBuild > 5`. */
export function conditionOf({ metric, event, ownMetric, statistic, operation, below, threshold }: Alert): string {
  const what = metric ?? (event === undefined ? `${statistic} of ${ownMetric}` : `event ${event}`)
  return `${what}${operation === undefined ? '' : ` of ${operation}`} ${below ? '<' : '>'} ${threshold}`
}
