// Who must be able to use a topic, a queue, a key or a function of the templates can: policies are read as AWS reads them.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Alias, Key } from 'aws-cdk-lib/aws-kms'
import { type CfnTopic, Topic } from 'aws-cdk-lib/aws-sns'
import { KlueService } from '../../src/infra/index.ts'
import { faultsOf, resourcesOf } from './access.ts'
import { operation, project, type ProjectWish, removeProjects, synthesise, temporaryFolder } from './projects.ts'

after(removeProjects)

const operations = [operation('getThing', 'GET /things/{id}'), operation('makeReport', 'POST /reports', { function: 'reports' })]
const live = 'live_host: shop.example.com\nalarm_email: team@example.com\n'
const stages: Record<string, ProjectWish> = {
  personal: { operations },
  candidate: { operations, context: { 'klue:candidate': 'a'.repeat(64), 'klue:pin': 'shop=1' } },
  canary: { operations, config: 'shift: canary 10 5\n' },
  live: { operations, stage: 'live', config: live },
}

for (const [name, wish] of Object.entries(stages)) {
  test(`in the ${name} stage everybody can use what is theirs to use`, () => {
    assert.deepEqual(faultsOf(synthesise(wish).template), [])
  })
}

test('the live stage has alarms, and each of them a topic', () => {
  const alarms = resourcesOf(synthesise(stages['live']!).template, 'AWS::CloudWatch::Alarm')
  assert.ok(alarms.length >= 5)
  for (const [id, { Properties }] of alarms) if (!/Shift/.test(id)) assert.equal((Properties['AlarmActions'] as unknown[]).length, 1, id)
})

/** A live stage with a topic of the user's own. */
function withTopic(make: (stack: Stack) => Topic | ReturnType<typeof Topic.fromTopicArn>): Template {
  const stack = new Stack(new App({ outdir: temporaryFolder() }), 'Test', { env: { account: '111111111111', region: 'eu-west-1' } })
  new KlueService(stack, 'Service', { project: project(stages['live']!), alarmTopic: make(stack) })
  return Template.fromStack(stack)
}

test('a topic of the user\'s own lets alarms in, with its key', () => {
  for (const make of [
    (stack: Stack) => new Topic(stack, 'Own'),
    (stack: Stack) => new Topic(stack, 'Own', { enforceSSL: true }),
    (stack: Stack) => new Topic(stack, 'Own', { masterKey: new Key(stack, 'Key') }),
  ]) assert.deepEqual(faultsOf(withTopic(make)), [])
})

test('a topic with its key may serve several services, each under its own name', () => {
  const app = new App({ outdir: temporaryFolder() })
  const env = { account: '111111111111', region: 'eu-west-1' }
  const shared = new Stack(app, 'Shared', { env })
  const alarmTopic = new Topic(shared, 'Own', { masterKey: new Key(shared, 'Key') })
  for (const stackName of ['shop-live', 'tea-live']) new KlueService(new Stack(app, stackName, { env }), 'Service', { project: { ...project(stages['live']!), stackName }, alarmTopic })
  const policies = [...resourcesOf(Template.fromStack(shared), 'AWS::SNS::TopicPolicy').map(([, { Properties }]) => Properties['PolicyDocument']), ...resourcesOf(Template.fromStack(shared), 'AWS::KMS::Key').map(([, { Properties }]) => Properties['KeyPolicy'])] as { Statement: { Sid?: string }[] }[]
  assert.deepEqual(policies.map(({ Statement }) => Statement.map(({ Sid }) => Sid).filter((sid) => sid?.startsWith('Alarms'))), [['Alarmsshoplive', 'Alarmstealive'], ['Alarmsshoplive', 'Alarmstealive']])
})

test('a topic under the key that CloudWatch may not use is refused', () => {
  const message = /^The alarmTopic \S+ is encrypted with alias\/aws\/sns, a key that CloudWatch may not use/
  const arn = 'arn:aws:sns:eu-west-1:111111111111:alarms'
  assert.throws(() => withTopic((stack) => new Topic(stack, 'Own', { masterKey: Alias.fromAliasName(stack, 'Key', 'alias/aws/sns') as unknown as Key })), { message })
  assert.throws(() => withTopic((stack) => Topic.fromTopicAttributes(stack, 'Own', { topicArn: arn, keyArn: 'arn:aws:kms:eu-west-1:111111111111:alias/aws/sns' })), { message })
  assert.throws(() => withTopic((stack) => {
    const topic = new Topic(stack, 'Own')
    ;(topic.node.defaultChild as CfnTopic).kmsMasterKeyId = 'alias/aws/sns'
    return topic
  }), { message })
  withTopic((stack) => Topic.fromTopicArn(stack, 'Own', arn))
})

test('these rules find what cannot be used', () => {
  const { template } = synthesise(stages['live']!)
  const json = template.toJSON() as { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> }
  const without = (type: string): string[] => faultsOf({ toJSON: () => ({ Resources: Object.fromEntries(Object.entries(json.Resources).filter(([, { Type }]) => Type !== type)) }) } as unknown as Template)
  assert.match(without('AWS::SNS::TopicPolicy').join('\n'), /cloudwatch.amazonaws.com may not sns:Publish/)
  assert.match(without('AWS::Lambda::Permission').join('\n'), /logs.amazonaws.com may not lambda:InvokeFunction/)
  assert.match(without('AWS::IAM::Policy').join('\n'), /sqs:SendMessage/)
  assert.match(without('AWS::CloudWatch::Alarm').join('\n'), /nobody is known to use/)
  const spoiled = structuredClone(json)
  for (const { Type, Properties } of Object.values(spoiled.Resources)) if (Type === 'AWS::CloudWatch::Alarm') Properties['AlarmName'] = 'other'
  assert.match(faultsOf({ toJSON: () => spoiled } as unknown as Template).join('\n'), /may not sns:Publish/)
})
