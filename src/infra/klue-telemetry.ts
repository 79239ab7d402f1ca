// What becomes of the lines of a service in AWS: a function takes them in, another one tells people, and a clock drives both.
import { ArnFormat, Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { CfnSubscriptionFilter, type LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { makeArchiveBucket } from './archive-bucket.ts'
import { grantSecrets } from './grants.ts'
import { KlueFunction } from './klue-function.ts'
import type { KlueTable } from './klue-table.ts'
import type { Project } from './project.ts'

export interface KlueTelemetryProps {
  /** Made by `prepareProject`. */
  readonly project: Project
  /** The kit's own table. */
  readonly store: KlueTable
  /** Functions whose metrics alerts look at. */
  readonly functions: readonly KlueFunction[]
  /** Tables whose metrics alerts look at. */
  readonly tables: readonly KlueTable[]
  /** Logs whose lines are taken in, by the path of their owner, each with the pattern of its lines that are. */
  readonly logs: ReadonlyMap<string, { group: LogGroup; pattern: string }>
  /** How long the lines of these functions themselves are kept. */
  readonly logRetention: RetentionDays
  /** What happens to their logs and queues, and to the archive, when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy
}

// AWS waits so long for a function that takes messages from a queue, times six, as it recommends.
const reporterTimeout = Duration.minutes(2)

/** Ingest, reporter and what lies between them. */
export class KlueTelemetry extends Construct {
  /** Takes lines in, and looks every minute at what is due. */
  readonly ingest: KlueFunction
  /** Tells people. */
  readonly reporter: KlueFunction
  /** Messages to people, on their way. */
  readonly messages: Queue
  /** Messages that could not be delivered at all. */
  readonly undelivered: Queue
  /** Batches of lines that ingest has failed on: `klue ingest redrive`. */
  readonly failed: Queue
  /** Where requests are archived, with `log_archive` of the stage. */
  readonly archive: Bucket | undefined

  constructor(scope: Construct, id: string, props: KlueTelemetryProps) {
    super(scope, id)
    const { project } = props
    this.undelivered = this.#queue('Undelivered', { retentionPeriod: Duration.days(14) })
    this.messages = this.#queue('Messages', { visibilityTimeout: Duration.minutes(12), deadLetterQueue: { queue: this.undelivered, maxReceiveCount: 5 } })
    // By this name `klue ingest redrive` finds it.
    this.failed = this.#queue('Failed', { queueName: `${project.tablePrefix}ingest-failures`, retentionPeriod: Duration.days(14) })
    // Nobody subscribes to them, and each delivery leaves three lines of the platform there.
    const common = { infrequentLog: true, handler: 'index.handler', logRetention: props.logRetention, removalPolicy: props.removalPolicy }
    const environment = { KLUE_TABLE_PREFIX: project.tablePrefix, KLUE_SECRETS: '' }
    this.ingest = new KlueFunction(this, 'Ingest', { ...common, folder: project.telemetry.ingest, description: `${project.name}, stage ${project.stage}: takes lines in`, memorySize: 512, timeout: Duration.minutes(2), environment: { ...environment, KLUE_MESSAGE_QUEUE: this.messages.queueUrl, ...this.#watched(props) } })
    this.reporter = new KlueFunction(this, 'Reporter', { ...common, folder: project.telemetry.reporter, description: `${project.name}, stage ${project.stage}: tells people`, memorySize: 256, timeout: reporterTimeout, environment: { ...environment, KLUE_SECRETS: project.telemetry.reporterSecrets.join(',') } })
    this.#connect(props)
    this.#grant(props)
    const { logArchive, logArchiveDays: days } = project.loaded.config
    this.archive = logArchive ? makeArchiveBucket(this, { days, removalPolicy: props.removalPolicy, ingest: this.ingest }) : undefined
  }

  /** Raises alarms where lines or messages get lost. */
  watch(name: string, topic: ITopic): Alarm[] {
    const period = Duration.minutes(5)
    const alarm = (alarmId: string, alarmDescription: string, metric: ReturnType<Queue['metric']>): Alarm => {
      const made = new Alarm(this, alarmId, { alarmName: `${name}-${alarmId}`, alarmDescription: `${name}: ${alarmDescription}`, metric, threshold: 1, evaluationPeriods: 1, comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD, treatMissingData: TreatMissingData.NOT_BREACHING })
      made.addAlarmAction(new SnsAction(topic))
      return made
    }
    return [
      // Its lines are taken in by nobody: the metrics of AWS are the only witness.
      alarm('IngestErrors', 'lines could not be taken in', this.ingest.function.metricErrors({ period })),
      alarm('UndeliveredMessages', 'messages could not be delivered', this.undelivered.metricApproximateNumberOfMessagesVisible({ period })),
    ]
  }

  #queue(id: string, props: ConstructorParameters<typeof Queue>[2]): Queue {
    const queue = new Queue(this, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props })
    Validations.of(queue).acknowledge({ id: 'AwsSolutions::AwsSolutions-SQS3', reason: 'It is where messages end that nobody takes.' }, { id: 'Serverless::Serverless-SQSRedrivePolicy', reason: 'It is where messages end that nobody takes.' })
    return queue
  }

  // An environment holds only so many names; and who is in a nested stack waits for this one.
  #watched({ functions, tables }: KlueTelemetryProps): Record<string, string> {
    return { KLUE_WATCHED_FUNCTIONS: functions.filter((target) => Stack.of(target) === Stack.of(this)).slice(0, 20).map((target) => target.function.functionName).join(','), KLUE_WATCHED_TABLES: tables.slice(0, 20).map(({ table }) => table.tableName).join(',') }
  }

  // By their aliases, so that going back takes them along.
  #connect({ logs }: KlueTelemetryProps): void {
    // One permission for all logs: a policy of a function holds only so many.
    const permission = new CfnPermission(this, 'Lines', { action: 'lambda:InvokeFunction', functionName: this.ingest.alias.functionArn, principal: 'logs.amazonaws.com', sourceAccount: Stack.of(this).account, sourceArn: Stack.of(this).formatArn({ service: 'logs', resource: 'log-group', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME }) })
    for (const [path, { group: logGroup, pattern }] of logs) {
      if (logGroup === this.ingest.logGroup || logGroup === this.reporter.logGroup) throw new Error(`The log of ${path} cannot be taken in by itself: each line would make another one`)
      // Where the log is: a function in a nested stack has its log there, and this stack stays small.
      new CfnSubscriptionFilter(logGroup, 'Lines', { logGroupName: logGroup.logGroupName, destinationArn: this.ingest.alias.functionArn, filterPattern: pattern }).node.addDependency(permission)
    }
    this.ingest.alias.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(6), onFailure: new SqsDestination(this.failed) })
    this.reporter.alias.addEventSource(new SqsEventSource(this.messages, { batchSize: 5, maxConcurrency: 2, reportBatchItemFailures: true }))
    new Rule(this, 'EveryMinute', { schedule: Schedule.rate(Duration.minutes(1)), targets: [new LambdaFunction(this.ingest.alias as IFunction, { event: RuleTargetInput.fromObject({ klue: 'look' }), retryAttempts: 0 })] })
  }

  #grant({ project, store }: KlueTelemetryProps): void {
    Validations.of(this).acknowledge(
      { id: 'Serverless::Serverless-EventBusDLQ', reason: 'The clock comes again in a minute, and then does what was left.' },
      { id: 'Serverless::Serverless-LambdaEventSourceMappingDestination', reason: 'The queue has one behind it for messages that nobody can deliver.' },
    )
    this.ingest.function.addToRolePolicy(new PolicyStatement({ actions: ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action}`), resources: [store.table.tableArn] }))
    // It notes who has got a message, and nothing else.
    this.reporter.function.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [store.table.tableArn] }))
    this.ingest.function.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.messages.queueArn] }))
    // CloudWatch knows no resources, only names of groups of metrics.
    this.ingest.function.addToRolePolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: ['cloudwatch:PutMetricData'], resources: ['*'], conditions: { StringEquals: { 'cloudwatch:namespace': 'klue' } } }))
    // Reading metrics of the account cannot be narrowed.
    this.ingest.function.addToRolePolicy(new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] }))
    Validations.of(this.ingest).acknowledge({ id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]', reason: 'Metrics are no resources: they are written to one named group, and read for alerts.' })
    grantSecrets(this.reporter.function, project.secretPrefix, project.telemetry.reporterSecrets)
    const { region, account } = Stack.of(this)
    if (project.telemetry.usesSes) this.reporter.function.addToRolePolicy(new PolicyStatement({ actions: ['ses:SendEmail'], resources: [`arn:aws:ses:${region}:${account}:identity/*`] }))
    for (const topic of project.telemetry.topics) this.reporter.function.addToRolePolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [topic] }))
  }
}
