// Tasks that wait while their name goes: told before a deployment, and refused where nothing would be left to run any.
import { knownTasks, waitingTasks } from '../../store/index.ts'
import { reachAws } from '../aws-access.ts'
import type { Deploying } from './deploying.ts'
import { Stop } from './outcome.ts'

/** Looks at what waits. Rejects with a Stop where the new version runs no task at all, and some were accepted. */
export async function lookAtTasks({ stage: { database, deployed, tell }, stacks }: Pick<Deploying, 'stacks'> & { stage: Pick<Deploying['stage'], 'database' | 'deployed' | 'tell'> }): Promise<void> {
  const names = tasksIn(stacks)
  const says = (note: string): void => tell({ step: 'gate', state: 'says', note })
  let lost: [string, number][]
  try {
    lost = await reachAws(deployed.client, 'read which tasks wait', async () => {
      const removed = Object.keys((await knownTasks(database))?.tasks ?? {}).filter((name) => !names.has(name))
      // Counting takes many reads, and mostly nothing was removed.
      return removed.length === 0 ? [] : [...(await waitingTasks(database))].filter(([name]) => removed.includes(name))
    })
  } catch (error) {
    return says(`Whether accepted tasks wait that this version does not have is not known: ${(error as Error).message}`)
  }
  if (lost.length === 0) return
  const lines = lost.map(([name, count]) => `${count === 1 ? '1 accepted task' : `${count.toLocaleString('en')} accepted tasks`} of ${name} ${count === 1 ? 'waits' : 'wait'}, and this version has no task ${name}`)
  if (names.size === 0) throw new Stop('failed', 'this version runs no tasks at all, so that its stack has no worker, and what was accepted would wait for ever: deploy the worker until they are done, or end them with klue tasks cancel', lines)
  for (const line of lines) says(`${line}: until a version has it again; klue tasks list --task NAME shows them, klue tasks cancel ends one`)
}

/** The names of the tasks that the workers of an assembly run, as its templates say. */
function tasksIn(stacks: Deploying['stacks']): ReadonlySet<string> {
  const resources = stacks.flatMap(({ template, nested }) => [template, ...nested.values()].flatMap(({ Resources: found = {} }) => Object.values(found)))
  return new Set(resources.flatMap(({ Metadata: metadata }) => {
    const names = metadata?.['klue:tasks']
    return Array.isArray(names) ? (names as string[]) : []
  }))
}
