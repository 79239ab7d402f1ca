// Schedules in a template: EventBridge Scheduler invokes the worker that is live, with the time of the tick, on stages whose schedules run.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { removeProjects, synthesise } from './projects.ts'

after(removeProjects)

const schedules = [{ name: 'weekly', expression: 'cron(0 8 ? * MON *)', timezone: 'Europe/Berlin' }, { name: 'often', expression: 'rate(15 minutes)', timezone: 'UTC' }]

test('a service without schedules has nothing of them, and one without tasks neither', () => {
  for (const wish of [{}, { taskSeconds: 60 }]) {
    const { template } = synthesise(wish)
    assert.doesNotMatch(JSON.stringify(template.toJSON()), /AWS::Scheduler|scheduler\.amazonaws/)
  }
})

test('each schedule has the expression and zone of its definition, and sends its name and the time that it was due', () => {
  const { template } = synthesise({ taskSeconds: 60, schedules })
  template.resourceCountIs('AWS::Scheduler::ScheduleGroup', 1)
  template.resourceCountIs('AWS::Scheduler::Schedule', 2)
  template.hasResourceProperties('AWS::Scheduler::Schedule', { Name: 'weekly', ScheduleExpression: 'cron(0 8 ? * MON *)', ScheduleExpressionTimezone: 'Europe/Berlin', FlexibleTimeWindow: { Mode: 'OFF' }, Target: Match.objectLike({ Input: '{"klue":"tick","schedule":"weekly","time":"<aws.scheduler.scheduled-time>"}', RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 185 }, DeadLetterConfig: Match.anyValue() }) })
  template.hasResourceProperties('AWS::Scheduler::Schedule', { Name: 'often', ScheduleExpression: 'rate(15 minutes)', ScheduleExpressionTimezone: 'UTC' })
})

test('they invoke what is live and nothing else, by a role that only schedules of this account can have', () => {
  const { template } = synthesise({ taskSeconds: 60, schedules })
  const resources = (template.toJSON() as { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> }).Resources
  const [alias] = Object.entries(resources).find(([id, { Type }]) => Type === 'AWS::Lambda::Alias' && id.startsWith('ServiceTasksWorkerLive'))!
  for (const { Type, Properties } of Object.values(resources)) if (Type === 'AWS::Scheduler::Schedule') assert.deepEqual((Properties['Target'] as { Arn: unknown }).Arn, { Ref: alias })
  template.hasResourceProperties('AWS::IAM::Role', { AssumeRolePolicyDocument: { Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': Match.anyValue() } } }] } })
  const policies = Object.entries(resources).filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith('ServiceTasksScheduleRole')).flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: { Action: string; Resource: unknown }[] }).Statement)
  assert.deepEqual(policies.map(({ Action }) => Action), ['lambda:InvokeFunction', 'sqs:SendMessage'])
  assert.deepEqual(policies[0]!.Resource, { Ref: alias })
})

test('a tick that the worker fails on comes again twice, as long as one that it cannot take, and then lies in its dead letters', () => {
  const { template } = synthesise({ taskSeconds: 60, schedules, config: 'alarms: true\n' })
  const [[dead]] = Object.entries(template.findResources('AWS::SQS::Queue')).filter(([id]) => id.startsWith('ServiceTasksDeadLetters')) as [[string, unknown]]
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { Qualifier: Match.not('$LATEST'), MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600, DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [dead, 'Arn'] } } } })
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'shop-dev-TaskDeadLetters', AlarmDescription: Match.stringLikeRegexp('ticks of schedules') })
  const ofWorker = (made: Template): string[] => Object.keys(made.findResources('AWS::Lambda::EventInvokeConfig')).filter((id) => id.startsWith('ServiceTasks'))
  assert.deepEqual([ofWorker(template).length, ofWorker(synthesise({ taskSeconds: 60 }).template).length], [1, 0])
})

test('they run on the live stage, and elsewhere where the stage says so', () => {
  const state = (template: Template): unknown[] => Object.values(template.findResources('AWS::Scheduler::Schedule')).map(({ Properties }: { Properties?: { State?: string } }) => Properties?.State)
  const wish = { taskSeconds: 60, schedules }
  assert.deepEqual(state(synthesise(wish).template), ['DISABLED', 'DISABLED'])
  assert.deepEqual(state(synthesise({ ...wish, config: 'run_schedules: true\n' }).template), ['ENABLED', 'ENABLED'])
  assert.deepEqual(state(synthesise({ ...wish, stage: 'live', config: 'live_host: shop.example.com\n' }).template), ['ENABLED', 'ENABLED'])
})
