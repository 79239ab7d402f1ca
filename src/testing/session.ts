// The connection of one test file to its target, opened on first use.
import { randomUUID } from 'node:crypto'
import { type LocalProject, openLocalProject } from '../dev/index.ts'
import { UsageError } from '../errors/index.ts'
import { generateToken, localFetch } from '../runtime/edge.ts'
import { type Checker, openChecker } from './check-exchange.ts'
import { currentTarget, type Target } from './target.ts'

/** What the helpers send requests through. */
export interface Session {
  target: Target
  checker: Checker
  /** A valid token. Throws where the target has none. */
  token(): string
  /** A user that can log in. Throws where the target has none. */
  user(): { name: string; password: string }
  /** Leaves what was reached, and stops what was started. */
  close(): Promise<void>
  /** Where an API answers; the main service where none is named. */
  address(api?: string): { url: string; fetch: typeof fetch }
}

let opened: Promise<Session> | undefined

/** The session of this process. */
export function session(): Promise<Session> {
  return (opened ??= open())
}

/** Ends the session of this process, if one was opened. */
export async function closeSession(): Promise<void> {
  await (await opened)?.close()
}

async function open(): Promise<Session> {
  const target = currentTarget()
  const checker = openChecker(target)
  const project = target.kind === 'in-process' ? await openLocalProject({ root: target.root, inMemory: true, log: () => undefined }) : undefined
  const own = project === undefined ? target : { ...target, ...(await makeCaller(project)) }
  return {
    target: own,
    checker,
    async close() {
      checker.save()
      await project?.close()
    },
    token: () => wanted(own.token, 'token', 'pass it in KLUE_JWT_TOKEN'),
    user: () => wanted(own.user, 'user that can log in', 'pass one in KLUE_TEST_USER and KLUE_TEST_PASSWORD'),
    address: (api) => (project === undefined ? remoteAddress(target, api) : localAddress(project, api)),
  }
}

/** A token and a user of a project that runs in this process. */
export async function makeCaller({ platform, store }: Pick<LocalProject, 'platform' | 'store'>): Promise<{ token: string; user: { name: string; password: string } }> {
  const user = { name: `acceptance-${randomUUID()}`, password: randomUUID() }
  await store.users.add(user.name, user.password)
  return { token: await generateToken(platform, 'test-jwt-token'), user }
}

function localAddress(project: LocalProject, api: string | undefined): { url: string; fetch: typeof fetch } {
  const service = api === undefined ? project.services[0] : project.services.find(({ apis }) => apis.includes(api))
  if (service === undefined) throw unknownApi(api)
  return { url: 'http://in-process.invalid', fetch: localFetch(service.answer) }
}

function remoteAddress({ urls }: Target, api: string | undefined): { url: string; fetch: typeof fetch } {
  const url = urls[api ?? '']
  if (url === undefined) throw unknownApi(api)
  return { url, fetch }
}

function unknownApi(api: string | undefined): UsageError {
  return new UsageError({ code: 'no-address', file: '', message: `The target has no address for the API ${api ?? ''}`, hint: `pass --service ${api ?? 'name'}=URL to klue test` })
}

function wanted<Value>(value: Value | undefined, what: string, hint: string): Value {
  if (value !== undefined) return value
  throw new UsageError({ code: 'no-caller', file: '', message: `There is no ${what} for this target`, hint })
}
