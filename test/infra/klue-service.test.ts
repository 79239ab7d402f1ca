// What the settings of a stage become in its template.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Match } from 'aws-cdk-lib/assertions'
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { isUsageError } from '../../src/errors/index.ts'
import type { PersistDefinition } from '../../src/openapi/index.ts'
import { operation, removeProjects, synthesise } from './projects.ts'

const things: PersistDefinition = { name: 'Thing', table: 'things', key: { partition: 'id' }, indexes: [{ name: 'by-kind', partition: 'kind', sort: 'size' }], ttl: 'expires', keyTypes: { id: 'S', kind: 'S', size: 'N' }, properties: {} }

after(removeProjects)

test('a stage without settings has one function on demand', () => {
  const { template } = synthesise({ persist: [things] })
  template.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0)
  template.resourceCountIs('AWS::CloudWatch::Alarm', 0)
  template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0)
  template.hasResourceProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x', Architectures: ['arm64'], MemorySize: 512, Timeout: 30, ReservedConcurrentExecutions: Match.absent() })
  template.hasResource('AWS::DynamoDB::GlobalTable', {
    DeletionPolicy: 'Delete',
    Properties: { TableName: 'shop-dev-things', BillingMode: 'PAY_PER_REQUEST', TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true }, Replicas: [Match.objectLike({ DeletionProtectionEnabled: false, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } })] },
  })
})

test('a table tells its changes where its definition says so, and no other does', () => {
  const { template } = synthesise({ persist: [things, { ...things, table: 'told', stream: true }] })
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', { TableName: 'shop-dev-told', StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } })
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', { TableName: 'shop-dev-things', StreamSpecification: Match.absent() })
})

test('instances stand ready between aws_hosts_min and aws_hosts_max, and by schedule', () => {
  const { template } = synthesise({ config: 'aws_hosts_min: 2\naws_hosts_max: 8\naws_hosts_target: 60\naws_hosts_schedule:\n  - cron(0 7 ? * MON-FRI *) 5 20\n' })
  template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
    MinCapacity: 2,
    MaxCapacity: 8,
    ScalableDimension: 'lambda:function:ProvisionedConcurrency',
    ScheduledActions: [{ Schedule: 'cron(0 7 ? * MON-FRI *)', ScalableTargetAction: { MinCapacity: 5, MaxCapacity: 20 } }],
  })
  template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', { PolicyType: 'TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration: { TargetValue: 0.6, PredefinedMetricSpecification: { PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' } } })
  template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: Match.absent() })
})

test('only the lowest number: as many stand ready at all times', () => {
  synthesise({ config: 'aws_hosts_min: 3\n' }).template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 3, MaxCapacity: 3 })
})

test('concurrency is reserved only by its own key', () => {
  synthesise({ config: 'reserved_concurrency: 7\n' }).template.hasResourceProperties('AWS::Lambda::Function', { Description: Match.stringLikeRegexp(': shop$'), ReservedConcurrentExecutions: 7 })
})

test('provisioned tables scale between their bounds, and so do their indexes', () => {
  const { template } = synthesise({ config: 'table_billing: provisioned\ntable_read_max: 50\ntable_write_min: 2\n', persist: [things] })
  const read = { ReadCapacityAutoScalingSettings: { MinCapacity: 1, MaxCapacity: 50, TargetTrackingScalingPolicyConfiguration: { TargetValue: 70 } } }
  const write = { WriteCapacityAutoScalingSettings: { MinCapacity: 2, MaxCapacity: 20, TargetTrackingScalingPolicyConfiguration: { TargetValue: 70 } } }
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    BillingMode: 'PROVISIONED',
    WriteProvisionedThroughputSettings: write,
    GlobalSecondaryIndexes: [Match.objectLike({ IndexName: 'by-kind', WriteProvisionedThroughputSettings: write })],
    Replicas: [Match.objectLike({ ReadProvisionedThroughputSettings: read, GlobalSecondaryIndexes: [Match.objectLike({ IndexName: 'by-kind', ReadProvisionedThroughputSettings: read })] })],
  })
})

