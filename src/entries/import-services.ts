// The services that bundled entry files export.
import { UsageError } from '../errors/index.ts'
import type { Service } from '../runtime/edge.ts'

/** A service with the file that declares it. */
export interface LocatedService {
  /** Path relative to the project's folder. */
  entry: string
  service: Service
}

/** Imports bundled entries and takes their `service`. */
export async function importServices(modules: Map<string, URL>): Promise<LocatedService[]> {
  const services: LocatedService[] = []
  for (const [entry, url] of modules) {
    const { service } = (await import(url.href)) as { service?: unknown }
    if (!isService(service)) throw new UsageError({ code: 'no-service', file: entry, message: 'this entry file does not export a service', hint: 'add: export const service = defineService({ spec, handlers })' })
    services.push({ entry, service })
  }
  return services
}

function isService(value: unknown): value is Service {
  return typeof value === 'object' && value !== null && Array.isArray((value as Partial<Service>).apis) && (value as Partial<Service>).routes !== undefined
}
