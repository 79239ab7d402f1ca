// Which stage is meant, which version it gets, and what its stack is called.
import { execFileSync } from 'node:child_process'
import { userInfo } from 'node:os'
import type { App } from 'aws-cdk-lib'
import { env } from '../config/index.ts'

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

/**
 * The version of a clean or dirty work tree: `YYMMDD-HHMM-<count>-<sha6>`, the time (UTC) being that of the last commit,
 * so that the same commit has the same version. Undefined where there is no repository.
 */
export function versionStamp(root: string): string | undefined {
  const git = (...args: string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const [seconds, sha] = git('log', '-1', '--format=%ct %H').split(' ')
    const [date, time] = new Date(Number(seconds) * 1000).toISOString().split('T') as [string, string]
    return `${date.slice(2).replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${git('rev-list', '--count', 'HEAD')}-${sha!.slice(0, 6)}`
  } catch {
    return undefined
  }
}
