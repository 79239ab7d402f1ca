// The gate as a step: the documents from the code that is live, those of the assembly, and how often operations were called.
import { reachAws } from '../aws-access.ts'
import { documentsIn } from './assembly.ts'
import type { Deploying } from './deploying.ts'
import { passGate } from './gate-step.ts'
import { arnsOf, lookAtStacks, plansOf, type Stage } from './open-stage.ts'
import { lookAtTasks } from './removed-tasks.ts'

const callDays = 30

/** Passes the gate or throws a Stop. */
export async function runGate(deploying: Deploying): Promise<string> {
  const { stage, stacks, assembly, journal, compare, reasons } = deploying
  await lookAtTasks(deploying)
  const before = await liveDocuments(stage, arnsOf(await lookAtStacks(stage, plansOf(stacks))))
  if (before === undefined) return 'the stage serves no documents, so that there is nothing to compare'
  const { verdict, note } = await passGate({ before, after: documentsIn(assembly), compare, reasons, calls: () => callsOf(stage) })
  deploying.allowed = verdict.allowed
  journal.note({ allowed: verdict.allowed.map((change) => ({ ...change })) })
  return note
}

/** The documents that are live, by API; undefined where the stage has no function of documents. */
export async function liveDocuments(stage: Stage, arns: ReadonlyMap<string, string>): Promise<Map<string, unknown> | undefined> {
  const arn = arns.get('documents')
  return arn === undefined ? undefined : await stage.functions.documents(arn)
}

/** How often each operation was called lately; undefined where the counts cannot be read. */
export async function callsOf({ database, deployed, tell }: Stage): Promise<Map<string, number> | undefined> {
  const { readStats } = await import('../../telemetry/index.ts')
  try {
    const to = Date.now()
    const counts = await reachAws(deployed.client, 'read the counts of requests', () => readStats(database, { from: to - callDays * 86_400_000, to }))
    return new Map([...counts].map(([operation, { requests }]) => [operation, requests]))
  } catch (error) {
    tell({ step: 'gate', state: 'says', note: `How often operations are called is not known: ${(error as Error).message}` })
    return undefined
  }
}
