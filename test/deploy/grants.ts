// What the synthesised policies allow, and what recorded requests needed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { account, region } from './cloud.ts'
import type { RecordedCall } from './recorder.ts'

/** One action on one resource that a function may do. */
export interface Grant {
  /** Logical id of the function. */
  function: string
  /** May hold `*`. */
  action: string
  /** ARN; may hold `*` and `?`. */
  resource: string
}

/** One action on one resource that a request needed. */
export interface Need {
  action: string
  resource: string
}

interface Resource {
  Type: string
  Properties?: Record<string, unknown>
}

interface Statement {
  Effect: string
  Action?: string | string[]
  NotAction?: unknown
  Resource?: unknown
}

type Resources = Record<string, Resource>

/** The resources of every template of an assembly, nested stacks included. */
export function readResources(assembly: string): Resources {
  const files = readdirSync(assembly, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.template.json'))
  return Object.assign({}, ...files.map((file) => (JSON.parse(readFileSync(join(assembly, file), 'utf8')) as { Resources?: Resources }).Resources ?? {})) as Resources
}

/** What each function may do; `physical` names the deployed resources by logical id. */
export function readGrants(resources: Resources, physical: Readonly<Record<string, string>>): Grant[] {
  const resolve = (value: unknown): string => resolveValue(value, { resources, physical })
  const functions = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
  return functions.flatMap(([id, { Properties }]) => {
    const role = getAttOf(Properties?.['Role'])
    const statements = Object.values(resources).flatMap((resource) => statementsFor(role, resource)).concat(inlineStatements(resources[role]))
    return statements.flatMap((statement) => {
      if (statement.Effect !== 'Allow' || statement.NotAction !== undefined) throw new Error(`${id} has a statement that is no plain Allow: ${JSON.stringify(statement)}`)
      return list(statement.Action).flatMap((action) => list(statement.Resource).map((resource) => ({ function: id, action: String(action), resource: resolve(resource) })))
    })
  })
}

/** The managed policies of the functions' roles, by logical id of the function. */
export function readManagedPolicies(resources: Resources): string[] {
  return Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Function').flatMap(({ Properties }) => list(resources[getAttOf(Properties?.['Role'])]?.Properties?.['ManagedPolicyArns']).map((policy) => JSON.stringify(policy).replace(/.*:policy\/([\w/-]+).*/, '$1')))
}

function statementsFor(role: string, { Type, Properties }: Resource): Statement[] {
  if (Type !== 'AWS::IAM::Policy' && Type !== 'AWS::IAM::ManagedPolicy') return []
  const isAttached = list(Properties?.['Roles']).some((attached) => (attached as { Ref?: string }).Ref === role)
  return isAttached ? statementsOf(Properties?.['PolicyDocument']) : []
}

function inlineStatements(role: Resource | undefined): Statement[] {
  return list(role?.Properties?.['Policies']).flatMap((policy) => statementsOf((policy as { PolicyDocument: unknown }).PolicyDocument))
}

function statementsOf(document: unknown): Statement[] {
  return list((document as { Statement?: unknown } | undefined)?.Statement) as Statement[]
}

/** Whether a grant covers a need. */
export function covers({ action, resource }: Omit<Grant, 'function'>, need: Need): boolean {
  return matches(action.toLowerCase(), need.action.toLowerCase()) && matches(resource, need.resource)
}

function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*').replaceAll('?', '.')
  return new RegExp(`^${escaped}$`, 's').test(text)
}

/** What a recorded request needs; fails for a service that the suite does not know yet. */
export function needsOf(call: RecordedCall): Need[] {
  const operation = call.target.split('.').at(-1) ?? ''
  const input = (call.body.startsWith('{') ? JSON.parse(call.body) : {}) as Record<string, unknown>
  const arn = (service: string, resource: string): string => `arn:aws:${service}:${region}:${account}:${resource}`
  if (call.service === 'dynamodb') return dynamoNeeds(operation, input).map(({ action, table, index }) => ({ action: `dynamodb:${action}`, resource: arn('dynamodb', `table/${table}${index === undefined ? '' : `/index/${index}`}`) }))
  if (call.service === 'secretsmanager') {
    const id = String(input['SecretId'] ?? input['Name'])
    // What follows the name in an ARN is drawn by AWS; six letters of any kind stand for it.
    return [{ action: `secretsmanager:${operation}`, resource: id.startsWith('arn:') ? id : arn('secretsmanager', `secret:${id}-AbCdEf`) }]
  }
  // The SDK has changed the protocol of this service before: the name stands in the header, in the path, or in the form.
  if (call.service === 'monitoring') return [{ action: `cloudwatch:${operation || /\/operation\/(\w+)$/.exec(call.path)?.[1] || new URLSearchParams(call.body).get('Action')}`, resource: '*' }]
  if (call.service === 'sqs') return [{ action: `sqs:${operation.replace('Batch', '')}`, resource: arn('sqs', String(input['QueueUrl']).split('/').at(-1)!) }]
  if (call.service === 's3') return [fileNeed(call)]
  const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(call.path)?.[1]
  if (call.service === 'lambda' && invoked !== undefined) return [{ action: 'lambda:InvokeFunction', resource: decodeURIComponent(invoked).startsWith('arn:') ? decodeURIComponent(invoked) : arn('lambda', `function:${decodeURIComponent(invoked)}`) }]
  throw new Error(`A function called ${call.service} ${call.target === '' ? `${call.method} ${call.path}` : call.target}: teach test/deploy/grants.ts what that needs`)
}

