// Which stage is meant, which version it gets, and what its stack is called.
import { userInfo } from 'node:os'
import type { App } from 'aws-cdk-lib'
import { env } from '../config/index.ts'

export { versionStamp } from '../deploy/index.ts'

/**
 * The stage of a CDK app: `-c stage=…`, else the variable `KLUE_STAGE`, else a personal one made of the user's name.
 * A personal stage is never called `live` or `local`.
 */
export function stageOf(app: App): string {
  const given: unknown = app.node.tryGetContext('stage')
  return (typeof given === 'string' && given !== '' ? given : undefined) ?? env('KLUE_STAGE') ?? personalStage(userInfo().username)
}

/** The personal stage of a user: the name in letters, digits and dashes, at most 20. */
export function personalStage(user: string): string {
  const name = user.normalize('NFD').replace(/[^A-Za-z0-9]+/g, '-').replace(/^[^A-Za-z]+|-+$/g, '').slice(0, 16).toLowerCase()
  return name === '' || name === 'live' || name === 'local' || name === 'root' ? `dev${name === '' ? '' : `-${name}`}` : name
}
