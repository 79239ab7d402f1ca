// The topic that alarms go to: its own, or one that is given; in both, CloudWatch may publish.
import { ArnFormat, Stack, Validations } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnTopic, type ITopic, Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import { UsageError } from '../errors/index.ts'

/** A topic for the alarms of a stage, with an address as its subscriber. */
export function makeAlarmTopic(scope: Construct, { name, email }: { name: string; email?: string }): Topic {
  const topic = new Topic(scope, 'Topic', { displayName: `Alarms of ${name}`, enforceSSL: true })
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email))
  Validations.of(topic).acknowledge({ id: 'Serverless::Serverless-SNSRedrivePolicy', reason: 'An alarm that an address does not take stays visible in CloudWatch.' })
  return topic
}

/**
 * Lets the alarms whose names begin with `<name>-` publish to a topic and use its key. A topic or key that is only imported is left as it is.
 * Throws where CloudWatch can never publish.
 */
export function admitAlarms(scope: Construct, topic: ITopic, name: string): void {
  if (hasManagedKey(topic)) throw new UsageError({ code: 'alarm-topic', file: '', message: `The alarmTopic ${topic.node.path} is encrypted with alias/aws/sns, a key that CloudWatch may not use: no alarm would reach anybody`, hint: 'give it a key of your own (masterKey: new Key(…)), or none' })
  const conditions = conditionsOf(scope, name)
  // A topic may serve several services, and AWS takes each name of a statement once in a policy.
  const sid = `Alarms${name.replace(/[^A-Za-z\d]/g, '')}`
  const principals = [new ServicePrincipal('cloudwatch.amazonaws.com')]
  // A policy of its own, if only one that refuses, takes the place of the policy that a topic has by default.
  topic.addToResourcePolicy(new PolicyStatement({ sid, principals, actions: ['sns:Publish'], resources: [topic.topicArn], conditions }))
  topic.masterKey?.addToResourcePolicy(new PolicyStatement({ sid, principals, actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'], conditions }), true)
}

function conditionsOf(scope: Construct, name: string): Record<string, Record<string, string>> {
  const stack = Stack.of(scope)
  const alarms = stack.formatArn({ service: 'cloudwatch', resource: 'alarm', resourceName: `${name}-*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME })
  return { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': alarms } }
}

function hasManagedKey(topic: ITopic): boolean {
  const made = topic.node.defaultChild
  const keys = [topic.masterKey?.keyArn, made instanceof CfnTopic ? made.kmsMasterKeyId : undefined]
  return JSON.stringify(Stack.of(topic).resolve(keys)).includes('alias/aws/sns')
}
