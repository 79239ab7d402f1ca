// Moves `live` of every function to recorded versions, by a deployment of what is deployed, and looks whether it is there.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readAssembly, type StackPlan, type SynthesisedStack } from './assembly.ts'
import { noteMoved } from './history.ts'
import { writeGoBack } from './go-back.ts'
import { arnsOf, type LookedAt, lookAtStacks, type Stage } from './open-stage.ts'
import { withoutCandidate } from './without-candidate.ts'

export interface TakenBack {
  /** Functions whose `live` is not what was wanted: wanted and found. */
  wrong: Record<string, { wanted: number; found: number | undefined }>
}

export interface TakeBackOptions {
  plans: readonly StackPlan[]
  /** Function → number of the version that `live` gets. */
  numbers: Readonly<Record<string, number>>
  /** What is gone back to, for the history of switches. */
  version: string
  /** The stacks of the commit without candidate, where a candidate of it may be deployed. */
  next?: readonly SynthesisedStack[]
}

/**
 * Goes back: API, worker, ingest and reporter together; tables stay as they are, and so do functions without a number.
 * @throws Stop where the CDK fails
 */
export async function takeBack(stage: Stage, { plans, numbers, version, next = [] }: TakeBackOptions): Promise<TakenBack> {
  const folder = join(stage.folder, 'back')
  const candidates = next.length > 0 && existsSync(join(stage.folder, 'candidate', 'manifest.json')) ? readAssembly(join(stage.folder, 'candidate')) : []
  const stacks = (await lookAtStacks(stage, plans)).map((stack) => strip(stack, candidates, next))
  writeGoBack({ folder, stacks, numbers })
  await stage.cdk.deploy(folder, 'back')
  await noteMoved(stage, version)
  const found = await stage.functions.live(arnsOf(await lookAtStacks(stage, plans)))
  const wrong = Object.entries(numbers).filter(([name, wanted]) => found[name] !== undefined && found[name] !== wanted)
  return { wrong: Object.fromEntries(wrong.map(([name, wanted]) => [name, { wanted, found: found[name] }])) }
}

function strip({ plan, deployed }: LookedAt, candidates: readonly SynthesisedStack[], next: readonly SynthesisedStack[]): Parameters<typeof writeGoBack>[0]['stacks'][number] {
  const byName = (stacks: readonly SynthesisedStack[]): SynthesisedStack | undefined => stacks.find((stack) => stack.plan.name === plan.name)
  const [candidate, other] = [byName(candidates), byName(next)]
  return { plan, deployed: candidate === undefined || other === undefined ? deployed : withoutCandidate(deployed, { candidate, next: other }) }
}
