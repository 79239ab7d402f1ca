// What CloudFormation and the services of the emulator say about a deployed stack.
import { createHash } from 'node:crypto'
import { callAws, getAws } from './aws.ts'
import type { Cloud } from './cloud.ts'

/** Physical name by logical id, of the stacks that are there and of those nested in them. */
export async function physicalNames({ endpoint }: Cloud, stacks: readonly string[]): Promise<Record<string, string>> {
  const names: Record<string, string> = {}
  for (const stack of stacks) {
    const text = await callAws<string>({ endpoint, service: 'cloudformation', input: { Action: 'DescribeStackResources', Version: '2010-05-15', StackName: stack } })
    for (const [, member] of text.matchAll(/<member>([\s\S]*?)<\/member>/g)) {
      const field = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(member!)?.[1] ?? ''
      names[field('LogicalResourceId')] = field('PhysicalResourceId')
      if (field('ResourceType') === 'AWS::CloudFormation::Stack') Object.assign(names, await physicalNames({ endpoint } as Cloud, [field('PhysicalResourceId')]))
    }
  }
  return names
}

/** Names of the stacks that are there, the one of `cdk bootstrap` left out. */
export async function stacks({ endpoint }: Cloud): Promise<string[]> {
  const text = await callAws<string>({ endpoint, service: 'cloudformation', input: { Action: 'DescribeStacks', Version: '2010-05-15' } })
  return [...text.matchAll(/<StackName>([^<]*)<\/StackName>/g)].map(([, name]) => name!).filter((name) => name !== 'CDKToolkit')
}

interface FunctionList {
  Functions: { FunctionName: string; FunctionArn: string; Role: string }[]
}

/** The functions that are there. */
export async function functions({ endpoint }: Cloud): Promise<FunctionList['Functions']> {
  return (await getAws<FunctionList>(endpoint, 'lambda', '/2015-03-31/functions/')).Functions
}

/** Name of the function by the access key that the emulator gives it, for every version that it may run as. */
export async function functionsByKey(cloud: Cloud): Promise<Record<string, string>> {
  const all = await functions(cloud)
  return Object.fromEntries(all.flatMap(({ FunctionName: name, FunctionArn: arn, Role: role }) => {
    const versions = ['', ':$LATEST', ':live', ...Array.from({ length: 9 }, (_, index) => `:${index + 1}`)]
    return versions.map((version) => [`ASIA${createHash('sha256').update(`${arn}${version}:${role}`).digest('hex').slice(0, 16).toUpperCase()}`, name])
  }))
}

/** Names of the tables that are there. */
export async function tables({ endpoint }: Cloud): Promise<string[]> {
  return (await callAws<{ TableNames: string[] }>({ endpoint, service: 'dynamodb', target: 'DynamoDB_20120810.ListTables', input: {} })).TableNames
}

/** Every line of every log group. */
export async function logLines({ endpoint }: Cloud): Promise<{ group: string; message: string }[]> {
  const call = <Output>(name: string, input: Record<string, unknown>): Promise<Output> => callAws<Output>({ endpoint, service: 'logs', target: `Logs_20140328.${name}`, input })
  const { logGroups } = await call<{ logGroups: { logGroupName: string }[] }>('DescribeLogGroups', {})
  const lines: { group: string; message: string }[] = []
  for (const { logGroupName: group } of logGroups) {
    let nextToken: string | undefined
    do {
      const page: { events: { message: string }[]; nextToken?: string } = await call('FilterLogEvents', { logGroupName: group, ...(nextToken === undefined ? {} : { nextToken }) })
      lines.push(...page.events.map(({ message }) => ({ group, message })))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
  }
  return lines
}
