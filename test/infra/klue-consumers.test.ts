// Consumers in a template: what feeds each, what it may be fed by, where it leaves what nobody takes, and where it runs.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { KlueService, type PreparedConsumer } from '../../src/infra/index.ts'
import type { PersistDefinition } from '../../src/openapi/index.ts'
import { project, type ProjectWish, removeProjects, synthesise, temporaryFolder } from './projects.ts'

after(removeProjects)

interface Resource {
  Type: string
  Properties: Record<string, never>
}

const things: PersistDefinition = { name: 'Thing', table: 'things', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, properties: {}, stream: true }

function consumer(name: string, source: PreparedConsumer['source'], options: Partial<PreparedConsumer['options']> = {}): PreparedConsumer {
  return { name, source, options: { attempts: 5, timeoutSeconds: 60, slowMs: 30_000, idempotency: { ttlSeconds: 86_400 }, ...options } }
}

const running = (...consumers: PreparedConsumer[]): ProjectWish => ({ taskSeconds: 60, persist: [things], consumers, config: 'run_schedules: true\n' })
const found = (template: Template, type: string, prefix = 'ServiceTasks'): [string, Resource][] => Object.entries((template.toJSON() as { Resources: Record<string, Resource> }).Resources).filter(([id, { Type }]) => Type === type && id.startsWith(prefix))
const queueNamed = (template: Template, name: string): [string, Resource] => found(template, 'AWS::SQS::Queue').find(([, { Properties }]) => Properties['QueueName'] === name)!
const arnOf = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] })

function policiesOf(template: Template, queue: string): { Principal: { Service?: string }; Condition: object }[] {
  return found(template, 'AWS::SQS::QueuePolicy').filter(([, { Properties }]) => JSON.stringify(Properties['Queues']) === JSON.stringify([{ Ref: queue }])).flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as unknown as { Statement: { Effect: string; Principal: { Service?: string }; Condition: object }[] }).Statement).filter(({ Effect }) => Effect === 'Allow')
}

function mappingOf(template: Template, source: object): Record<string, unknown> {
  return found(template, 'AWS::Lambda::EventSourceMapping').find(([, { Properties }]) => JSON.stringify(Properties['EventSourceArn']) === JSON.stringify(source))![1].Properties
}

test('a queue of its own has dead letters, six times the time of the worker, and a mapping onto what is live', () => {
  const { template } = synthesise(running(consumer('orders', { queue: 'orders' }, { attempts: 3, concurrency: 4, batch: { size: 50, windowSeconds: 20 }, filter: { body: { status: ['open'] } } })))
  const [[queue, made], [dead, kept]] = [queueNamed(template, 'shop-dev-orders'), queueNamed(template, 'shop-dev-orders-dead')]
  assert.deepEqual([made.Properties['SqsManagedSseEnabled'], made.Properties['VisibilityTimeout'], made.Properties['RedrivePolicy']], [true, 6 * 75 + 20, { deadLetterTargetArn: arnOf(dead), maxReceiveCount: 8 }])
  assert.deepEqual([kept.Properties['SqsManagedSseEnabled'], kept.Properties['MessageRetentionPeriod']], [true, 1_209_600])
  for (const id of [queue, dead]) assert.match(JSON.stringify(found(template, 'AWS::SQS::QueuePolicy').filter(([, { Properties }]) => JSON.stringify(Properties['Queues']).includes(id))), /"aws:SecureTransport":"false"/)
  assert.deepEqual(policiesOf(template, queue), [])
  const mapping = mappingOf(template, arnOf(queue))
  assert.deepEqual([mapping['BatchSize'], mapping['MaximumBatchingWindowInSeconds'], mapping['ScalingConfig'], mapping['FunctionResponseTypes'], mapping['FilterCriteria'], mapping['Enabled'] ?? true], [50, 20, { MaximumConcurrency: 4 }, ['ReportBatchItemFailures'], { Filters: [{ Pattern: '{"body":{"status":["open"]}}' }] }, true])
  const [[alias]] = found(template, 'AWS::Lambda::Alias', 'ServiceTasksWorkerLive') as [[string, Resource]]
  assert.ok(JSON.stringify(mapping['FunctionName']).includes(alias))
  template.hasOutput('SourceOrders', { Value: { Ref: queue } })
})

