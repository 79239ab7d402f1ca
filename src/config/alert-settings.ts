// What an alert is once parsed.

/** One alert, as `alerts.<name>` in the file says; what is missing has the default of its row. */
export interface AlertSettings {
  metric?: 'requests' | 'errors' | 'error_percent' | 'client_error_percent' | 'throttled' | 'average_ms' | 'p50_ms' | 'p95_ms' | 'p99_ms' | 'p999_ms' | 'function_throttles' | 'concurrency' | 'table_throttles'
  event?: '5xx' | '4xx' | 'ingest_failure'
  ownMetric?: string
  statistic?: 'sum' | 'average' | 'minimum' | 'maximum' | 'count'
  threshold?: number
  below?: boolean
  /** Seconds. */
  window?: number
  minTimes?: number
  /** Seconds. */
  minDuration?: number
  /** Seconds. */
  minInterval?: number
  /** Seconds. */
  compressWindow?: number
  severity?: 0 | 1 | 2 | 3
  operation?: string
  silent?: boolean
}
