// What a deployment would change, without deploying anything: the stacks, and the documents for callers.
import type { Change } from '../../gate/index.ts'
import { documentsIn, readAssembly } from './assembly.ts'
import { type GateOptions, refusalLine } from './gate-step.ts'
import { liveDocuments, callsOf } from './run-gate.ts'
import { arnsOf, lookAtStacks, plansOf, type Stage } from './open-stage.ts'

export interface Difference {
  /** As `cdk diff` says it, changes of permissions first. */
  stacks: string
  /** Changes of documents; undefined where nothing is live yet. */
  changes: Change[] | undefined
  /** The changes that break callers, a line each. */
  breaking: string[]
}

/** Compares the project with what is deployed. Throws a Stop or a UsageError where it cannot be synthesised. */
export async function differenceOf(stage: Stage, compare: GateOptions['compare']): Promise<Difference> {
  const assembly = await stage.cdk.synth('diff', {})
  const stacks = await stage.cdk.diff(assembly)
  const before = await liveDocuments(stage, arnsOf(await lookAtStacks(stage, plansOf(readAssembly(assembly)))))
  if (before === undefined) return { stacks, changes: undefined, breaking: [] }
  const after = documentsIn(assembly)
  const changes = [...before].flatMap(([api, document]) => compare(document, after.get(api) ?? { ...(document as object), paths: {} }))
  const broken = changes.filter(({ breaking }) => breaking)
  const calls = broken.length > 0 ? await callsOf(stage) : undefined
  return { stacks, changes, breaking: broken.map((change) => refusalLine(change, calls)) }
}
