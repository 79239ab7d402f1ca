// Types and specification of the API builds (apis/builds.yaml). Written by klue generate; change the API document instead.
import { type ApiSpec, loadSpec, type PersistDefinition, type Schema } from 'klue/runtime'

/** The API builds, for defineService. */
export const builds: ApiSpec<Operations> = loadSpec<Operations>(new URL('./builds/', import.meta.url))

/** The table of Measurement. */
export const Measurement: PersistDefinition<Measurement, { key: ['series', 'id']; indexes: { 'by-job': ['job', 'measured_at'] } }> = {"name":"Measurement","table":"measurements","key":{"partition":"series","sort":"id"},"indexes":[{"name":"by-job","partition":"job","sort":"measured_at"}],"ttl":"expires_at","keyTypes":{"series":"S","id":"S","job":"S","measured_at":"S"},"properties":{"series":{"type":"string"},"id":{"type":"string"},"job":{"type":"string"},"metric":{"type":"string"},"value":{"type":"number"},"unit":{"type":"string"},"build":{"type":"string"},"measured_at":{"type":"string","format":"date-time"},"recorded_by":{"type":"string"},"expires_at":{"type":"integer","format":"int64"}}}

/** The table of Metric. */
export const Metric: PersistDefinition<Metric, { key: ['job', 'metric']; indexes: {}; filled: 'first_recorded_at' | 'last_recorded_at' }> = {"name":"Metric","table":"metrics","key":{"partition":"job","sort":"metric"},"indexes":[],"filled":{"created":"first_recorded_at","updated":"last_recorded_at"},"keyTypes":{"job":"S","metric":"S"},"properties":{"job":{"type":"string"},"metric":{"type":"string"},"recorded":{"type":"integer"},"unit":{"type":"string"},"first_recorded_at":{"type":"string","format":"date-time"},"last_recorded_at":{"type":"string","format":"date-time"}}}

/** The schema MeasurementKey, for defineTask. */
export const MeasurementKey: Schema<MeasurementKey, MeasurementKey, MeasurementKey> = { spec: builds, file: 'MeasurementKey' }

/** The schema DigestOrder, for defineTask. */
export const DigestOrder: Schema<DigestOrderReceived, DigestOrder, DigestOrder> = { spec: builds, file: 'DigestOrder' }

/** The schema Digest, for defineTask. */
export const Digest: Schema<Digest, Digest, Digest> = { spec: builds, file: 'Digest' }

/** Every operation as its handler sees it: parameters are coerced and have their defaults. */
export interface Operations {
  /** POST /jobs/{job}/metrics/{metric}/measurements: Record a measurement of a CI job */
  recordMeasurement: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
    }
    query: {}
    headers: {}
    cookies: {}
    body: NewMeasurementReceived
    replies: {
      201: Measurement
      default: Error
    }
    success: Measurement
  }
  /** GET /jobs/{job}/metrics/{metric}/measurements/{id}: One measurement */
  getMeasurement: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
      id: string
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: Measurement
      404: Error
      default: Error
    }
    success: Measurement
  }
  /** DELETE /jobs/{job}/metrics/{metric}/measurements/{id}: Delete a measurement */
  deleteMeasurement: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
      id: string
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      204: undefined
      404: Error
      default: Error
    }
    success: undefined
  }
  /** GET /jobs/{job}/measurements: Measurements of a job, the newest first */
  listMeasurements: {
    path: {
      /** Name of the CI job */
      job: Name
    }
    query: {
      /** Only this metric */
      metric?: Name | undefined
      /** Only what was measured at this time or later */
      from?: string | undefined
      /** Only what was measured before this time */
      to?: string | undefined
      /** Measurements a page */
      limit: number
      /** The cursor of the page before */
      cursor?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: MeasurementPage
      default: Error
    }
    success: MeasurementPage
  }
  /** GET /jobs/{job}/metrics: The metrics of a job, by name, with how often each was recorded */
  listMetrics: {
    path: {
      /** Name of the CI job */
      job: Name
    }
    query: {
      /** Metrics a page */
      limit: number
      /** The cursor of the page before */
      cursor?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: MetricPage
      default: Error
    }
    success: MetricPage
  }
  /** GET /jobs/{job}/metrics/{metric}/count: How many measurements of a metric are kept */
  countMeasurements: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
    }
    query: {
      /** Only what was measured at this time or later */
      from?: string | undefined
      /** Only what was measured before this time */
      to?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: {
        /** 10000 where there are that many or more */
        count: number
      }
      default: Error
    }
    success: Operations['countMeasurements']['replies'][200]
  }
  /** GET /jobs/{job}/metrics/{metric}/latest: The latest measurement of a metric */
  getLatest: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: Measurement
      404: Error
      default: Error
    }
    success: Measurement
  }
  /** GET /jobs/{job}/metrics/{metric}/deviation: How far the latest value moved from the one before */
  getDeviation: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
    }
    query: {
      /** Percent that a value must move by to count as changed */
      threshold: number
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: Deviation
      default: Error
    }
    success: Deviation
  }
  /** POST /jobs/{job}/summary: Go over all measurements of a job */
  recomputeSummary: {
    path: {
      /** Name of the CI job */
      job: Name
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: Summary
      default: Error
    }
    success: Summary
    task: true
  }
}

