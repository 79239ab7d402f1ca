// Types and specification of the API metrics-backend (apis/metrics-backend.yaml). Written by klue generate; change the API document instead.
import { type ApiSpec, loadSpec, type PersistDefinition } from 'klue/runtime'

/** The API metrics-backend, for defineService. */
export const metricsBackend: ApiSpec<Operations> = loadSpec<Operations>(new URL('./metrics-backend/', import.meta.url))

/** The table of PackageList. */
export const PackageList: PersistDefinition<PackageList, { key: ['job', 'build']; indexes: {} }> = {"name":"PackageList","table":"packages","key":{"partition":"job","sort":"build"},"indexes":[],"keyTypes":{"job":"S","build":"S"},"properties":{"job":{"type":"string"},"build":{"type":"string"},"packages":{"type":"array"}}}

/** Every operation as its handler sees it: parameters are coerced and have their defaults. */
export interface Operations {
  /** GET /api/packages: The packages that a build changed */
  getPackages: {
    path: {}
    query: {
      job: string
      build: string
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: string
      404: string | Error
      default: string | Error
    }
    success: string
  }
  /** PUT /api/packages: Tells which packages a build changed */
  putPackages: {
    path: {}
    query: {
      job: string
      build: string
    }
    headers: {}
    cookies: {}
    body: string
    replies: {
      204: undefined
      default: string | Error
    }
    success: undefined
  }
}

/** Every operation as a caller gives it: what has a default may be left out. */
export interface Calls {
  getPackages: {
    path: {}
    query: {
      job: string
      build: string
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  putPackages: {
    path: {}
    query: {
      job: string
      build: string
    }
    headers: {}
    cookies: {}
    body: string
  }
}

export type Error = {
  status: number
  error: string
  error_description: string
  error_id?: string | undefined
  errors?: ({
    pointer?: string | undefined
    message?: string | undefined
  })[] | undefined
}

export type PackageList = {
  job: string
  build: string
  packages: string[]
}
