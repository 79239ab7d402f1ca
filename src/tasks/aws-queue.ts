// The queue of tasks in AWS: SQS, sent to by the slim client that functions have.
import { type AwsCall, taskMessageSeconds } from '../platform/aws/index.ts'
import type { TaskMessage, TaskQueue } from './queue.ts'

export interface AwsTaskQueueOptions {
  /** Address of the queue; what stands behind its last slash is its name. */
  url: string
  /** Calls SQS. */
  call: AwsCall
  /** Address of the queue of a candidate, beside the one of what is live. */
  candidateUrl?: string
}

const hourMs = 3_600_000
// What SQS delays a message by, at most.
const longestDelaySeconds = 900
// Messages of one call.
const mostMessages = 10

/** Opens it; nothing is called before the first message. */
export function awsTaskQueue({ url, call, candidateUrl }: AwsTaskQueueOptions): TaskQueue {
  return {
    name: queueName(url),
    longestDelayMs: longestDelaySeconds * 1000,
    retentionMs: taskMessageSeconds * 1000,
    longestPauseMs: hourMs,
    // Tries of a candidate take minutes; what it has not run by then was left behind by it.
    ...(candidateUrl === undefined ? {} : { beside: { name: queueName(candidateUrl), heldMs: hourMs } }),
    async send(messages) {
      for (let first = 0; first < messages.length; first += mostMessages) await sendBatch({ url, call }, messages.slice(first, first + mostMessages))
    },
  }
}

/** The name of a queue by its address or ARN. */
export function queueName(place: string): string {
  return place.split(/[/:]/).at(-1)!
}

async function sendBatch({ url, call }: Pick<AwsTaskQueueOptions, 'url' | 'call'>, messages: readonly TaskMessage[]): Promise<void> {
  // Rounded up: a message that comes too early would only be sent once more.
  const Entries = messages.map(({ id, delayMs }, index) => ({ Id: String(index), MessageBody: id, DelaySeconds: Math.min(Math.ceil(Math.max(0, delayMs) / 1000), longestDelaySeconds) }))
  const { Failed = [] } = (await call('AmazonSQS.SendMessageBatch', { QueueUrl: url, Entries })) as { Failed?: { Code?: string }[] }
  if (Failed.length > 0) throw new Error(`SQS did not take ${Failed.length} of ${messages.length} messages (${Failed[0]!.Code})`)
}
