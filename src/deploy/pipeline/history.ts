// The history of a stage as the pipeline reads and writes it.
import type { Database } from '../../persist/index.ts'
import { type Deployment, listDeployments, noteLiveMoved, putDeployment } from '../../store/index.ts'
import type { StackPlan } from './assembly.ts'
import type { Stage } from './open-stage.ts'

/** Versions that can be gone back to. */
export const keptVersions = 10

/** The deployment that is live, as the history has it: the newest that went live and was not taken back. */
export function liveIn(history: readonly Deployment[]): Deployment | undefined {
  return history.find(({ state }) => state === 'live')
}

/** Versions that were live, the newest first, each once. */
export function liveVersions(history: readonly Deployment[]): Deployment[] {
  const live = history.filter(({ state, functions }) => state !== 'candidate' && state !== 'failed' && Object.keys(functions).length > 0)
  return live.filter(({ version }, index) => live.findIndex((other) => other.version === version) === index)
}

/** How the stacks of a deployment are deployed; none where the row does not say. */
export function plansIn(deployment: Deployment | undefined): StackPlan[] {
  return deployment?.stacks === undefined ? [] : (JSON.parse(deployment.stacks) as StackPlan[])
}

/** Writes a row; false before the first deployment, when there is no table. */
export async function record(database: Database, deployment: Deployment): Promise<boolean> {
  try {
    await putDeployment(database, deployment)
    return true
  } catch (error) {
    if ((error as { reason?: unknown }).reason === 'ResourceNotFoundException') return false
    throw error
  }
}

/** Notes among the switches of the stage that `live` moved: transient ones end with it. Nothing is kept where the service has no `control`, or no table. */
export async function noteMoved({ database, who, loaded }: Pick<Stage, 'database' | 'who' | 'loaded'>, version: string): Promise<void> {
  if (!loaded.config.control) return
  try {
    await noteLiveMoved(database, { version, who: who.slice(0, 300) })
  } catch (error) {
    if ((error as { reason?: unknown }).reason !== 'ResourceNotFoundException') throw error
  }
}

/** Deletes versions of functions beyond those of the last deployments; gives how many. */
export async function pruneVersions({ database, functions }: Pick<Stage, 'database' | 'functions'>, arns: ReadonlyMap<string, string>): Promise<number> {
  const kept = liveVersions(await listDeployments(database)).slice(0, keptVersions)
  let pruned = 0
  for (const [name, arn] of arns) pruned += await functions.prune(arn, new Set(kept.flatMap((deployment) => deployment.functions[name] ?? [])))
  return pruned
}
