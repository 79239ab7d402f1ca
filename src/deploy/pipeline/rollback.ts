// Moves `live` of a stage back to a version of its history, without synthesising or testing anything.
import { UsageError } from '../../errors/index.ts'
import { type Deployment, listDeployments } from '../../store/index.ts'
import { endOf } from './end.ts'
import { keptVersions, liveIn, liveVersions, plansIn, record } from './history.ts'
import { holdLock } from './lock.ts'
import { migrationsSince } from './migrations.ts'
import { movedOn } from './moved-on.ts'
import { arnsOf, lookAtStacks, type Stage } from './open-stage.ts'
import { type Outcome, Stop } from './outcome.ts'
import { takeBack } from './take-back.ts'

export interface RollbackOptions {
  stage: Stage
  /** Version of the history, or its first letters. @default the one that was live before */
  version?: string | undefined
  wait: boolean
  /** Asks before anything changes; undefined where nobody need be asked. */
  ask: ((question: string) => Promise<boolean>) | undefined
}

/** Goes back. Every expected end is an Outcome. */
export async function rollBack({ stage, version, wait, ask }: RollbackOptions): Promise<Outcome> {
  const end = (error: unknown): Outcome => ({ ...endOf(error), stage: stage.name, version: version ?? '' })
  const lock = await holdLock({ database: stage.database, who: stage.who, doing: `goes back to ${version ?? 'the version before'}`, wait, tell: (note) => stage.tell({ step: 'wait', state: 'says', note }) }).catch(end)
  if ('result' in lock) return lock
  try {
    const history = await listDeployments(stage.database)
    const from = liveIn(history)
    // After a plain cdk deploy what is live stands in no history, and what was live before is the newest that does.
    const to = version === undefined && from !== undefined && Object.keys(await movedOn(stage, from)).length > 0 ? from : wantedVersion(history, version, stage.name)
    if (ask !== undefined && !(await ask(`Move live of the stage ${stage.name} from ${from?.version ?? 'what it is'} to ${to.version}?`))) throw new Stop('failed', 'it was not confirmed')
    return await move(stage, { from, to, newest: history.find((one) => one.stacks !== undefined)! })
  } catch (error) {
    return end(error)
  } finally {
    await lock.release()
  }
}

/**
 * The version that is meant.
 * @throws UsageError where the history has none, or several
 */
export function wantedVersion(history: readonly Deployment[], version: string | undefined, stage: string): Deployment {
  const live = liveIn(history)
  const known = liveVersions(history).slice(0, keptVersions)
  if (version === undefined) {
    const before = known.find((one) => one.state === 'live' && one.version !== live?.version)
    if (before !== undefined) return before
    throw new UsageError({ code: 'version-none', file: '', message: `the history of the stage ${stage} has no earlier version to go back to`, hint: `klue versions --stage ${stage} shows it` })
  }
  const found = known.filter((one) => one.version.startsWith(version) || one.version.endsWith(`-${version}`))
  if (found.length === 1) return found[0]!
  throw new UsageError({ code: 'version-unknown', file: '', pointer: version, message: found.length > 1 ? `${found.length} versions of the stage ${stage} begin like this` : `the stage ${stage} has no such version to go back to`, hint: known.length === 0 ? `nothing was deployed to it with klue deploy` : `it has ${known.map((one) => one.version).join(', ')}` })
}

async function move(stage: Stage, { from, to, newest }: { from: Deployment | undefined; to: Deployment; newest: Deployment }): Promise<Outcome> {
  const plans = plansIn(newest)
  const arns = arnsOf(await lookAtStacks(stage, plans))
  for (const [name, number] of Object.entries(to.functions)) {
    const arn = arns.get(name)
    if (arn !== undefined && !(await stage.functions.isThere(arn, number))) throw new Stop('failed', `version ${number} of the function ${name} is not there any more; deploy the commit of ${to.version} again`)
  }
  const begun = Date.now()
  stage.tell({ step: 'back', state: 'started', title: `Moving live to ${to.version}` })
  const { wrong } = await takeBack(stage, { plans, numbers: to.functions, version: to.version })
  if (Object.keys(wrong).length > 0) throw new Stop('not clean', `live did not move everywhere: ${Object.entries(wrong).map(([name, { wanted, found }]) => `${name} is at ${found ?? 'nothing'} instead of ${wanted}`).join(', ')}`)
  stage.tell({ step: 'back', state: 'done', seconds: Math.round((Date.now() - begun) / 100) / 10 })
  const time = new Date().toISOString()
  if (from !== undefined && from.version !== to.version) await record(stage.database, { ...from, state: 'rolled back', note: `${stage.who} went back to ${to.version}` })
  await record(stage.database, { ...to, id: `${time}#${to.version}`, time, who: stage.who, state: 'live', stacks: newest.stacks!, note: `gone back to${from === undefined ? '' : ` from ${from.version}`}` })
  const numbers = Object.entries(to.functions).map(([name, number]) => `${name} ${number}`).join(', ')
  return { result: 'live', stage: stage.name, version: to.version, live: to.version, lines: [`${to.version} is live on the stage ${stage.name}: ${numbers}`, 'Tables are as they were. Deploying a commit moves live on.', ...(await migrationsSince(stage, to))] }
}
