// A shift in steps: what CodeDeploy is told, what it is watched by, and what excludes it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { NestedStack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { operation, removeProjects, synthesise } from './projects.ts'

after(removeProjects)

const operations = [operation('getThing', 'GET /things/{id}'), operation('makeReport', 'POST /reports', { function: 'reports' })]

test('all at once is the default, and needs nothing', () => {
  for (const config of ['', 'shift: all at once\naws_hosts_min: 1\n']) {
    const { template } = synthesise({ operations, config })
    for (const type of ['Application', 'DeploymentConfig', 'DeploymentGroup']) template.resourceCountIs(`AWS::CodeDeploy::${type}`, 0)
    template.allResources('AWS::Lambda::Alias', { UpdatePolicy: Match.absent() })
  }
})

test('linear and canary say how much goes over, and when', () => {
  synthesise({ operations, config: 'shift: linear 10 2\n' }).template.hasResourceProperties('AWS::CodeDeploy::DeploymentConfig', { ComputePlatform: 'Lambda', TrafficRoutingConfig: { Type: 'TimeBasedLinear', TimeBasedLinear: { LinearPercentage: 10, LinearInterval: 2 } } })
  synthesise({ operations, config: 'shift: canary 5 30\n' }).template.hasResourceProperties('AWS::CodeDeploy::DeploymentConfig', { ComputePlatform: 'Lambda', TrafficRoutingConfig: { Type: 'TimeBasedCanary', TimeBasedCanary: { CanaryPercentage: 5, CanaryInterval: 30 } } })
})

test('each function of an API goes over by CodeDeploy, and those of the kit at once', () => {
  const { template } = synthesise({ operations, config: 'shift: canary 10 5\n' })
  const aliases = Object.values(template.findResources('AWS::Lambda::Alias')) as { Metadata: Record<string, string>; UpdatePolicy?: { CodeDeployLambdaAliasUpdate: object } }[]
  const moved = aliases.filter(({ UpdatePolicy }) => UpdatePolicy !== undefined).map(({ Metadata }) => Metadata['klue:function'])
  assert.deepEqual(moved.sort(), ['documents', 'reports', 'shop'])
  template.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 3)
  template.resourceCountIs('AWS::CodeDeploy::Application', 1)
  template.allResourcesProperties('AWS::CodeDeploy::DeploymentGroup', { AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] }, AlarmConfiguration: { Enabled: true } })
})

test('errors of the live alias and answers of the API end a deployment', () => {
  const { template } = synthesise({ operations, config: 'shift: canary 4 5\n' })
  template.resourceCountIs('AWS::CloudWatch::Alarm', 4)
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'AWS/Lambda', MetricName: 'Errors', Period: 60, Threshold: 1, Dimensions: Match.arrayWith([Match.objectLike({ Name: 'Resource' })]) })
  // Half of the first step: with five percent of all, a canary of four could fail whole and nobody would see it.
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { Threshold: 2, Metrics: Match.arrayWith([Match.objectLike({ MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName: '5xx' }) }) })]) })
})

test('functions in nested stacks go over there', () => {
  const { stack } = synthesise({ operations, config: 'shift: linear 10 1\n' }, { nestFunctions: true })
  const [nested] = stack.node.findAll().filter((found) => NestedStack.isNestedStack(found)).map((nest) => Template.fromStack(nest))
  nested!.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 1)
  nested!.hasResource('AWS::Lambda::Alias', { UpdatePolicy: { CodeDeployLambdaAliasUpdate: Match.anyValue() } })
})

test('code wins over the configuration', () => {
  synthesise({ operations, config: 'shift: linear 10 2\n' }, { shift: 'all at once' }).template.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 0)
  synthesise({ operations }, { shift: 'canary 20 1' }).template.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 3)
})

test('steps and instances that stand ready exclude each other, said with the line of the key', () => {
  const refusal = /^UsageError: klue-config\.yaml:3 shift: requests cannot go over in steps \(linear 10 1\) while instances [^\n]+$/
  for (const hosts of ['aws_hosts_min: 1', 'aws_hosts_max: 4', 'aws_hosts_schedule: ["cron(0 7 ? * MON-FRI *) 2 10"]', 'functions: { reports: { hosts_min: 1 } }']) assert.throws(() => synthesise({ operations, config: `${hosts}\nshift: linear 10 1\n` }), refusal, hosts)
  assert.throws(() => synthesise({ operations, config: 'aws_hosts_min: 1\n' }, { shift: 'linear 10 1' }), /^UsageError: shift of KlueService: requests cannot go over in steps/)
})

test('any other word is refused', () => {
  for (const wrong of ['linear', 'linear 10', 'linear 0 1', 'linear 100 1', 'linear 10 0', 'linear 10 31', 'canary 5.5 1', 'slowly', 'All at once', '" linear 10 1"']) {
    assert.throws(() => synthesise({ operations, config: `shift: ${wrong}\n` }), /klue-config\.yaml:2:\d+ shift: shift must be "all at once", or linear or canary/, wrong)
  }
})