test('a queue of somebody else is read where it lies, and only its dead letters are made', () => {
  const arn = 'arn:aws:sqs:eu-west-1:111111111111:theirs'
  const { template, service } = synthesise(running(consumer('theirs', { queue: arn })))
  assert.equal(mappingOf(template, arn as never)['BatchSize'], 1)
  assert.deepEqual(found(template, 'AWS::SQS::Queue').map(([, { Properties }]) => Properties['QueueName']).filter(Boolean), ['shop-dev-theirs-dead'])
  assert.throws(() => service.sourceOf('theirs'), /There is no consumer theirs whose source this stack makes; there are $/)
  assert.deepEqual(Object.keys(template.findOutputs('*')).filter((name) => name.startsWith('Source')), [])
})

test('a topic feeds a queue for each of its consumers, which takes messages of that topic alone', () => {
  const given = 'arn:aws:sns:eu-central-1:222222222222:news.fifo'
  const { template } = synthesise(running(consumer('mail', { topic: 'orders' }), consumer('index', { topic: 'orders' }), consumer('news', { topic: given })))
  const [[topic]] = found(template, 'AWS::SNS::Topic') as [[string, Resource]]
  assert.equal(found(template, 'AWS::SNS::Topic').length, 1)
  for (const [name, source] of [['mail', { Ref: topic }], ['index', { Ref: topic }], ['news', given]] as const) {
    const ending = name === 'news' ? '.fifo' : ''
    const [[queue, { Properties }], [dead]] = [queueNamed(template, `shop-dev-${name}${ending}`), queueNamed(template, `shop-dev-${name}-dead${ending}`)]
    assert.equal(Properties['FifoQueue'] ?? false, name === 'news')
    assert.deepEqual(policiesOf(template, queue).map(({ Principal, Condition }) => [Principal, Condition]), [[{ Service: 'sns.amazonaws.com' }, { ArnEquals: { 'aws:SourceArn': source } }]])
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'sqs', RawMessageDelivery: true, TopicArn: source, Endpoint: arnOf(queue), RedrivePolicy: { deadLetterTargetArn: arnOf(dead) }, ...(name === 'news' ? { Region: 'eu-central-1' } : {}) })
  }
  template.hasOutput('SourceMail', { Value: { Ref: topic } })
})

test('objects of a bucket come by a rule on their bucket, keys and kinds; the bucket is closed, kept, and tells EventBridge', () => {
  const { template } = synthesise(running(consumer('uploads', { bucket: 'uploads', prefix: 'in/*', suffix: '.csv', events: ['created', 'deleted'] }), consumer('theirs', { bucket: 'arn:aws:s3:::theirs', suffix: '.json' })))
  const [[bucket, made]] = found(template, 'AWS::S3::Bucket') as [[string, Resource]]
  assert.equal(found(template, 'AWS::S3::Bucket').length, 1)
  assert.deepEqual([made.Properties['NotificationConfiguration'], (made as unknown as { DeletionPolicy: string }).DeletionPolicy], [{ EventBridgeConfiguration: { EventBridgeEnabled: true } }, 'Retain'])
  assert.deepEqual(made.Properties['PublicAccessBlockConfiguration'], { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true })
  const [queue] = queueNamed(template, 'shop-dev-uploads')
  const [dead] = queueNamed(template, 'shop-dev-uploads-dead')
  template.hasResourceProperties('AWS::Events::Rule', {
    State: 'ENABLED',
    EventPattern: { source: ['aws.s3'], 'detail-type': ['Object Created', 'Object Deleted'], detail: { bucket: { name: [{ Ref: bucket }] }, object: { key: [{ wildcard: String.raw`in/\**.csv` }] } } },
    Targets: [{ Id: 'Queue', Arn: arnOf(queue), DeadLetterConfig: { Arn: arnOf(dead) } }],
  })
  template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { source: ['aws.s3'], 'detail-type': ['Object Created'], detail: { bucket: { name: ['theirs'] }, object: { key: [{ suffix: '.json' }] } } } })
  const [[rule]] = found(template, 'AWS::Events::Rule', 'ServiceTasksRuleuploads') as [[string, Resource]]
  for (const id of [queue, dead]) assert.deepEqual(policiesOf(template, id).map(({ Principal, Condition }) => [Principal, Condition]), [[{ Service: 'events.amazonaws.com' }, { ArnEquals: { 'aws:SourceArn': arnOf(rule) } }]])
  assert.doesNotMatch(JSON.stringify(template.toJSON()), /Custom::S3BucketNotifications/)
})

