// Tasks in a template: their queue, the function that runs them and what each may do; a candidate has its own.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { KlueService } from '../../src/infra/index.ts'
import { operation, project, removeProjects, synthesise, temporaryFolder } from './projects.ts'

after(removeProjects)

interface Resource {
  Type: string
  Properties: Record<string, never>
}

const found = (template: Template, type: string): [string, Resource][] => Object.entries((template.toJSON() as { Resources: Record<string, Resource> }).Resources).filter(([, { Type }]) => Type === type)
const queues = (template: Template): [string, Resource][] => found(template, 'AWS::SQS::Queue').filter(([id]) => id.startsWith('ServiceTasks'))

test('a service without tasks has nothing of it', () => {
  const { template, service } = synthesise({})
  assert.equal(service.tasks, undefined)
  assert.doesNotMatch(JSON.stringify(template.toJSON()), /TASK_QUEUE|ServiceTasks/)
})

test('messages go over TLS alone, live a day, and are dropped by the queue before they could become dead letters', () => {
  const { template } = synthesise({ taskSeconds: 100 })
  const [dead, queue, candidates] = queues(template)
  for (const [, { Properties }] of [queue!, candidates!]) {
    assert.deepEqual([Properties['MessageRetentionPeriod'], Properties['VisibilityTimeout'], Properties['SqsManagedSseEnabled']], [86_400, 6 * 115, true])
    assert.deepEqual(Properties['RedrivePolicy'], { deadLetterTargetArn: { 'Fn::GetAtt': [dead![0], 'Arn'] }, maxReceiveCount: 1000 })
    // The queue has dropped it long before: each time it is hidden for six times the time limit.
    assert.ok(1000 * Number(Properties['VisibilityTimeout']) > Number(Properties['MessageRetentionPeriod']))
  }
  const policies = found(template, 'AWS::SQS::QueuePolicy').filter(([id]) => id.startsWith('ServiceTasks'))
  assert.equal(policies.length, 3)
  for (const [, { Properties }] of policies) for (const part of [/"Effect":"Deny"/, /"aws:SecureTransport":"false"/]) assert.match(JSON.stringify(Properties), part)
})

test('a worker takes one message at a time, at most ten at once, by its alias, and has a clock of its own', () => {
  for (const telemetry of [true, false]) {
    const { template } = synthesise({ taskSeconds: 100 }, { telemetry })
    const [[alias]] = found(template, 'AWS::Lambda::Alias').filter(([id]) => id.startsWith('ServiceTasksWorkerLive')) as [[string, Resource]]
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: { 'Fn::GetAtt': [queues(template)[1]![0], 'Arn'] }, BatchSize: 1, ScalingConfig: { MaximumConcurrency: 10 }, FunctionResponseTypes: ['ReportBatchItemFailures'] })
    assert.ok(found(template, 'AWS::Lambda::EventSourceMapping').some(([, { Properties }]) => JSON.stringify(Properties['FunctionName']).includes(alias)))
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)', Targets: [Match.objectLike({ Input: '{"klue":"sweep"}' })] })
    template.hasResourceProperties('AWS::Lambda::Function', { Description: 'shop, stage dev: runs tasks', Timeout: 115, Environment: { Variables: Match.objectLike({ KLUE_TASK_QUEUE: Match.anyValue(), KLUE_TASK_DEAD_LETTERS: Match.anyValue(), KLUE_VERSION: '260101-1200-1-abcdef' }) } })
  }
  const long = synthesise({ taskSeconds: 900 }, { taskConcurrency: 2 }).template
  long.hasResourceProperties('AWS::Lambda::Function', { Description: 'shop, stage dev: runs tasks', Timeout: 900 })
  long.hasResourceProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 2 } })
})

test('the names of what a worker runs stand at its alias, for whoever deploys', () => {
  const given = project({ taskSeconds: 60 })
  const stack = new Stack(new App({ outdir: temporaryFolder() }), 'Test', { env: { account: '111111111111', region: 'eu-west-1' } })
  new KlueService(stack, 'Service', { project: { ...given, worker: { ...given.worker!, tasks: ['mail', 'shop.makeReport'] } } })
  const [[, alias]] = found(Template.fromStack(stack), 'AWS::Lambda::Alias').filter(([id]) => id.startsWith('ServiceTasksWorkerLive')) as [[string, Resource & { Metadata: Record<string, unknown> }]]
  assert.deepEqual(alias.Metadata['klue:tasks'], ['mail', 'shop.makeReport'])
})

