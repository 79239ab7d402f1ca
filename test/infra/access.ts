// Reads who may use what from a template: the uses that it has, and the policies that must allow them.
import type { Template } from 'aws-cdk-lib/assertions'

export interface Resource {
  Type: string
  Properties: Record<string, unknown>
}

interface Statement {
  Effect: string
  Action: string | string[]
  Resource?: unknown
  Principal?: { Service?: unknown }
  Condition?: Record<string, Record<string, unknown>>
}

/** A use of a resource that something in the template makes. */
interface Use {
  who: string
  /** Logical id of a role; a service otherwise. */
  role?: string
  action: string
  target: string
  sourceArn?: string
}

export const account = '111111111111'

/** The resources of a type by their logical ids. */
export function resourcesOf(template: Template, type: string): [string, Resource][] {
  const all = Object.entries((template.toJSON() as { Resources: Record<string, Partial<Resource> & Pick<Resource, 'Type'>> }).Resources)
  return all.filter(([, { Type }]) => Type === type).map(([id, { Type, Properties = {} }]) => [id, { Type, Properties }])
}

/** A value of a template as a text; references stand for the resource that they name. */
export function arnOf(value: unknown): string {
  if (typeof value === 'string') return value
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': joined, 'Fn::Select': selected } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::Join'?: [string, unknown[]]; 'Fn::Select'?: [number, { 'Fn::Split': [string, unknown] }] }
  if (Ref !== undefined) return Ref === 'AWS::Partition' ? 'aws' : Ref
  if (attribute !== undefined) return attribute[0]
  // A part of the ARN of an alias still names the alias.
  if (selected !== undefined) return arnOf(selected[1]['Fn::Split'][1])
  return joined![1].map(arnOf).join(joined![0])
}

/** What cannot be used by who has to, and what nobody is known to use. */
export function faultsOf(template: Template): string[] {
  const uses = usesOf(template)
  const faults = uses.filter((use) => !isAllowed(template, use)).map(({ who, action, target }) => `${who} may not ${action} ${target}`)
  for (const type of ['AWS::SNS::Topic', 'AWS::SQS::Queue', 'AWS::KMS::Key']) {
    for (const [id] of resourcesOf(template, type)) if (!uses.some(({ target }) => target === id)) faults.push(`nobody is known to use ${id}`)
  }
  return faults
}

function usesOf(template: Template): Use[] {
  return [...ofAlarms(template), ...ofQueues(template), ...ofCalls(template)]
}

function ofAlarms(template: Template): Use[] {
  const topics = new Map(resourcesOf(template, 'AWS::SNS::Topic'))
  return resourcesOf(template, 'AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) => {
    const sourceArn = `arn:aws:cloudwatch:eu-west-1:${account}:alarm:${arnOf(Properties['AlarmName'] ?? 'unnamed')}`
    const named = [...list(Properties['AlarmActions']), ...list(Properties['OKActions'])].map(arnOf).filter((topic) => topics.has(topic))
    return named.flatMap((target) => {
      const key = topics.get(target)!.Properties['KmsMasterKeyId']
      const publish: Use = { who: 'cloudwatch.amazonaws.com', action: 'sns:Publish', target, sourceArn }
      return key === undefined ? [publish] : [publish, ...['kms:Decrypt', 'kms:GenerateDataKey'].map((action) => ({ ...publish, action, target: arnOf(key) }))]
    })
  })
}

function ofQueues(template: Template): Use[] {
  const functions = new Map(resourcesOf(template, 'AWS::Lambda::Function'))
  const roleOf = (name: unknown): string => arnOf(functions.get(functionOf(template, name))!.Properties['Role'])
  const polled = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').flatMap(([, { Properties }]) => ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'].map((action): Use => ({ who: roleOf(Properties['FunctionName']), role: roleOf(Properties['FunctionName']), action, target: arnOf(Properties['EventSourceArn']) })))
  const failed = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig').flatMap(([, { Properties }]) => {
    const target = (Properties['DestinationConfig'] as { OnFailure?: { Destination: unknown } } | undefined)?.OnFailure?.Destination
    return target === undefined ? [] : [{ who: roleOf(Properties['FunctionName']), role: roleOf(Properties['FunctionName']), action: 'sqs:SendMessage', target: arnOf(target) }]
  })
  const named = [...functions].flatMap(([id, { Properties }]) => {
    const variables = (Properties['Environment'] as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {}
    return variables['KLUE_MESSAGE_QUEUE'] === undefined ? [] : [{ who: id, role: arnOf(Properties['Role']), action: 'sqs:SendMessage', target: arnOf(variables['KLUE_MESSAGE_QUEUE']) }]
  })
  // Within one account a queue may hand its messages on to every other, unless that one says otherwise.
  const behind = resourcesOf(template, 'AWS::SQS::Queue').flatMap(([id, { Properties }]) => {
    const target = (Properties['RedrivePolicy'] as { deadLetterTargetArn?: unknown } | undefined)?.deadLetterTargetArn
    return target === undefined ? [] : [{ who: id, action: 'redrive', target: arnOf(target) }]
  })
  return [...polled, ...failed, ...named, ...behind]
}