test('events come by a rule with the pattern as it is given, on the bus of the account, one of the stack or one by its ARN', () => {
  const pattern = { source: ['com.shop'], detail: { total: [{ numeric: ['>', 100] }] } }
  const given = 'arn:aws:events:eu-west-1:222222222222:event-bus/theirs'
  const { template } = synthesise(running(consumer('large', { event: pattern }), consumer('own', { event: pattern, bus: 'shop' }), consumer('theirs', { event: pattern, bus: given })))
  const [[bus]] = found(template, 'AWS::Events::EventBus') as [[string, Resource]]
  template.hasResourceProperties('AWS::Events::EventBus', { Name: 'shop-dev-shop' })
  const rules = ['large', 'own', 'theirs'].map((name) => found(template, 'AWS::Events::Rule', `ServiceTasksRule${name}`)[0]![1].Properties)
  assert.deepEqual(rules.map((rule) => [rule['EventBusName'], rule['EventPattern']]), [[undefined, pattern], [{ Ref: bus }, pattern], [given, pattern]])
})

test('changes of a table come from its stream, are halved where they fail, and end with their dead letters', () => {
  const { template } = synthesise(running(consumer('things', { table: 'things', definition: things }, { attempts: 3, filter: { eventName: ['INSERT'] } })))
  const [[table]] = Object.entries(template.findResources('AWS::DynamoDB::GlobalTable')).filter(([id]) => id.includes('Tablethings')) as [[string, unknown]]
  const mapping = mappingOf(template, { 'Fn::GetAtt': [table, 'StreamArn'] })
  const [dead] = queueNamed(template, 'shop-dev-things-dead')
  assert.deepEqual([mapping['StartingPosition'], mapping['BatchSize'], mapping['BisectBatchOnFunctionError'], mapping['MaximumRetryAttempts'], mapping['FunctionResponseTypes'], mapping['DestinationConfig'], mapping['FilterCriteria']], ['TRIM_HORIZON', 10, true, 8, ['ReportBatchItemFailures'], { OnFailure: { Destination: arnOf(dead) } }, { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] }])
})

test('on a stage that is not live nothing runs unless the stage says so', () => {
  const all = [consumer('q', { queue: 'q' }), consumer('t', { topic: 't' }), consumer('b', { bucket: 'b' }), consumer('e', { event: { source: ['x'] } }), consumer('things', { table: 'things', definition: things })]
  const { template } = synthesise({ ...running(...all), config: '' })
  const mappings = found(template, 'AWS::Lambda::EventSourceMapping').filter(([, { Properties }]) => Properties['Enabled'] === false)
  assert.equal(mappings.length, 5)
  assert.deepEqual(found(template, 'AWS::Events::Rule', 'ServiceTasksRule').map(([, { Properties }]) => Properties['State']), ['DISABLED', 'DISABLED'])
  template.resourceCountIs('AWS::SNS::Subscription', 0)
  const live = synthesise({ ...running(...all), stage: 'live', config: 'live_host: shop.example.com\n' }).template
  assert.ok(found(live, 'AWS::Lambda::EventSourceMapping').every(([, { Properties }]) => Properties['Enabled'] !== false))
  assert.deepEqual(found(live, 'AWS::Events::Rule', 'ServiceTasksRule').map(([, { Properties }]) => Properties['State']), ['ENABLED', 'ENABLED'])
})

