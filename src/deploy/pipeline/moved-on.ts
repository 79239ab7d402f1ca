// What somebody else has done to `live` since the history was written: a plain `cdk deploy` moves it, and writes none.
import type { Deployment } from '../../store/index.ts'
import { plansIn } from './history.ts'
import { arnsOf, lookAtStacks, type Stage } from './open-stage.ts'

/** The functions whose `live` is another version than a deployment of the history says, each with its number; none where nothing has moved. */
export async function movedOn(stage: Stage, known: Deployment): Promise<Record<string, number>> {
  const live = await stage.functions.live(arnsOf(await lookAtStacks(stage, plansIn(known))))
  return Object.fromEntries(Object.entries(live).filter(([name, number]) => known.functions[name] !== number))
}