test('who fires may send to the queue and write a batch of rows, and nothing more; the worker takes messages too', () => {
  const { template } = synthesise({ taskSeconds: 60 })
  const actions = (prefix: string): Record<string, string[]> => {
    const statements = found(template, 'AWS::IAM::Policy').filter(([id]) => id.startsWith(prefix)).flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as unknown as { Statement: { Action: string | string[]; Resource: unknown }[] }).Statement)
    const all: Record<string, string[]> = {}
    for (const { Action, Resource } of statements) for (const action of [Action].flat()) if (/^(sqs|dynamodb:Batch)/.test(action)) (all[action] ??= []).push(...[Resource].flat().map((one) => JSON.stringify(one).replace(/.*?(ServiceT\w+?)[0-9A-F]{8}.*/, '$1')))
    return all
  }
  const firing = actions('ServiceFunctionshop')
  assert.deepEqual(firing, { 'sqs:SendMessage': ['ServiceTasksQueue'], 'dynamodb:BatchWriteItem': ['ServiceTableklueTable'] })
  const worker = actions('ServiceTasksWorker')
  assert.deepEqual(worker['sqs:SendMessage']!.sort(), ['ServiceTasksDeadLetters', 'ServiceTasksQueue'])
  assert.deepEqual(Object.keys(worker).sort(), ['dynamodb:BatchWriteItem', 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage', 'sqs:SendMessage'])
  assert.deepEqual(worker['sqs:ReceiveMessage'], ['ServiceTasksQueue'])
  assert.deepEqual(Object.keys(actions('ServiceDocuments')), [])
})

test('a candidate runs what it has fired: its queue feeds its alias, and that of what is live the other one', () => {
  const context = { 'klue:candidate': createHash('sha256').update('token').digest('hex'), 'klue:pin': 'shop=3,documents=2,klue-worker=4' }
  const { template } = synthesise({ taskSeconds: 60, context })
  const aliases = Object.fromEntries(found(template, 'AWS::Lambda::Alias').filter(([id]) => id.startsWith('ServiceTasks')).map(([id, { Properties }]) => [Properties['Name'], [id, Properties['FunctionVersion']]]))
  assert.equal(aliases['live']![1], '4')
  assert.match(JSON.stringify(aliases['candidate']![1]), /CurrentVersion/)
  const mappings = found(template, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => [JSON.stringify(Properties['EventSourceArn']), JSON.stringify(Properties['FunctionName'])])
  const [, [queue], [candidates]] = queues(template) as unknown as [[string], [string], [string]]
  const leadsTo = (id: string): string => mappings.find(([source]) => source!.includes(`"${id}"`))![1]!
  for (const [source, name] of [[queue, 'live'], [candidates, 'candidate']] as const) assert.ok(leadsTo(source).includes(`{"Ref":"${aliases[name]![0]}"}`) && leadsTo(source).includes(`":${name}"`), leadsTo(source))
  // Without it the same environment, so that the version that was tried is the one that becomes live.
  const environment = (of: Template): unknown => found(of, 'AWS::Lambda::Function').find(([, { Properties }]) => Properties['Description'] === 'shop, stage dev: shop')![1].Properties['Environment']
  assert.deepEqual(environment(template), environment(synthesise({ taskSeconds: 60 }).template))
  const without = synthesise({ taskSeconds: 60 }).template
  assert.ok(!found(without, 'AWS::Lambda::EventSourceMapping').some(([, { Properties }]) => JSON.stringify(Properties['EventSourceArn']).includes(queues(without)[2]![0])))
})

test('alarms tell of a task that waits and of messages without a task', () => {
  const { template } = synthesise({ taskSeconds: 60, config: 'alarms: true\n' })
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'shop-dev-OldestTask', MetricName: 'ApproximateAgeOfOldestMessage', Threshold: 900 + 75 + 300, AlarmActions: Match.anyValue() })
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'shop-dev-TaskDeadLetters', MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1 })
})

test('lines of the worker are taken in, and its name is one that a project may not use', () => {
  const { template } = synthesise({ taskSeconds: 60 })
  assert.ok(found(template, 'AWS::Logs::SubscriptionFilter').some(([, { Properties }]) => JSON.stringify(Properties).includes('ServiceTasksWorkerLog')))
  assert.throws(() => synthesise({ taskSeconds: 60, operations: [operation('a', 'GET /a', { function: 'klue-worker' })] }), /klue-worker is the name of a function of the kit/)
})
