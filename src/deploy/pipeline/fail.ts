// The end of a deployment that failed: live goes back to what it was, and the screen says what happened.
import { listDeployments } from '../../store/index.ts'
import { type Deploying, isFirst } from './deploying.ts'
import { endOf } from './end.ts'
import { keptMigrations, openMigrations } from './migrations.ts'
import { plansIn, record } from './history.ts'
import { plansOf } from './open-stage.ts'
import type { Outcome } from './outcome.ts'
import type { FailedStep } from './steps.ts'
import { takeBack } from './take-back.ts'

/** Takes back what was changed, if anything was, and gives the outcome. */
export async function failDeployment(deploying: Deploying, { step, error }: FailedStep): Promise<Outcome> {
  const { stage, journal, version, row } = deploying
  const end = endOf(error)
  const outcome: Outcome = { ...end, stage: stage.name, version, step }
  // Whoever has the lock now decides what becomes of the stage.
  if (end.result === 'locked') return journal.entry.isTouched === true ? { ...outcome, lines: [...end.lines, 'What was begun is left as it is, to whoever is there now'] } : outcome
  const told = end.lines[0] ?? ''
  if (journal.entry.isTouched !== true) {
    journal.close()
    return { ...outcome, lines: [...end.lines, 'Nothing was changed'] }
  }
  // The version is live and proved: going back would put code before data that are no longer its own.
  if (step === 'after') return { ...outcome, result: 'not clean', live: version, lines: [...end.lines, `${version} is live and stays so; what has not run to its end: ${(await openMigrations(stage).catch(() => [])).join(', ')}`, `The same command goes on there, or klue data migrate --stage ${stage.name}`] }
  if (isFirst(deploying)) {
    await record(stage.database, { ...row, state: 'failed', note: told })
    journal.close()
    return { ...outcome, result: 'not clean', lines: [...end.lines, 'It was the first deployment of the stage, so there is nothing to go back to: what was made is still there'] }
  }
  return await goBack(deploying, { ...outcome, lines: [...outcome.lines, ...(await keptMigrations(deploying).catch(() => []))] }, told)
}

async function goBack(deploying: Deploying, outcome: Outcome, told: string): Promise<Outcome> {
  const { stage, journal, row, before, stacks, version } = deploying
  const begun = Date.now()
  const seconds = (): number => Math.round((Date.now() - begun) / 100) / 10
  stage.tell({ step: 'back', state: 'started', title: 'Going back' })
  journal.undo()
  // A history that cannot be written must not keep live from going back.
  await record(stage.database, { ...row, state: 'failed', note: told }).catch(() => false)
  try {
    // Where this run has not come as far as the stacks, the history knows them.
    const plans = stacks.length > 0 ? plansOf(stacks) : plansIn((await listDeployments(stage.database)).find((one) => one.stacks !== undefined))
    const { wrong } = await takeBack(stage, { plans, numbers: before, version: `what was live before ${version}`, next: stacks })
    if (Object.keys(wrong).length > 0) throw new Error(`live is not what it was: ${Object.entries(wrong).map(([name, { wanted, found }]) => `${name} is at ${found ?? 'nothing'} instead of ${wanted}`).join(', ')}`)
    stage.tell({ step: 'back', state: 'done', seconds: seconds() })
    journal.close()
    return { ...outcome, result: 'taken back', lines: [...outcome.lines, `live is what it was before: ${Object.entries(before).map(([name, number]) => `${name} ${number}`).join(', ')}`] }
  } catch (error) {
    // The journal stays: the same command tries again from what was live before.
    const end = error instanceof Error ? error.message : String(error)
    stage.tell({ step: 'back', state: 'failed', seconds: seconds(), note: end })
    return { ...outcome, result: 'not clean', lines: [...outcome.lines, `Going back failed: ${end}`, `Look at the stack in the console of CloudFormation, then run klue deploy --stage ${stage.name} again, or klue rollback --stage ${stage.name}`] }
  }
}
