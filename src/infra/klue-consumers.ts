// Consumers in AWS: the sources that the service has of its own, a queue and dead letters for each, and what feeds the worker.
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { CfnRule, EventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type Alias, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns'
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { UsageError } from '../errors/index.ts'
import { consumerQueues } from '../runtime/edge.ts'
import { eventPatternOf } from './event-patterns.ts'
import type { KlueTable } from './klue-table.ts'
import type { PreparedConsumer } from './project.ts'

/** A queue, topic, bucket or bus that a stack has made for a consumer. */
export type MadeSource = Queue | Topic | Bucket | EventBus

export interface ConsumersProps {
  /** What names of queues begin with. */
  stackName: string
  consumers: readonly PreparedConsumer[]
  /** By logical name. */
  tables: ReadonlyMap<string, KlueTable>
  /** Of the worker: what is live runs them. */
  alias: Alias
  /** Time limit of the worker. */
  timeout: Duration
  /** Whether they run on this stage. */
  isEnabled: boolean
}

export interface MadeConsumers {
  /** By the name of the consumer; what somebody else has made is not among them. */
  sources: ReadonlyMap<string, MadeSource>
  /** By the name of the consumer. */
  deadLetters: ReadonlyMap<string, Queue>
}

// Of a queue: longer than any other keeps a message.
const retentionPeriod = Duration.days(14)
// Each run counts, and the worker gives a message up by that count. What the queue counts more often is a worker that could not even be asked.
const receivesBeyond = 5
// A shard goes on behind a batch: one by one it would be slow.
const changesAtOnce = 10

interface Making extends ConsumersProps {
  scope: Construct
  sources: Map<string, MadeSource>
}

/** The source that was made for a consumer. Throws where there is none. */
export function sourceNamed({ sources }: Pick<MadeConsumers, 'sources'>, consumer: string): MadeSource {
  const found = sources.get(consumer)
  if (found !== undefined) return found
  throw new Error(`There is no consumer ${consumer} whose source this stack makes; there are ${[...sources.keys()].join(', ')}`)
}

/** Makes everything that consumers need. */
export function makeConsumers(scope: Construct, props: ConsumersProps): MadeConsumers {
  const making: Making = { ...props, scope, sources: new Map() }
  checkNames(props)
  const deadLetters = new Map(props.consumers.map((consumer) => [consumer.name, makeConsumer(making, consumer)]))
  return { sources: making.sources, deadLetters }
}

function makeConsumer(making: Making, consumer: PreparedConsumer): Queue {
  const { scope, stackName, tables, alias, isEnabled: enabled } = making
  const { name, source, options: { attempts, batch, concurrency, filter } } = consumer
  const dead = makeQueue(scope, `ConsumerDead-${name}`, { queueName: consumerQueues(stackName, consumer).dead, retentionPeriod })
  Validations.of(dead).acknowledge({ id: 'AwsSolutions::AwsSolutions-SQS3', reason: 'It is where messages end that nobody takes.' }, { id: 'Serverless::Serverless-SQSRedrivePolicy', reason: 'It is where messages end that nobody takes.' })
  const common = { enabled, reportBatchItemFailures: true, ...(filter === undefined ? {} : { filters: [{ pattern: JSON.stringify(filter) }] }), ...((batch?.windowSeconds ?? 0) === 0 ? {} : { maxBatchingWindow: Duration.seconds(batch!.windowSeconds) }) }
  if ('table' in source) {
    // From the oldest change on: what changes while the mapping is being made is missed by none.
    alias.addEventSource(new DynamoEventSource(tables.get(source.table)!.table as ITable, { ...common, startingPosition: StartingPosition.TRIM_HORIZON, batchSize: batch?.size ?? changesAtOnce, bisectBatchOnError: true, retryAttempts: attempts + receivesBeyond, onFailure: new SqsDlq(dead) }))
    return dead
  }
  const queue = feedingQueue(making, consumer, dead)
  alias.addEventSource(new SqsEventSource(queue, { ...common, batchSize: batch?.size ?? 1, ...(concurrency === undefined ? {} : { maxConcurrency: concurrency }) }))
  Validations.of(scope).acknowledge({ id: 'Serverless::Serverless-LambdaEventSourceMappingDestination', reason: 'What a queue cannot hand over is kept by its redrive policy, and a stream has its own.' })
  return dead
}

// The queue that the mapping reads, fed by whatever the source is.
function feedingQueue(making: Making, consumer: PreparedConsumer, dead: Queue): IQueue {
  const { scope, stackName, timeout } = making
  const { name, source, options: { attempts, batch } } = consumer
  const { queue: queueName } = consumerQueues(stackName, consumer)
  if (queueName === undefined) return Queue.fromQueueArn(scope, `ConsumerSource-${name}`, (source as { queue: string }).queue)
  // As AWS advises: six times what a run may take, and what a batch is gathered in.
  const visibilityTimeout = Duration.seconds(6 * timeout.toSeconds() + (batch?.windowSeconds ?? 0))
  const queue = makeQueue(scope, `Consumer-${name}`, { queueName, retentionPeriod, visibilityTimeout, deadLetterQueue: { queue: dead, maxReceiveCount: attempts + receivesBeyond } })
  if ('queue' in source) making.sources.set(name, queue)
  else if ('topic' in source) subscribe(making, { name, given: source.topic, queue, dead })
  else addRule(making, { consumer, queue, dead })
  return queue
}

function makeQueue(scope: Construct, id: string, props: { queueName: string } & ConstructorParameters<typeof Queue>[2]): Queue {
  return new Queue(scope, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...(props.queueName.endsWith('.fifo') ? { fifo: true } : {}), ...props })
}

