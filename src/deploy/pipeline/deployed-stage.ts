// What a stage is made of at the moment: its stacks with those nested in them, their addresses, and the versions that are live.
import type { CloudFormationClient, StackResourceSummary } from '@aws-sdk/client-cloudformation'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AwsAccess, reachAws } from '../aws-access.ts'
import { orNone, parseTemplate } from '../deployed.ts'
import type { Template } from '../template.ts'
import { liveAliases } from './live-aliases.ts'

/** A stack as it is deployed. */
export interface DeployedPart {
  template: Template
  status: string
  outputs: Readonly<Record<string, string>>
  /** Physical by logical id. */
  resources: ReadonlyMap<string, string>
  /** The stacks that are nested in it, by logical id. */
  nested: ReadonlyMap<string, DeployedPart>
}

/** The alias `live` of a function. */
export interface LiveFunction {
  /** ARN of the function, without alias or version. */
  arn: string
  version: number
}

export interface DeployedStage {
  client: CloudFormationClient
  /** A stack, or undefined where there is none. */
  find(name: string): Promise<DeployedPart | undefined>
  /** Waits until nothing is under way in a stack; gives its status, undefined where there is none. */
  settle(name: string, tell: (status: string) => void): Promise<string | undefined>
  close(): void
}

// A stack that was only ever reviewed, or whose making was rolled back, holds nothing: the CDK makes it anew.
const empty = new Set(['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'DELETE_COMPLETE'])
const pollMs = 2000

/** Opens CloudFormation. The SDK is loaded here. */
export async function openDeployedStage(access: AwsAccess): Promise<DeployedStage> {
  const sdk = await import('@aws-sdk/client-cloudformation')
  const client = new sdk.CloudFormationClient(access)
  const describe = async (name: string): Promise<{ status: string; outputs: Record<string, string> } | undefined> => {
    const { Stacks: [stack] = [] } = await orNone(client.send(new sdk.DescribeStacksCommand({ StackName: name })))
    return stack === undefined ? undefined : { status: String(stack.StackStatus), outputs: Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey: key, OutputValue: value }) => [key!, value ?? ''])) }
  }
  const read = async (name: string): Promise<DeployedPart | undefined> => {
    const about = await describe(name)
    if (about === undefined || empty.has(about.status)) return undefined
    const [{ TemplateBody: text }, summaries] = await Promise.all([orNone(client.send(new sdk.GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }))), listResources(client, sdk, name)])
    if (text === undefined) return undefined
    const nested = new Map<string, DeployedPart>()
    for (const { LogicalResourceId: id, PhysicalResourceId: physical, ResourceType: type } of summaries) {
      const part = type === 'AWS::CloudFormation::Stack' && physical !== undefined ? await read(physical) : undefined
      if (part !== undefined) nested.set(id!, part)
    }
    return { ...about, template: await parseTemplate(text), resources: new Map(summaries.flatMap(({ LogicalResourceId: id, PhysicalResourceId: physical }) => (physical === undefined ? [] : [[id!, physical] as const]))), nested }
  }
  return {
    client,
    find: (name) => reachAws(client, `look at the stack ${name}`, () => read(name)),
    async settle(name, tell) {
      for (;;) {
        const status = (await reachAws(client, `look at the stack ${name}`, () => describe(name)))?.status
        if (status === undefined || !status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') return status
        tell(status)
        await sleep(pollMs)
      }
    },
    close: () => client.destroy(),
  }
}

async function listResources(client: CloudFormationClient, sdk: typeof import('@aws-sdk/client-cloudformation'), name: string): Promise<StackResourceSummary[]> {
  const found: StackResourceSummary[] = []
  for await (const page of sdk.paginateListStackResources({ client }, { StackName: name })) found.push(...(page.StackResourceSummaries ?? []))
  return found
}

/** ARNs of the aliases `live` of a stack and of those nested in it, by the name of the function. */
export function liveArns(part: DeployedPart): Map<string, string> {
  const own = liveAliases(part.template).flatMap(({ function: name, id }) => (part.resources.has(id) ? [[name, part.resources.get(id)!] as const] : []))
  return new Map([...own, ...[...part.nested.values()].flatMap((inner) => [...liveArns(inner)])])
}
