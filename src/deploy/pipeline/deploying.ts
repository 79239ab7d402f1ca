// A deployment on its way: what it was asked for, and what its steps have found out so far.
import type { AllowedChange, Deployment } from '../../store/index.ts'
import type { SynthesisedStack } from './assembly.ts'
import type { GateOptions } from './gate-step.ts'
import type { Journal } from './journal.ts'
import type { Stage } from './open-stage.ts'

export interface DeployOptions {
  stage: Stage
  /** Does not ask. */
  yes: boolean
  /** Waits for another deployment of the stage. */
  wait: boolean
  /** `--allow-breaking`: operation → reason. */
  reasons: ReadonlyMap<string, string>
  /** Shows what will change and asks; undefined where there is nobody to ask. */
  ask: ((question: string) => Promise<boolean>) | undefined
  /** Shows the differences to what is deployed. */
  show(text: string): void
  /** Compares two documents of an API. */
  compare: GateOptions['compare']
}

export interface Deploying extends DeployOptions {
  version: string
  commit: string
  /** ISO 8601. */
  begun: string
  journal: Journal
  /** The row in the history. */
  row: Deployment
  /** Folder of the assembly without candidate, and what it holds. */
  assembly: string
  stacks: SynthesisedStack[]
  /** Function → number of the version that was live before; empty at the first deployment. */
  before: Readonly<Record<string, number>>
  allowed: readonly AllowedChange[]
  /** Opens the candidate; known to this process only. */
  token: string
  /** Sentences for the screen at the end. */
  told: string[]
  /** Addresses of the service by the name of their output. */
  urls: Record<string, string>
}

/** Whether nothing was live before, so that nothing can be kept or gone back to. */
export function isFirst({ before }: Pick<Deploying, 'before'>): boolean {
  return Object.keys(before).length === 0
}