function subscribe(making: Making, { name, given, queue, dead }: { name: string; given: string; queue: Queue; dead: Queue }): void {
  const { scope, isEnabled } = making
  const own = given.startsWith('arn:') ? undefined : ownSource(making, `Topic-${given}`, () => makeTopic(scope, given))
  const topic = own ?? Topic.fromTopicArn(scope, `ConsumerSource-${name}`, given)
  if (own !== undefined) making.sources.set(name, own)
  admit(queue, 'sns.amazonaws.com', topic.topicArn)
  // Where nobody runs them messages would only pile up.
  if (!isEnabled) return
  new Subscription(scope, `Subscription-${name}`, { topic, endpoint: queue.queueArn, protocol: SubscriptionProtocol.SQS, rawMessageDelivery: true, deadLetterQueue: dead, ...(own === undefined ? { region: given.split(':')[3]! } : {}) })
}

function makeTopic(scope: Construct, name: string): Topic {
  const topic = new Topic(scope, `Topic-${name}`, { enforceSSL: true })
  Validations.of(topic).acknowledge({ id: 'Serverless::Serverless-SNSRedrivePolicy', reason: 'Its subscriptions have dead letters.' })
  return topic
}

function addRule(making: Making, { consumer: { name, source }, queue, dead }: { consumer: PreparedConsumer; queue: Queue; dead: Queue }): void {
  const { scope, isEnabled } = making
  const rule = new CfnRule(scope, `Rule-${name}`, {
    ...busOf(making, name, source),
    description: `${making.stackName}: messages of the consumer ${name}`,
    eventPattern: eventPatternOf(source, 'bucket' in source ? bucketNameOf(making, name, source.bucket) : ''),
    state: isEnabled ? 'ENABLED' : 'DISABLED',
    targets: [{ id: 'Queue', arn: queue.queueArn, deadLetterConfig: { arn: dead.queueArn } }],
  })
  for (const one of [queue, dead]) admit(one, 'events.amazonaws.com', rule.attrArn)
}

function busOf(making: Making, name: string, source: PreparedConsumer['source']): { eventBusName?: string } {
  const bus = 'event' in source ? source.bus : undefined
  if (bus === undefined) return {}
  if (bus.startsWith('arn:')) return { eventBusName: bus }
  const { scope, stackName } = making
  const made = ownSource(making, `Bus-${bus}`, () => new EventBus(scope, `Bus-${bus}`, { eventBusName: `${stackName}-${bus}` }))
  making.sources.set(name, made)
  return { eventBusName: made.eventBusName }
}

function bucketNameOf(making: Making, name: string, given: string): string {
  if (given.startsWith('arn:')) return given.split(':').at(-1)!
  const bucket = ownSource(making, `Bucket-${given}`, () => makeBucket(making.scope, given))
  making.sources.set(name, bucket)
  return bucket.bucketName
}

// Kept when the stack goes: CloudFormation deletes no bucket with objects, and these are the users'.
function makeBucket(scope: Construct, name: string): Bucket {
  const bucket = new Bucket(scope, `Bucket-${name}`, { encryption: BucketEncryption.S3_MANAGED, enforceSSL: true, minimumTLSVersion: 1.2, blockPublicAccess: BlockPublicAccess.BLOCK_ALL, objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED, removalPolicy: RemovalPolicy.RETAIN })
  // Beside the CDK's way, which is a function that asks for it once more.
  ;(bucket.node.defaultChild as CfnBucket).notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } }
  Validations.of(bucket).acknowledge(
    { id: 'AwsSolutions::AwsSolutions-S1', reason: 'CloudTrail can tell its calls; a log of accesses would need a bucket of its own.' },
    { id: 'Serverless::Serverless-S3BucketVersioning', reason: 'Whether objects have versions is for whoever writes them: service.sourceOf gives the bucket.' },
  )
  return bucket
}

// Several consumers may have one source.
function ownSource<Made extends MadeSource>({ scope }: Making, id: string, make: () => Made): Made {
  return (scope.node.tryFindChild(id) as Made | undefined) ?? make()
}

// By the ARN of what sends, in which its account stands: nobody else's topic or rule reaches the queue.
function admit(queue: Queue, service: string, arn: string): void {
  queue.addToResourcePolicy(new PolicyStatement({ principals: [new ServicePrincipal(service)], actions: ['sqs:SendMessage'], resources: [queue.queueArn], conditions: { ArnEquals: { 'aws:SourceArn': arn } } }))
}

// Of SQS.
const longestName = 80

function checkNames({ stackName, consumers }: ConsumersProps): void {
  const faults = consumers.flatMap((consumer) => {
    const { dead } = consumerQueues(stackName, consumer)
    return dead.length <= longestName ? [] : [{ code: 'consumer-invalid', file: '', pointer: `defineConsumer(${consumer.name})`, message: `the queue ${dead} has a name of more than ${longestName} characters`, hint: 'give the consumer a shorter name' }]
  })
  if (faults.length > 0) throw new UsageError(faults)
}