test('a live stage keeps its data, and is watched', () => {
  const { template } = synthesise({ stage: 'live', config: 'live_host: shop.example.com\nalarm_email: team@example.com\nalarm_latency_ms: 900\ndashboard: true\n', persist: [things] })
  template.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain', Properties: { Replicas: [Match.objectLike({ DeletionProtectionEnabled: true })] } })
  template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' })
  template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'team@example.com' })
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'shop-live-Errors-shop', Threshold: 5, AlarmActions: [Match.anyValue()], OKActions: [Match.anyValue()] })
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'shop-live-Latency-shop', Threshold: 900, EvaluationPeriods: 3 })
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'shop-live-Throttles', Namespace: 'AWS/Lambda', MetricName: 'Throttles' })
  template.resourceCountIs('AWS::CloudWatch::Dashboard', 1)
  synthesise({ stage: 'live', config: 'live_host: shop.example.com\n' }).template.resourceCountIs('AWS::CloudWatch::Dashboard', 0)
  const patterns = Object.values(template.findResources('AWS::Logs::SubscriptionFilter')).map(({ Properties }) => (Properties as { FilterPattern: string }).FilterPattern)
  assert.deepEqual(patterns.map((pattern) => pattern.includes('$.is ')).sort(), [false, true])
})

test('the host of a stage is served where there is a certificate', () => {
  const config = 'live_host: https://shop.example.com\naws_cert_arn: arn:aws:acm:eu-west-1:111111111111:certificate/1\n'
  const printed = synthesise({ config }).template
  printed.hasResourceProperties('AWS::ApiGatewayV2::DomainName', { DomainName: 'shop.example.com' })
  printed.resourceCountIs('AWS::Route53::RecordSet', 0)
  assert.match(JSON.stringify(printed.findOutputs('*')), /shop\.example\.com CNAME/)
  const registered = synthesise({ config: `${config}aws_zone_id: Z1\n` }).template
  for (const Type of ['A', 'AAAA']) registered.hasResourceProperties('AWS::Route53::RecordSet', { Type, Name: 'shop.example.com.', HostedZoneId: 'Z1' })
  assert.doesNotMatch(JSON.stringify(registered.findOutputs('*')), /CNAME/)
})

test('the stage and single operations have limits', () => {
  const { template } = synthesise({ config: 'throttle_rate: 100\nthrottle_operations: [getThing 5 10]\n' })
  template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
    DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    RouteSettings: { 'GET /things/{id}': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 } },
  })
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /things/{id}' })
  template.hasResource('AWS::ApiGatewayV2::Stage', { DependsOn: Match.arrayWith([Match.stringLikeRegexp('RoutegetThing')]) })
})

test('an operation has a function with settings of its own', () => {
  const operations = [operation('getThing', 'GET /things/{id}'), operation('makeReport', 'POST /reports', { function: 'reports' })]
  const { template, service } = synthesise({ operations, config: 'functions: { reports: { memory_mb: 1024, timeout_seconds: 9, hosts_min: 1, reserved_concurrency: 3 } }\n' })
  template.hasResourceProperties('AWS::Lambda::Function', { Description: 'shop, stage dev: reports', MemorySize: 1024, Timeout: 10, ReservedConcurrentExecutions: 3 })
  template.hasResourceProperties('AWS::Lambda::Function', { Description: 'shop, stage dev: shop', MemorySize: 512, ReservedConcurrentExecutions: Match.absent() })
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'POST /reports' })
  template.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 1)
  assert.deepEqual([...service.functions.keys()], ['shop', 'reports'])
})

test('what a gateway cannot hold is refused with the place and the way out', () => {
  const operations = [operation('compare', 'GET /compare/{base}...{head}', { function: 'compare' })]
  assert.throws(() => synthesise({ operations }), (failure: unknown) => {
    assert.ok(isUsageError(failure))
    assert.equal(failure.faults[0]?.pointer, '/paths/~1compare~1{base}...{head}/get')
    assert.match(failure.message, /apis\/shop\.yaml.*compare wants the function compare.*take x-klue-function away/)
    return true
  })
  assert.throws(() => synthesise({ config: 'throttle_operations: [getThings 5 10]\n' }), /there is no operation getThings to limit/)
  assert.throws(() => synthesise({ config: 'log_retention_days: 8\n' }), /CloudWatch does not keep logs for 8 days/)
})