// Path-style, as the emulator is asked: the bucket, then the name of the file.
function fileNeed({ method, path }: RecordedCall): Need {
  const [bucket, ...name] = decodeURIComponent(path.split('?')[0]!.slice(1)).split('/')
  if (name.join('') === '') return { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` }
  return { action: `s3:${{ GET: 'Get', PUT: 'Put', DELETE: 'Delete' }[method]}Object`, resource: `arn:aws:s3:::${bucket}/${name.join('/')}` }
}

function dynamoNeeds(operation: string, input: Record<string, unknown>): { action: string; table: string; index?: string }[] {
  const table = input['TableName'] as string | undefined
  const index = input['IndexName'] as string | undefined
  if (table !== undefined) return [{ action: operation, table, ...(index === undefined ? {} : { index }) }]
  if (operation.startsWith('Batch')) return Object.keys(input['RequestItems'] as object).map((name) => ({ action: operation, table: name }))
  const items = (input['TransactItems'] ?? []) as Record<string, { TableName: string }>[]
  return items.flatMap((item) => Object.entries(item).map(([kind, { TableName: name }]) => ({ action: `${{ Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', Get: 'GetItem', ConditionCheck: 'ConditionCheckItem' }[kind]}`, table: name })))
}

interface Scope {
  resources: Resources
  physical: Readonly<Record<string, string>>
}

function resolveValue(value: unknown, scope: Scope): string {
  if (typeof value === 'string') return value
  const [[name, argument]] = Object.entries(value as object) as [[string, unknown]]
  if (name === 'Ref') return pseudo[argument as string] ?? physicalOf(argument as string, scope)
  if (name === 'Fn::GetAtt') return arnOf(argument as [string, string], scope)
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]]
    return parts.map((part) => resolveValue(part, scope)).join(separator)
  }
  throw new Error(`The policy holds ${JSON.stringify(value)}: teach test/deploy/grants.ts what that means`)
}

const pseudo: Readonly<Record<string, string>> = { 'AWS::AccountId': account, 'AWS::Region': region, 'AWS::Partition': 'aws', 'AWS::URLSuffix': 'amazonaws.com' }

function physicalOf(id: string, { physical }: Scope): string {
  return physical[id] ?? '(not deployed)'
}

function arnOf([id, attribute]: [string, string], scope: Scope): string {
  const name = physicalOf(id, scope)
  const type = scope.resources[id]?.Type ?? ''
  if (!attribute.endsWith('Arn')) throw new Error(`The policy names ${attribute} of ${id}: teach test/deploy/grants.ts what that is`)
  if (name.startsWith('arn:')) return name
  if (type === 'AWS::S3::Bucket') return `arn:aws:s3:::${name}`
  const resource = { 'AWS::DynamoDB::GlobalTable': `dynamodb:table/${name}`, 'AWS::DynamoDB::Table': `dynamodb:table/${name}`, 'AWS::SQS::Queue': `sqs:${name.split('/').at(-1)}`, 'AWS::Lambda::Function': `lambda:function:${name}`, 'AWS::Logs::LogGroup': `logs:log-group:${name}:*` }[type]
  if (resource === undefined) throw new Error(`The policy names a ${type}: teach test/deploy/grants.ts its ARN`)
  const [service, rest] = [resource.slice(0, resource.indexOf(':')), resource.slice(resource.indexOf(':') + 1)]
  return `arn:aws:${service}:${region}:${account}:${rest}`
}

function getAttOf(value: unknown): string {
  return (value as { 'Fn::GetAtt'?: [string, string] } | undefined)?.['Fn::GetAtt']?.[0] ?? ''
}

function list(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
