// Runs the steps of a deployment one after the other: each with a name, its progress and its duration, each able to stop the rest.
import { anyAwsFault } from '../aws-faults.ts'
import type { Journal } from './journal.ts'

export interface Step {
  name: string
  /** What it does, as shown while it runs; asked for when it begins. */
  title(): string
  /** Why it need not be done again; undefined where it must. */
  isDone?(): string | undefined
  /** Resolves to what it found, in a few words. Rejects to stop the rest. */
  run(): Promise<string | undefined>
}

/** What is told while steps run; one line of `--json` each. */
export type StepEvent =
  | { step: string; state: 'started'; title: string }
  | { step: string; state: 'done'; seconds: number; note?: string }
  | { step: string; state: 'skipped'; note: string }
  | { step: string; state: 'failed'; seconds: number; note: string }
  | { step: string; state: 'says'; note: string }

export interface RunOptions {
  journal: Pick<Journal, 'begin' | 'end'>
  tell(event: StepEvent): void
  /** Rejects where the deployment has to stop between two steps. */
  mayGoOn(): void
  /** Epoch milliseconds. */
  now(): number
}

/** The step that failed, and why. */
export interface FailedStep {
  step: string
  error: unknown
}

/** Runs the steps; resolves to the one that failed, or undefined. */
export async function runSteps(steps: readonly Step[], { journal, tell, mayGoOn, now }: RunOptions): Promise<FailedStep | undefined> {
  for (const { name, title, isDone, run } of steps) {
    const done = isDone?.()
    if (done !== undefined) {
      tell({ step: name, state: 'skipped', note: done })
      continue
    }
    const begun = now()
    const seconds = (): number => Math.round((now() - begun) / 100) / 10
    tell({ step: name, state: 'started', title: title() })
    try {
      mayGoOn()
      journal.begin(name)
      const note = await run()
      journal.end(name, seconds())
      tell({ step: name, state: 'done', seconds: seconds(), ...(note === undefined ? {} : { note }) })
    } catch (failure) {
      const error = anyAwsFault(failure, `go on with the step ${name}`) ?? failure
      tell({ step: name, state: 'failed', seconds: seconds(), note: error instanceof Error ? error.message : String(error) })
      return { step: name, error }
    }
  }
  return undefined
}