function ofCalls(template: Template): Use[] {
  const lines = resourcesOf(template, 'AWS::Logs::SubscriptionFilter').map(([, { Properties }]): Use => ({ who: 'logs.amazonaws.com', action: 'lambda:InvokeFunction', target: arnOf(Properties['DestinationArn']), sourceArn: `arn:aws:logs:eu-west-1:${account}:log-group:${arnOf(Properties['LogGroupName'])}` }))
  const rules = resourcesOf(template, 'AWS::Events::Rule').flatMap(([id, { Properties }]) => (Properties['Targets'] as { Arn: unknown }[]).map((one): Use => ({ who: 'events.amazonaws.com', action: 'lambda:InvokeFunction', target: arnOf(one.Arn), sourceArn: id })))
  return [...lines, ...rules]
}

function isAllowed(template: Template, use: Use): boolean {
  if (use.action === 'redrive') return resourcesOf(template, 'AWS::SQS::Queue').every(([id, { Properties }]) => id !== use.target || Properties['RedriveAllowPolicy'] === undefined)
  if (use.action === 'lambda:InvokeFunction') return resourcesOf(template, 'AWS::Lambda::Permission').some(([, { Properties }]) => Properties['Principal'] === use.who && Properties['Action'] === use.action && arnOf(Properties['FunctionName']) === use.target && (Properties['SourceAccount'] === undefined || Properties['SourceAccount'] === account) && isLike(arnOf(Properties['SourceArn'] ?? use.sourceArn), use.sourceArn ?? ''))
  return statementsFor(template, use).some((statement) => statement.Effect === 'Allow' && list(statement.Action).some((action) => isLike(action as string, use.action)) && isMeant(statement, use) && isMet(statement, use))
}

function statementsFor(template: Template, { role, target }: Use): Statement[] {
  if (role !== undefined) return resourcesOf(template, 'AWS::IAM::Policy').filter(([, { Properties }]) => list(Properties['Roles']).map(arnOf).includes(role)).flatMap(([, { Properties }]) => statementsOf(Properties['PolicyDocument']))
  const policies = [...resourcesOf(template, 'AWS::SNS::TopicPolicy').map(([, { Properties }]) => ({ on: list(Properties['Topics']).map(arnOf), document: Properties['PolicyDocument'] })), ...resourcesOf(template, 'AWS::KMS::Key').map(([id, { Properties }]) => ({ on: [id], document: Properties['KeyPolicy'] }))]
  return policies.filter(({ on }) => on.includes(target)).flatMap(({ document }) => statementsOf(document))
}

function isMeant({ Principal, Resource: named }: Statement, { who, role, target }: Use): boolean {
  const isFor = role !== undefined || list(Principal?.Service).includes(who)
  return isFor && list(named).some((one) => one === '*' || arnOf(one) === target)
}

// The conditions that the kit writes; of any other it is not known whether they are met.
function isMet({ Condition = {} }: Statement, { sourceArn = '' }: Use): boolean {
  return Object.entries(Condition).every(([operator, keys]) => Object.entries(keys).every(([key, wanted]) => {
    const given = key === 'aws:SourceAccount' ? account : key === 'aws:SourceArn' ? sourceArn : undefined
    if (given === undefined) return false
    return list(wanted).some((one) => (operator === 'StringEquals' ? arnOf(one) === given : /^(?:ArnLike|StringLike)$/.test(operator) && isLike(arnOf(one), given)))
  }))
}

function statementsOf(document: unknown): Statement[] {
  return (document as { Statement: Statement[] }).Statement
}

function functionOf(template: Template, name: unknown): string {
  const id = arnOf(name).split(':')[0]!
  const alias = resourcesOf(template, 'AWS::Lambda::Alias').find(([own]) => own === id)
  return alias === undefined ? id : arnOf(alias[1].Properties['FunctionName'])
}

function isLike(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(text)
}

function list(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