test('a candidate is fed by no consumer', () => {
  const { template } = synthesise({ ...running(consumer('q', { queue: 'q' })), context: { 'klue:candidate': 'a'.repeat(64) } })
  const [[candidate]] = found(template, 'AWS::Lambda::Alias', 'ServiceTasksWorkerCandidate') as [[string, Resource]]
  const fed = found(template, 'AWS::Lambda::EventSourceMapping').filter(([, { Properties }]) => JSON.stringify(Properties['FunctionName']).includes(candidate))
  assert.deepEqual(fed.map(([, { Properties }]) => JSON.stringify(Properties['EventSourceArn']).includes('CandidateQueue')), [true])
})

test('the worker may take from what feeds it and send to dead letters, and nobody else may', () => {
  const { template } = synthesise(running(consumer('q', { queue: 'q' }), consumer('things', { table: 'things', definition: things })))
  const statements = (prefix: string): { Action: string | string[]; Resource: unknown }[] => found(template, 'AWS::IAM::Policy', prefix).flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as unknown as { Statement: { Action: string | string[]; Resource: unknown }[] }).Statement)
  const [queue] = queueNamed(template, 'shop-dev-q')
  const dead = ['shop-dev-q-dead', 'shop-dev-things-dead'].map((name) => arnOf(queueNamed(template, name)[0]))
  const own = statements('ServiceTasksWorker')
  assert.ok(own.some(({ Action, Resource }) => Action === 'sqs:SendMessage' && JSON.stringify(Resource) === JSON.stringify(dead)))
  assert.ok(own.some(({ Action, Resource }) => [Action].flat().includes('sqs:ReceiveMessage') && JSON.stringify(Resource) === JSON.stringify(arnOf(queue))))
  assert.ok(own.some(({ Action }) => [Action].flat().includes('dynamodb:GetRecords')))
  assert.doesNotMatch(JSON.stringify(statements('ServiceFunction')), /GetRecords|ReceiveMessage/)
})

test('an alarm tells of dead letters of all consumers, ten in each', () => {
  const many = Array.from({ length: 11 }, (_, index) => consumer(`q${index}`, { queue: `q${index}` }))
  const { template } = synthesise({ ...running(...many), config: 'run_schedules: true\nalarms: true\n' })
  const alarms = found(template, 'AWS::CloudWatch::Alarm').filter(([, { Properties }]) => String(Properties['AlarmName']).includes('ConsumerDeadLetters')).map(([, { Properties }]) => Properties)
  assert.deepEqual(alarms.map((alarm) => [alarm['AlarmName'], alarm['Threshold'], ((alarm['Metrics'] as unknown[] | undefined) ?? []).length, alarm['MetricName']]), [['shop-dev-ConsumerDeadLetters', 1, 11, undefined], ['shop-dev-ConsumerDeadLetters-2', 1, 0, 'ApproximateNumberOfMessagesVisible']])
})

test('what was made is there for grants to others', () => {
  const app = new App({ outdir: temporaryFolder() })
  const stack = new Stack(app, 'Test', { env: { account: '111111111111', region: 'eu-west-1' } })
  const service = new KlueService(stack, 'Service', { project: project(running(consumer('q', { queue: 'q' }), consumer('t', { topic: 't' }), consumer('b', { bucket: 'b' }))) })
  const role = new Role(stack, 'Other', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') })
  const [queue, topic, bucket] = ['q', 't', 'b'].map((name) => service.sourceOf(name))
  assert.ok(queue instanceof Queue && topic instanceof Topic && bucket instanceof Bucket)
  queue.grantSendMessages(role)
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { Roles: [Match.objectLike({ Ref: Match.stringLikeRegexp('Other') })], PolicyDocument: Match.objectLike({ Statement: [Match.objectLike({ Action: Match.arrayWith(['sqs:SendMessage']) })] }) })
})

test('a name that no queue can have is refused', () => {
  assert.throws(() => synthesise({ ...running(consumer('a'.repeat(64), { queue: 'q' })), stage: 'b'.repeat(20) }), /the queue shop-b+-a+-dead has a name of more than 80 characters/)
})
