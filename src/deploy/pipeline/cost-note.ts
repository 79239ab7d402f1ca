// What a deployment changes about the cost of the stage, in a line; nothing that goes wrong here stops it.
import { costChange, costChangeText, type CostSettings, costSettings, estimateCost, measureRequests, money, pricesOf } from '../cost/index.ts'
import { listDeployments } from '../../store/index.ts'
import { liveIn } from './history.ts'
import type { Stage } from './open-stage.ts'

const measuredDays = 30

export interface CostNote {
  /** The estimate beside that of what is live. */
  text: string
  /** What it was made of, for the history. */
  settings: string
}

/** The note; undefined where no estimate can be made. */
export async function costNote({ root, loaded, database }: Stage): Promise<CostNote | undefined> {
  try {
    const settings = await costSettings(root, loaded)
    const to = Date.now()
    const measured = await measureRequests(database, { from: to - measuredDays * 86_400_000, to }).catch(() => undefined)
    const estimate = (of: CostSettings): ReturnType<typeof estimateCost> => estimateCost(of, measured, pricesOf(of.region))
    const known = liveIn(await listDeployments(database))?.settings
    const after = estimate(settings)
    const text = known === undefined ? `a million requests: ${money(after.millionUsd)}; a month without any: ${money(after.monthUsd)}` : costChangeText(costChange(estimate(JSON.parse(known) as CostSettings), after))
    return { text: `Estimated cost of ${text}`, settings: JSON.stringify(settings) }
  } catch {
    return undefined
  }
}
