// A client whose sending part is loaded with its first call: most functions of a service call no other API.
import type { ClientSpec } from '../openapi/table.ts'
import { namesOf } from './operation-names.ts'
import type { ClientOptions } from './options.ts'
import type { Client } from './types.ts'

type UntypedMethod = (...args: unknown[]) => Promise<unknown>

/** Does what `createClient` does, which throws with its first call: the sentences for addresses that are missing or wrong are no part of a start. */
export function lazyClient<Operations, Calls>(spec: ClientSpec<Operations, Calls>, options: ClientOptions): Client<Operations, Calls> {
  return lazily(spec, options) as unknown as Client<Operations, Calls>
}

function lazily(spec: ClientSpec, options: ClientOptions): object {
  const names = namesOf(spec)
  let loading: Promise<Record<string, UntypedMethod>> | undefined
  const load = (): typeof loading & {} => (loading ??= import('./create-client.ts').then(({ createClient }) => createClient(spec, options) as unknown as Record<string, UntypedMethod>))
  const methods = Object.create(null) as Record<string, unknown>
  methods['$with'] = (others: Partial<ClientOptions>) => lazily(spec, { ...options, ...others })
  return new Proxy(methods, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return target[name as string]
      // An awaited client must not look like a promise.
      if (name !== '$send' && (name === 'then' || !names.has(name))) return undefined
      const method: UntypedMethod = async (...args) => (await load())[name]!(...args)
      // Of operations that run as tasks.
      if (names.get(name)?.settings.task !== undefined) for (const way of ['run', 'fire']) Object.assign(method, { [way]: async (...args: unknown[]) => ((await load())[name] as unknown as Record<string, UntypedMethod>)[way]!(...args) })
      target[name] = method
      return method
    },
    has: (target, name) => name in target || name === '$send' || names.has(name as string),
  })
}
