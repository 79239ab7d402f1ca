// Routes that every service has: health, version, documents, and the crash API for tests.
import { loadAccept } from './accept/lazy-accept.ts'
import { usedNames } from './api/api-spec.ts'
import type { BoundApi } from './binding.ts'
import type { Platform } from './exchange/platform.ts'
import { reply } from './exchange/reply.ts'
import { type RawRoute, toRawRoutes } from './raw-routes.ts'
import type { RawHandler, Service } from './service.ts'

/** The built-in routes of a service. */
export function builtInRoutes(service: Service, platform: Platform, apis: readonly BoundApi[]): RawRoute[] {
  const version: RawHandler = () => {
    const { table } = service.apis[0]!.spec
    return { name: table.api, version: table.version, container: platform.version }
  }
  return [
    ...toRawRoutes({
      'GET /': () => reply(200, 'OK', { headers: { 'content-type': 'text/plain; charset=utf-8' } }),
      'GET /ping': () => ({}),
      'GET /version': version,
      'GET /doc/{api}.yaml': ({ path, raw }) => document(platform, raw, { api: path['api']!, form: 'yaml' }),
      'GET /doc/{api}.json': ({ path, raw }) => document(platform, raw, { api: path['api']!, form: 'json' }),
      'GET /doc/{api}': ({ path, raw }) => document(platform, raw, { api: path['api']!, form: 'html' }),
    }),
    ...toRawRoutes({ 'GET /auth/version': version }, true),
    ...taskRoutes(platform, apis),
    ...crashRoutes(platform),
  ]
}

// Where operations run as tasks, these are seen and cancelled.
function taskRoutes({ config }: Platform, apis: readonly BoundApi[]): RawRoute[] {
  const asked = apis.filter(({ spec }) => (usedNames(spec).tasks ?? []).length > 0)
  const paths = new Set(asked.map(({ spec }) => `${config.basePath ? spec.table.basePath : ''}${config.tasksPath}/{task}`))
  return [...paths].flatMap((path) => (['GET', 'DELETE'] as const).flatMap((method): RawRoute[] => toRawRoutes({ [`${method} ${path}`]: () => undefined }).map((route) => ({
    ...route,
    answer: async (exchange, values) => (await loadAccept()).answerTask(exchange, { apis: asked, id: values['task']!, doing: method === 'GET' ? 'show' : 'cancel' }),
  }))))
}

// Loaded with the first document that is asked for.
async function document(...given: Parameters<typeof import('./serve-document.ts')['serveDocument']>): Promise<unknown> {
  return (await import('./serve-document.ts')).serveDocument(...given)
}

// Routes that fail, each in another way. Loaded with the first of them: no live stage has them.
function crashRoutes(platform: Platform): RawRoute[] {
  // Never on a live stage: anybody could fill the admins' mailboxes.
  if (!platform.config.crashApi || platform.config.live) return []
  const names = ['internalexception', 'klueexception', 'reporterror', 'slowcall', 'returnerrorinstance', 'returnfatalerrorresponse', 'returnnonfatalerrorresponse', 'returnerrormodel']
  return toRawRoutes(Object.fromEntries(names.map((name) => [`GET /crash/${name}`, async (...given: Parameters<RawHandler>) => (await import('./crash-routes.ts')).crashes[`/crash/${name}`]!(...given)])))
}
