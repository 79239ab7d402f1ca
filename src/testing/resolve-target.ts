// Decides where the acceptance tests run, and makes what they need there: addresses, a token, a user.
import { join } from 'node:path'
import { loadConfig } from '../config/build.ts'
import { type Config, env, setConfig } from '../config/index.ts'
import { findRunning, openStageStore, startProject } from '../dev/index.ts'
import { isUsageError, UsageError } from '../errors/index.ts'
import { localSecrets } from '../platform/local/index.ts'
import { generateToken } from '../runtime/edge.ts'
import { compiledApis } from './check-exchange.ts'
import { makeCaller } from './session.ts'
import type { Target } from './target.ts'

/** Where the user wants the tests to run. */
export type Wanted =
  | { kind: 'in-process' }
  /** With `isFresh` a server of its own, even where one runs. */
  | { kind: 'local'; isFresh: boolean }
  | { kind: 'url'; url: string; services: Record<string, string> }
  | { kind: 'stage'; stage: string; services: Record<string, string> }

export interface ResolvedTarget {
  target: Target
  /** What it is, for the first line of the output. */
  title: string
  /** Stops and removes what was made for the tests. */
  close(): Promise<void>
}

/** Resolves a target. Throws a UsageError where it cannot be reached by its settings. */
export async function resolveTarget(root: string, wanted: Wanted): Promise<ResolvedTarget> {
  const coverageFolder = join(root, '.klue', 'coverage', String(process.pid))
  const base = { root, coverageFolder, isLive: false }
  if (wanted.kind === 'in-process') return { target: { ...base, kind: 'in-process', urls: {} }, title: 'in process', close: async () => undefined }
  if (wanted.kind === 'local') return localTarget(base, wanted.isFresh)
  if (wanted.kind === 'url') {
    const urls = { ...servedUrls(root, loadConfig({ root, unset: 'leave out' }).config, wanted.url), ...urlsOf(wanted.url, wanted.services) }
    return { target: { ...base, kind: 'url', urls, ...callerFromEnvironment() }, title: wanted.url, close: async () => undefined }
  }
  return stageTarget(base, wanted)
}

type Base = Pick<Target, 'root' | 'coverageFolder' | 'isLive'>

async function localTarget(base: Base, isFresh: boolean): Promise<ResolvedTarget> {
  const running = isFresh ? undefined : findRunning(base.root)
  if (running !== undefined) return runningTarget(base, running)
  const started = await startProject({ root: base.root, inMemory: true, port: 0, log: () => undefined })
  const caller = await makeCaller(started.project)
  return { target: { ...base, kind: 'url', urls: addressesOf(started.addresses), ...caller }, title: `a local server, ${started.addresses[0]!.url}`, close: () => started.stop() }
}

async function runningTarget(base: Base, running: NonNullable<ReturnType<typeof findRunning>>): Promise<ResolvedTarget> {
  const secrets = { jwt_secret: await localSecrets(join(base.root, '.klue')).ensure('jwt_secret') }
  const { config } = loadConfig({ root: base.root, stage: running.stage, secrets })
  setConfig(config)
  const opened = await openStageStore(base.root, config)
  const platform = { config, secret: () => Promise.resolve(undefined), now: Date.now }
  const caller = await makeCaller({ platform: platform as never, store: opened.store })
  return {
    target: { ...base, kind: 'url', urls: addressesOf(running.addresses), ...caller },
    title: `the running local server, ${running.addresses[0]!.url}`,
    async close() {
      await opened.store.users.remove(caller.user.name)
      await opened.close()
    },
  }
}

async function stageTarget(base: Base, { stage, services }: Extract<Wanted, { kind: 'stage' }>): Promise<ResolvedTarget> {
  // Black-box tests need an address and a token, not the secrets of the service.
  const { config } = loadConfig({ root: base.root, stage, unset: 'leave out' })
  if (config.liveHost === undefined) throw new UsageError({ code: 'live-host-missing', file: 'klue-config.yaml', pointer: 'live_host', message: `The stage ${stage} has no live_host to test`, hint: 'set live_host, or pass --url URL' })
  const url = /^https?:\/\//.test(config.liveHost) ? config.liveHost : `${config.awsCertArn === undefined ? 'http' : 'https'}://${config.liveHost}`
  const target: Target = { ...base, kind: 'url', isLive: config.live, urls: { ...servedUrls(base.root, config, url), ...configuredUrls(config), ...urlsOf(url, services) }, ...callerFromEnvironment() }
  if (target.token === undefined) Object.assign(target, await tokenOfStage(config))
  return { target, title: `the stage ${stage}, ${url}`, close: async () => undefined }
}

async function tokenOfStage(config: Config): Promise<{ token?: string }> {
  try {
    return { token: await generateToken({ config, secret: () => Promise.resolve(undefined), now: Date.now }, 'test-jwt-token') }
  } catch (error) {
    // The signing key of a stage may lie where this machine cannot read it; tests that need a token then say so.
    if (isUsageError(error)) return {}
    throw error
  }
}

function callerFromEnvironment(): Pick<Target, 'token' | 'user'> {
  const token = env('KLUE_JWT_TOKEN')
  const name = env('KLUE_TEST_USER')
  const password = env('KLUE_TEST_PASSWORD')
  return { ...(token === undefined ? {} : { token }), ...(name === undefined || password === undefined ? {} : { user: { name, password } }) }
}

// What the configuration calls is served elsewhere; every other API of the project by the main service.
function servedUrls(root: string, config: Config, url: string): Record<string, string> {
  const apis = compiledApis(root).map(({ table }) => table.api)
  return Object.fromEntries(apis.filter((api) => config.apis[api] === undefined).map((api) => [api, url.replace(/\/$/, '')]))
}

function configuredUrls(config: Config): Record<string, string> {
  return Object.fromEntries(Object.entries(config.apis).flatMap(([api, { url }]) => (url === undefined ? [] : [[api, url]])))
}

function urlsOf(url: string, services: Record<string, string>): Record<string, string> {
  if (!URL.canParse(url)) throw new UsageError({ code: 'url-invalid', file: '', message: `${url} is no URL`, hint: 'for example --url https://api.example.com' })
  return { '': url.replace(/\/$/, ''), ...services }
}

function addressesOf(addresses: { apis: string[]; url: string }[]): Record<string, string> {
  return { '': addresses[0]!.url, ...Object.fromEntries(addresses.flatMap(({ apis, url }) => apis.map((api) => [api, url]))) }
}
