// Tasks of a service in AWS: their queue, the function that runs them, and its clock.
import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { CfnAlias, IFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { withSide } from '../persist/index.ts'
import { taskMessageSeconds } from '../platform/aws/index.ts'
import { storeDefinition } from '../store/index.ts'
import { grantItems, grantSecrets } from './grants.ts'
import { KlueFunction } from './klue-function.ts'
import { makeConsumers, type MadeConsumers } from './klue-consumers.ts'
import { longestTrySeconds, makeSchedules } from './klue-schedules.ts'
import type { KlueTable } from './klue-table.ts'
import type { PreparedWorker, Project } from './project.ts'
import { allTableCalls } from './table-calls.ts'

export interface KlueTasksProps {
  /** Made by `prepareProject`. */
  readonly project: Project
  /** The function of `project` that runs tasks. */
  readonly worker: PreparedWorker
  /** The tables by logical name. */
  readonly tables: ReadonlyMap<string, KlueTable>
  /** MiB of the worker. */
  readonly memorySize: number
  /** Tasks that run at the same time at most, 2 to 1000. */
  readonly concurrency: number
  /** Plain settings of the worker; never secrets. */
  readonly environment: Readonly<Record<string, string>>
  /** How long its lines are kept. */
  readonly logRetention: RetentionDays
  /** What happens to its log when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy
  /** Whether its schedules and consumers run on this stage. */
  readonly runsSchedules: boolean
  /** Whether a candidate is tried beside what is live, and has its own tasks run by its own worker. */
  readonly candidate: boolean
}

// Of Lambda.
const longestSeconds = 900
// To start, to take the lease, and to record the end of a run.
const beyondSeconds = 15
// A message that cannot be handled comes again until the queue drops it: the row is what counts, and the sweep sends it anew.
const mostReceives = 1000
const metricsAnAlarm = 10

/** The queue of tasks, the function `klue-worker` and its clock. */
export class KlueTasks extends Construct {
  /** Runs tasks, and looks every minute at what is due and lies in no queue. */
  readonly worker: KlueFunction
  /** Ids of tasks that are due within 15 minutes. */
  readonly queue: Queue
  /** Ids of the tasks that a candidate has fired. */
  readonly candidates: Queue
  /** Messages that belong to no task, ticks that reached no worker for an hour, or that it failed on three times, as looks of its clock. */
  readonly deadLetters: Queue

  /** What runs by the clock, by name. */
  readonly schedules: ReadonlyMap<string, CfnSchedule>

  /** What handles messages: the sources that the stack has made, and the dead letters of each. */
  readonly consumers: MadeConsumers

  readonly #props: KlueTasksProps

  constructor(scope: Construct, id: string, props: KlueTasksProps) {
    super(scope, id)
    this.#props = props
    const timeout = this.#timeout()
    this.deadLetters = this.#queue('DeadLetters', { retentionPeriod: Duration.days(14) })
    const common = { retentionPeriod: Duration.seconds(taskMessageSeconds), visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()), deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: mostReceives } }
    this.queue = this.#queue('Queue', common)
    // There all the time: a queue that is deleted cannot be made again for a minute.
    this.candidates = this.#queue('CandidateQueue', common)
    this.worker = this.#makeWorker(timeout)
    // For whoever deploys: what waits under a name that goes is told before.
    ;(this.worker.alias.node.defaultChild as CfnAlias).addMetadata('klue:tasks', props.worker.tasks ?? [])
    this.#connect()
    this.consumers = this.#makeConsumers(timeout)
    // Scheduler is content once Lambda has taken a tick: what the worker fails on after that is for Lambda to try again.
    if (props.worker.schedules.length > 0) this.worker.alias.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.seconds(longestTrySeconds), onFailure: new SqsDestination(this.deadLetters) })
    this.schedules = makeSchedules(this, { stackName: props.project.stackName, schedules: props.worker.schedules, isEnabled: props.runsSchedules, alias: this.worker.alias, deadLetters: this.deadLetters })
  }

  /** Lets a function fire tasks. */
  allow(target: KlueFunction): void {
    target.function.addEnvironment('KLUE_TASK_QUEUE', this.queue.queueUrl)
    target.function.addEnvironment('KLUE_CANDIDATE_TASK_QUEUE', this.candidates.queueUrl)
    const queues = this.#props.candidate ? [this.queue, this.candidates] : [this.queue]
    target.function.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: queues.map(({ queueArn }) => queueArn) }))
    // A task is accepted by one batch of rows.
    target.function.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:BatchWriteItem'], resources: [this.#props.tables.get(storeDefinition.table)!.table.tableArn] }))
  }

  #makeConsumers(timeout: Duration): MadeConsumers {
    const { project: { stackName }, worker, tables, runsSchedules } = this.#props
    const made = makeConsumers(this, { stackName, consumers: worker.consumers ?? [], tables, alias: this.worker.alias, timeout, isEnabled: runsSchedules })
    const resources = [...made.deadLetters.values()].map(({ queueArn }) => queueArn)
    if (resources.length > 0) this.worker.function.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources }))
    return made
  }

  /** Raises alarms where tasks wait for too long, and where messages belong to none. */
  watch(name: string, topic: ITopic): Alarm[] {
    const period = Duration.minutes(5)
    const alarm = (alarmId: string, alarmDescription: string, { metric, threshold }: { metric: IMetric; threshold: number }): Alarm => {
      const made = new Alarm(this, alarmId, { alarmName: `${name}-${alarmId}`, alarmDescription: `${name}: ${alarmDescription}`, metric, threshold, evaluationPeriods: 1, comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD, treatMissingData: TreatMissingData.NOT_BREACHING })
      made.addAlarmAction(new SnsAction(topic))
      made.addOkAction(new SnsAction(topic))
      return made
    }
    // What is delayed and what runs is in the queue as well.
    const threshold = longestSeconds + this.#timeout().toSeconds() + 300
    return [
      alarm('OldestTask', `a task has waited for ${Math.round(threshold / 60)} minutes`, { metric: this.queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }), threshold }),
      ...this.#deadMessages(period).map((metric, index) => alarm(`ConsumerDeadLetters${index === 0 ? '' : `-${index + 1}`}`, 'messages lie in the dead letters of consumers', { metric, threshold: 1 })),
      alarm('TaskDeadLetters', 'messages in the queue of tasks belong to no task, or the worker failed on its clock or on ticks of schedules', { metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }), threshold: 1 }),
    ]
  }

  // One alarm for all of them, but it takes ten metrics.
  #deadMessages(period: Duration): IMetric[] {
    const counts = [...this.consumers.deadLetters.values()].map((queue) => queue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }))
    const groups = Array.from({ length: Math.ceil(counts.length / metricsAnAlarm) }, (_, index) => counts.slice(index * metricsAnAlarm, (index + 1) * metricsAnAlarm))
    return groups.map((group) => {
      const usingMetrics = Object.fromEntries(group.map((metric, index) => [`dead${index}`, metric]))
      return group.length === 1 ? group[0]! : new MathExpression({ expression: Object.keys(usingMetrics).join(' + '), usingMetrics, period, label: 'dead letters of consumers' })
    })
  }

  #timeout(): Duration {
    return Duration.seconds(Math.min(longestSeconds, Math.max(60, this.#props.worker.timeoutSeconds + beyondSeconds)))
  }

  #queue(id: string, props: ConstructorParameters<typeof Queue>[2]): Queue {
    const queue = new Queue(this, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props })
    if (props?.deadLetterQueue === undefined) Validations.of(queue).acknowledge({ id: 'AwsSolutions::AwsSolutions-SQS3', reason: 'It is where messages end that nobody takes.' }, { id: 'Serverless::Serverless-SQSRedrivePolicy', reason: 'It is where messages end that nobody takes.' })
    return queue
  }

  #makeWorker(timeout: Duration): KlueFunction {
    const { project, worker, tables, memorySize, environment, logRetention, removalPolicy } = this.#props
    const made = new KlueFunction(this, 'Worker', {
      folder: worker.folder,
      handler: 'index.handler',
      description: `${project.name}, stage ${project.stage}: runs tasks`,
      memorySize,
      timeout,
      environment: { ...environment, KLUE_TABLE_PREFIX: project.tablePrefix, KLUE_SECRETS: worker.secrets.join(','), KLUE_TASK_DEAD_LETTERS: this.deadLetters.queueUrl },
      logRetention,
      removalPolicy,
    })
    for (const own of worker.tables) {
      for (const definition of withSide(own)) grantItems(tables.get(definition.table)!.table, made.function, { definition, calls: worker.tableCalls ?? allTableCalls, isSide: definition !== own })
    }
    grantSecrets(made.function, project.secretPrefix, worker.secrets)
    made.function.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }))
    return made
  }

  // By aliases, so that going back takes the worker along, and that a candidate runs what it has fired, and nothing else.
  #connect(): void {
    const { concurrency, candidate } = this.#props
    this.allow(this.worker)
    const source = (queue: Queue): SqsEventSource => new SqsEventSource(queue, { batchSize: 1, maxConcurrency: concurrency, reportBatchItemFailures: true })
    this.worker.alias.addEventSource(source(this.queue))
    if (candidate) this.worker.candidate.addEventSource(source(this.candidates))
    new Rule(this, 'EveryMinute', { schedule: Schedule.rate(Duration.minutes(1)), targets: [new LambdaFunction(this.worker.alias as IFunction, { event: RuleTargetInput.fromObject({ klue: 'sweep' }), retryAttempts: 0 })] })
    Validations.of(this).acknowledge(
      { id: 'Serverless::Serverless-EventBusDLQ', reason: 'The clock comes again in a minute, and then does what was left.' },
      { id: 'Serverless::Serverless-LambdaEventSourceMappingDestination', reason: 'The row of a task is what counts: what no run has finished is found by it and sent again.' },
    )
  }
}