/** Every operation as a caller gives it: what has a default may be left out. */
export interface Calls {
  recordMeasurement: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
    }
    query: {}
    headers: {}
    cookies: {}
    body: NewMeasurement
  }
  getMeasurement: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
      id: string
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
  }
  deleteMeasurement: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
      id: string
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
  }
  listMeasurements: {
    path: {
      /** Name of the CI job */
      job: Name
    }
    query: {
      /** Only this metric */
      metric?: Name | undefined
      /** Only what was measured at this time or later */
      from?: string | undefined
      /** Only what was measured before this time */
      to?: string | undefined
      /** Measurements a page */
      limit?: number | undefined
      /** The cursor of the page before */
      cursor?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  listMetrics: {
    path: {
      /** Name of the CI job */
      job: Name
    }
    query: {
      /** Metrics a page */
      limit?: number | undefined
      /** The cursor of the page before */
      cursor?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  countMeasurements: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
    }
    query: {
      /** Only what was measured at this time or later */
      from?: string | undefined
      /** Only what was measured before this time */
      to?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  getLatest: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
  }
  getDeviation: {
    path: {
      /** Name of the CI job */
      job: Name
      /** Name of the metric */
      metric: Name
    }
    query: {
      /** Percent that a value must move by to count as changed */
      threshold?: number | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  recomputeSummary: {
    path: {
      /** Name of the CI job */
      job: Name
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
  }
}

export type Deviation = {
  changed: boolean
  current?: number | undefined
  previous?: number | undefined
  /** Percent, without sign */
  delta_pct?: number | undefined
  units?: string | undefined
  changecount?: number | undefined
  changed_packages?: string[] | undefined
}

/** How much was measured, by job */
export type Digest = {
  from: string
  to: string
  jobs: ({
    job: string
    measurements: number
  })[]
}

/** What the task makeDigest is given */
export type DigestOrder = {
  days?: number | undefined
}

/** What the task makeDigest is given */
export type DigestOrderReceived = {
  days: number
}

/** The one shape of every error */
export type Error = {
  status: number
  error: string
  error_description: string
  error_id?: string | undefined
  user_message?: string | undefined
  error_caught?: string | undefined
  errors?: ({
    pointer: string
    message: string
  })[] | undefined
}

/** A value of a metric of a CI job */
export type Measurement = {
  /** Job and metric, joined by a slash */
  series: string
  /** Sorts by the time of measurement */
  id: string
  job: Name
  metric: Name
  value: number
  unit: string
  build?: string | undefined
  measured_at: string
  /** The user whose token recorded it */
  recorded_by: string
  /** Epoch seconds after which it is deleted */
  expires_at: number
}

/** What a measurement is found by */
export type MeasurementKey = {
  series: string
  id: string
}

export type MeasurementPage = {
  measurements: Measurement[]
  /** Absent on the last page */
  cursor?: string | undefined
}

/** A metric of a CI job */
export type Metric = {
  job: Name
  metric: Name
  /** How many measurements were recorded, those that are gone included */
  recorded: number
  /** That of the last recording */
  unit: string
  first_recorded_at: string
  last_recorded_at: string
}

export type MetricPage = {
  metrics: Metric[]
  /** Absent on the last page */
  cursor?: string | undefined
}

export type Name = string

export type NewMeasurement = {
  value: number
  unit?: string | undefined
  /** The build that was measured */
  build?: string | undefined
  /** Default now */
  measured_at?: string | undefined
}

export type NewMeasurementReceived = {
  value: number
  unit: string
  /** The build that was measured */
  build?: string | undefined
  /** Default now */
  measured_at?: string | undefined
}

export type Summary = {
  job: Name
  metrics: ({
    metric: Name
    count: number
    least: number
    most: number
    mean: number
  })[]
}