test('code wins over the configuration', () => {
  const { template } = synthesise({ config: 'memory_mb: 256\nlog_retention_days: 7\n', persist: [things] }, { memorySize: 2048, logRetention: RetentionDays.ONE_YEAR, documents: false, deletionProtection: true, environment: { GREETING: 'hello' }, tableCapacity: { readMin: 1, readMax: 2, writeMin: 1, writeMax: 2, targetPercent: 50 }, alarms: true, telemetry: false })
  template.hasResourceProperties('AWS::Lambda::Function', { Description: 'shop, stage dev: shop', MemorySize: 2048, Environment: { Variables: { GREETING: 'hello', KLUE_TABLE_PREFIX: 'shop-dev-', KLUE_VERSION: '260101-1200-1-abcdef', KLUE_SECRETS: 'jwt_secret' } } })
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 })
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', { BillingMode: 'PROVISIONED', Replicas: [Match.objectLike({ DeletionProtectionEnabled: true })] })
  template.resourceCountIs('AWS::CloudWatch::Alarm', 3)
  assert.equal(Object.keys(template.findResources('AWS::ApiGatewayV2::Route', { Properties: { RouteKey: 'ANY /doc/{document}' } })).length, 0)
})

test('a function may write its own log, its tables, its secrets, and nothing else', () => {
  const { template } = synthesise({ persist: [things] }, { telemetry: false })
  template.hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'secretsmanager:GetSecretValue', Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':secretsmanager:eu-west-1:111111111111:secret:klue/shop/dev/jwt_secret-??????']] } })]) } })
  const text = JSON.stringify(template.toJSON())
  // Scan is a call of tables like others; table-calls.test.ts holds which calls a function's own code lets it make.
  assert.doesNotMatch(text, /ManagedPolicyArns|"dynamodb:(\*|CreateTable|DeleteTable|UpdateTable)"|"Action":"\*"|"Resource":"\*"/)
})

test('everything says which service and stage it belongs to', () => {
  const { template } = synthesise({ persist: [things] })
  const tags = [{ Key: 'klue:service', Value: 'shop' }, { Key: 'klue:stage', Value: 'dev' }]
  template.allResourcesProperties('AWS::Lambda::Function', { Tags: tags })
  template.allResourcesProperties('AWS::Logs::LogGroup', { Tags: tags })
  template.allResourcesProperties('AWS::DynamoDB::GlobalTable', { Replicas: [Match.objectLike({ Tags: tags })] })
  template.allResourcesProperties('AWS::ApiGatewayV2::Api', { Tags: { 'klue:service': 'shop', 'klue:stage': 'dev' } })
})

test('lines are taken in, but for those of the functions that do it', () => {
  const { template } = synthesise({ persist: [things] })
  template.resourceCountIs('AWS::Logs::SubscriptionFilter', 2)
  template.hasResourceProperties('AWS::SQS::Queue', { QueueName: 'shop-dev-ingest-failures' })
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: Match.anyValue() } })
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { FunctionResponseTypes: ['ReportBatchItemFailures'] })
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' })
})

test('others are let in by grant methods, and see metrics', () => {
  const { service, stack } = synthesise({ persist: [things] })
  const role = new Role(stack, 'Reader', { assumedBy: new AccountPrincipal('222222222222') })
  service.grantInvoke(role).assertSuccess()
  service.grantReadData(role, 'things').assertSuccess()
  service.grantReadWriteData(role).assertSuccess()
  assert.throws(() => service.grantReadData(role, 'thing'), /There is no table thing; there are klue, things/)
  assert.deepEqual([service.metricRequests(), service.metricClientErrors(), service.metricServerErrors(), service.metricLatency()].map(({ metricName, statistic }) => [metricName, statistic]), [['Count', 'Sum'], ['4xx', 'Sum'], ['5xx', 'Sum'], ['Latency', 'p99']])
})
