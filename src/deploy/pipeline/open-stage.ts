// A stage with everything that the commands of the pipeline reach it by.
import { hostname, userInfo } from 'node:os'
import type { LoadedConfig } from '../../config/build.ts'
import { env } from '../../config/index.ts'
import { UsageError } from '../../errors/index.ts'
import type { Database } from '../../persist/index.ts'
import type { Store } from '../../store/index.ts'
import { awsAccess, reachAws } from '../aws-access.ts'
import { callerIdentity } from '../caller.ts'
import type { StackPlan, SynthesisedStack } from './assembly.ts'
import { type Cdk, openCdk } from './cdk.ts'
import { type DeployedPart, type DeployedStage, liveArns, openDeployedStage } from './deployed-stage.ts'
import { openFunctions, type StageFunctions } from './functions.ts'
import { deployFolder } from './journal.ts'
import type { StepEvent } from './steps.ts'

export interface StageOptions {
  /** Folder of the project. */
  root: string
  loaded: LoadedConfig
  /** The rows of the stage. */
  database: Database
  store: Store
  /** Words that run klue itself: arguments of Node up to and with the program. */
  klue: readonly string[]
  /** Shows every line that commands print. */
  isVerbose: boolean
  tell(event: StepEvent): void
}

export interface Stage extends StageOptions {
  name: string
  /** Folder of what deployments keep on this machine. */
  folder: string
  cdk: Cdk
  deployed: DeployedStage
  functions: StageFunctions
  /** The identity of the credentials, and the user of this machine. */
  who: string
  endpoint: string | undefined
  close(): void
}

/** Opens a stage. Throws a UsageError where it is none that can be deployed, or AWS is not reached. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { root, loaded, tell, isVerbose } = options
  const { config, stage: name } = loaded
  if (name === 'local') throw new UsageError({ code: 'stage-local', file: '', message: 'the stage local is this machine and is not deployed', hint: 'name a stage with --stage' })
  const access = awsAccess(config)
  const folder = deployFolder(root, name)
  const cdk = openCdk({ root, config, folder, onLine: isVerbose ? (line) => tell({ step: 'cdk', state: 'says', note: line }) : undefined })
  const [deployed, functions] = await Promise.all([openDeployedStage(access), openFunctions(access)])
  const close = (): void => {
    deployed.close()
    functions.close()
  }
  try {
    const [region, credentials] = await reachAws(deployed.client, `deploy the stage ${name}`, async () => [await deployed.client.config.region(), await deployed.client.config.credentials()] as const)
    const identity = await callerIdentity(credentials, region)
    return { ...options, name, folder, cdk, deployed, functions, who: `${identity?.arn ?? 'unknown'} (${userInfo().username} on ${hostname()})`, endpoint: env('AWS_ENDPOINT_URL'), close }
  } catch (error) {
    close()
    throw error
  }
}

/** A stack with its plan, as it is deployed. */
export interface LookedAt {
  plan: StackPlan
  deployed: DeployedPart
}

/** The stacks that are deployed already, once nothing is under way in them any more. */
export async function lookAtStacks(stage: Stage, plans: readonly StackPlan[]): Promise<LookedAt[]> {
  const found: LookedAt[] = []
  for (const plan of plans) {
    let told = ''
    await stage.deployed.settle(plan.name, (status) => {
      if (status !== told) stage.tell({ step: 'wait', state: 'says', note: `The stack ${plan.name} is in ${status}; waiting for its end` })
      told = status
    })
    const deployed = await stage.deployed.find(plan.name)
    if (deployed !== undefined) found.push({ plan, deployed })
  }
  return found
}

/** ARN of every alias `live`, by the name of its function. */
export function arnsOf(stacks: readonly LookedAt[]): Map<string, string> {
  return new Map(stacks.flatMap(({ deployed }) => [...liveArns(deployed)]))
}

/** Outputs of all stacks. */
export function outputsOf(stacks: readonly LookedAt[]): Record<string, string> {
  return Object.assign({}, ...stacks.map(({ deployed }) => deployed.outputs)) as Record<string, string>
}

/** The plans of an assembly. */
export function plansOf(stacks: readonly SynthesisedStack[]): StackPlan[] {
  return stacks.map(({ plan }) => plan)
}
