// Routes that every service has: health, version, documents, and the crash API for tests.
import { catalog, defineError } from '../errors/index.ts'
import { loadTaskRoutes } from './accept/lazy-accept.ts'
import { acceptsGzip } from './answer/finish.ts'
import { usedNames } from './api/api-spec.ts'
import type { BoundApi } from './binding.ts'
import type { ApiRequest } from './exchange/message.ts'
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
    answer: async (exchange, values) => (await loadTaskRoutes()).answerTask(exchange, { apis: asked, id: values['task']!, doing: method === 'GET' ? 'show' : 'cancel' }),
  }))))
}

async function document(platform: Platform, request: ApiRequest, { api, form }: { api: string; form: 'html' | 'yaml' | 'json' }): Promise<unknown> {
  const found = await platform.document?.(api, form)
  if (found === undefined) throw catalog.NOT_FOUND(`There is no API ${api} here`)
  const headers = { ...found.headers, 'content-type': found.contentType }
  if (!('gzipped' in found)) return reply(200, found.text, { headers })
  if (request.isTextOnly !== true && acceptsGzip(request.headers['accept-encoding'] ?? '')) return reply(200, found.gzipped, { headers: { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' } })
  return reply(200, process.getBuiltinModule('node:zlib').gunzipSync(found.gzipped), { headers })
}

const FATAL_CUSTOM_ERROR = defineError('FATAL_CUSTOM_ERROR', 543, 'endpoint returns an Error instance')
const NON_FATAL_CUSTOM_ERROR = defineError('NON_FATAL_CUSTOM_ERROR', 401, 'Raising a non-fatal custom error')

// Routes that fail, each in another way, to try out error handling and reports on a running service.
function crashRoutes(platform: Platform): RawRoute[] {
  // Never on a live stage: anybody could fill the admins' mailboxes.
  if (!platform.config.crashApi || platform.config.live) return []
  return toRawRoutes({
    'GET /crash/internalexception': () => {
      throw new Error('Raising an internal exception')
    },
    'GET /crash/klueexception': () => {
      throw NON_FATAL_CUSTOM_ERROR()
    },
    'GET /crash/reporterror': (_input, context) => {
      context.reportError('called crash/reporterror to test error reporting')
      return {}
    },
    'GET /crash/slowcall': async (_input, context) => {
      await process.getBuiltinModule('node:timers/promises').setTimeout(6000, undefined, { signal: context.signal })
      return {}
    },
    'GET /crash/returnerrorinstance': () => FATAL_CUSTOM_ERROR(),
    'GET /crash/returnfatalerrorresponse': () => reply(543, FATAL_CUSTOM_ERROR('endpoint returns an Error response').toBody()),
    'GET /crash/returnnonfatalerrorresponse': () => reply(401, NON_FATAL_CUSTOM_ERROR('endpoint returns a non-fatal Error response').toBody()),
    'GET /crash/returnerrormodel': () => ({ status: 543, error: 'ANOTHER_CUSTOM_ERROR', error_description: 'Testing error model' }),
  })
}
