// Deploys the last commit to a stage: tests, gates, deploys beside what is live, proves, moves `live`, proves again, and takes back what fails.
import { readLatest } from './begin.ts'
import type { Deploying, DeployOptions } from './deploying.ts'
import { endOf } from './end.ts'
import { failDeployment } from './fail.ts'
import { holdLock } from './lock.ts'
import type { Outcome } from './outcome.ts'
import { makeSteps } from './make-steps.ts'
import { runSteps } from './steps.ts'
import { cleanCommit, type CleanCommit } from '../version-stamp.ts'

/** Runs the whole deployment. Rejects only for what is nobody's plan; every expected end is an Outcome. */
export async function deployStage(options: DeployOptions): Promise<Outcome> {
  const { stage } = options
  const begun = Date.now()
  stage.tell({ step: 'version', state: 'started', title: 'Looking at the commit' })
  const fail = (error: unknown, version: string): Outcome => {
    const end = endOf(error)
    stage.tell({ step: 'version', state: 'failed', seconds: (Date.now() - begun) / 1000, note: end.lines[0] ?? '' })
    return { ...end, stage: stage.name, version, step: 'version' }
  }
  let commit: CleanCommit
  try {
    commit = cleanCommit(stage.root)
  } catch (error) {
    return fail(error, '')
  }
  const lock = await holdLock({ database: stage.database, who: stage.who, doing: `deploys ${commit.version}`, wait: options.wait, tell: (note) => stage.tell({ step: 'version', state: 'says', note }) }).catch((error: unknown) => fail(error, commit.version))
  if ('result' in lock) return lock
  try {
    const deploying = await readLatest(options, commit)
    stage.tell({ step: 'version', state: 'done', seconds: Math.round((Date.now() - begun) / 100) / 10, note: `${commit.version}${deploying.journal.isResumed ? ', goes on where an earlier run was stopped' : ''}` })
    return await run(deploying, () => lock.check())
  } finally {
    await lock.release()
  }
}

async function run(deploying: Deploying, mayGoOn: () => void): Promise<Outcome> {
  const { stage, journal, version } = deploying
  const failed = await runSteps(makeSteps(deploying), { journal, tell: stage.tell, mayGoOn, now: Date.now })
  if (failed !== undefined) return await failDeployment(deploying, failed)
  journal.close()
  return { result: 'live', stage: stage.name, version, live: version, lines: deploying.told, urls: deploying.urls }
}
