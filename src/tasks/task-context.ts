// What the handler of a task is given beyond the context of a request: who fired it, its steps, its progress.
import { messageOf } from '../errors/index.ts'
import { generateToken, type Platform } from '../runtime/edge.ts'
import type { Context, Task, TaskContext, User } from '../runtime/index.ts'
import { hashOf, type TaskState } from '../store/index.ts'
import { TASK_IDENTITY_EXPIRED, TASK_STEP_INVALID } from './task-errors.ts'

export interface RunRecords {
  /** The task as it stood when the run began. */
  state: TaskState
  /** Records a step under the lease of the run; rejects where that is gone. */
  record(step: { name: string; result: unknown }): Promise<void>
  /** Notes how far the run has come. */
  progress(fraction: number): void
}

/** Characters that all steps of a task may hold together, as JSON. */
const longestSteps = 100_000

/** Adds it to a context. */
export function toTaskContext(context: Context, { state, record, progress }: RunRecords): TaskContext {
  // Without a prototype: a step may have any name.
  const done = Object.assign(Object.create(null) as Record<string, unknown>, state.steps)
  const running = new Map<string, Promise<unknown>>()
  let room = longestSteps - JSON.stringify(done).length
  const once = async <Result>(name: string, run: () => Result | Promise<Result>): Promise<Result> => {
    if (typeof name !== 'string' || name === '' || name.length > 200) throw TASK_STEP_INVALID(`The name of a step must be a text of 1 to 200 characters, not ${String(name).slice(0, 50)}`)
    if (Object.hasOwn(done, name)) return done[name] as Result
    const under = running.get(name)
    if (under !== undefined) return under as Promise<Result>
    const work = (async () => {
      const result = await run()
      const text = toText(name, result)
      room -= text.length + name.length
      if (room < 0) throw TASK_STEP_INVALID(`The steps of a task hold more than ${longestSteps} characters: store the result of ${name} and return its key`)
      // The first run sees what later ones will: a date is a text for all of them.
      const kept = JSON.parse(text) as Result
      await record({ name, result: kept })
      done[name] = kept
      return kept
    })()
    running.set(name, work)
    return work.finally(() => running.delete(name))
  }
  const task = { id: state.id, attempt: state.attempt + 1, key: state.key, firedBy: state.firedBy, scheduled: state.tick === undefined ? undefined : new Date(state.tick), stepKey: (name: string) => hashOf(`${state.id} ${name}`) }
  return Object.assign(context, {
    task,
    once,
    progress: (fraction: number) => {
      if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1)) throw new RangeError(`context.progress takes a number from 0 to 1, not ${String(fraction)}`)
      progress(fraction)
    },
  })
}

function toText(name: string, result: unknown): string {
  try {
    return JSON.stringify(result ?? null)
  } catch (cause) {
    throw TASK_STEP_INVALID(`The result of the step ${name} is no JSON value: ${messageOf(cause)}`, { cause })
  }
}

// A run is no longer than this, so a token made at its start lasts as long as it does.
const tokenSeconds = 900

/** The user of a run: who fired the task, with a short token of this service's own, or the service. Throws TASK_IDENTITY_EXPIRED where the task wants that. */
export async function userOf(platform: Platform, { name, options }: Task, { identity }: TaskState): Promise<User | undefined> {
  if (identity === undefined) return undefined
  const { id, issuer, claims, hadToken } = identity
  const own = { id, issuer, claims }
  if (hadToken === undefined) return { ...own, token: '' }
  const left = typeof claims['exp'] === 'number' ? claims['exp'] - Math.floor(platform.now() / 1000) : Infinity
  if (left <= 0) {
    if (options.identity === 'fail') throw TASK_IDENTITY_EXPIRED(`The token of who fired the task ${name} was over before it ran`)
    return { ...own, token: await serviceToken(platform, {}), expired: true }
  }
  const { jwtIssuer } = platform.config
  if (jwtIssuer !== undefined && issuer !== jwtIssuer) {
    const service = platform.config.defaultUserId ?? ''
    const behalf = { on_behalf_of: { sub: id, iss: issuer } }
    return { id: service, issuer: jwtIssuer, claims: behalf, token: await serviceToken(platform, behalf), onBehalfOf: { id, issuer } }
  }
  return { ...own, token: id === '' ? '' : await tokenFor(platform, id, { claims, expiresIn: Math.min(tokenSeconds, left) }) }
}

async function serviceToken(platform: Platform, claims: Record<string, unknown>): Promise<string> {
  const { defaultUserId } = platform.config
  return defaultUserId === undefined ? '' : tokenFor(platform, defaultUserId, { claims, expiresIn: tokenSeconds })
}

// A service without a secret makes no tokens, and what it calls wants none.
async function tokenFor(platform: Platform, id: string, options: { claims: Record<string, unknown>; expiresIn: number }): Promise<string> {
  const secret = platform.config.jwtSecret ?? (await platform.secret('jwt_secret'))
  return secret === undefined || secret === '' ? '' : generateToken(platform, id, options)
}
