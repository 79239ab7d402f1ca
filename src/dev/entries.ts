// Finds the services of a project: the entry files in functions/ and what they export.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors/index.ts'
import type { Service } from '../runtime/edge.ts'

/** A service with the file that declares it. */
export interface LocatedService {
  /** Path relative to the project's folder. */
  entry: string
  service: Service
}

/** The entry files of a project, the main one first: the one called like the service, else the first by name. */
export function findEntries(root: string, serviceName: string): string[] {
  const folder = join(root, 'functions')
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => /\.[cm]?ts$/.test(file) && !file.endsWith('.d.ts')) : []
  // What makes a file an entry is that it starts a service; other files hold handlers.
  const entries = files.filter((file) => /from ['"]klue\/lambda['"]/.test(readFileSync(join(folder, file), 'utf8'))).sort()
  if (entries.length === 0) throw new UsageError({ code: 'no-entry', file: 'functions', message: 'no file in functions/ starts a service', hint: "add one with: export const handler = toLambda(service), from 'klue/lambda'" })
  const isMain = (file: string): number => (file.replace(/\.[cm]?ts$/, '') === serviceName ? 0 : 1)
  return entries.sort((left, right) => isMain(left) - isMain(right)).map((file) => `functions/${file}`)
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
