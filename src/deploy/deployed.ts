// The templates that are deployed already, and the account's limits: read-only calls, nothing else.
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import type { AwsAccess } from './aws-access.ts'
import type { AccountConcurrency } from './concurrency.ts'
import type { Template } from './template.ts'

/** What a stack is made of at the moment. */
export interface DeployedStack {
  template: Template
  /** The template of a nested stack by its logical id; undefined where there is none yet. */
  nested(id: string): Promise<Template | undefined>
}

/** A reader of deployed stacks. */
export interface DeployedStacks {
  client: CloudFormationClient
  /** The stack, or undefined before its first deployment. */
  find(name: string): Promise<DeployedStack | undefined>
}

/** Opens CloudFormation. The SDK is loaded here. */
export async function openDeployed(access: AwsAccess): Promise<DeployedStacks> {
  const sdk = await import('@aws-sdk/client-cloudformation')
  const client = new sdk.CloudFormationClient(access)
  const templateOf = async (stack: string): Promise<Template | undefined> => {
    const { TemplateBody: text } = await orNone(client.send(new sdk.GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' })))
    return text === undefined ? undefined : await parseTemplate(text)
  }
  return {
    client,
    async find(name) {
      const template = await templateOf(name)
      if (template === undefined) return undefined
      return {
        template,
        async nested(id) {
          const { StackResourceDetail: detail } = await orNone(client.send(new sdk.DescribeStackResourceCommand({ StackName: name, LogicalResourceId: id })))
          return detail?.PhysicalResourceId === undefined ? undefined : await templateOf(detail.PhysicalResourceId)
        },
      }
    },
  }
}

/** The concurrency of the account in its region. */
export async function accountConcurrency(access: AwsAccess): Promise<AccountConcurrency | undefined> {
  const sdk = await import('@aws-sdk/client-lambda')
  const client = new sdk.LambdaClient(access)
  try {
    const { AccountLimit: limits } = await client.send(new sdk.GetAccountSettingsCommand({}))
    const limit = limits?.ConcurrentExecutions
    return limit === undefined ? undefined : { limit, unreserved: limits?.UnreservedConcurrentExecutions ?? limit }
  } finally {
    client.destroy()
  }
}

/** An answer, or an empty one: CloudFormation calls a stack or resource that does not exist an invalid request. */
export async function orNone<Answer>(answer: Promise<Answer>): Promise<Partial<Answer>> {
  try {
    return await answer
  } catch (error) {
    if ((error as { name?: unknown }).name === 'ValidationError') return {}
    throw error
  }
}

/** Reads a template, which is kept as it was sent: JSON by the CDK, YAML by hand or by older tools. */
export async function parseTemplate(text: string): Promise<Template> {
  if (text.trimStart().startsWith('{')) return JSON.parse(text) as Template
  const { parse } = await import('yaml')
  return parse(text, { logLevel: 'silent' }) as Template
}
