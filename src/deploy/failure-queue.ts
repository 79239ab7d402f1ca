// The queue of what ingest has failed on, in the account of a stage.
import type { Config } from '../config/index.ts'
import { UsageError } from '../errors/index.ts'
import { awsAccess, reachAws } from './aws-access.ts'

/** A message that is this command's for a while. */
export interface QueuedFailure {
  id: string
  body: string
  remove(): Promise<void>
}

export interface OpenedFailureQueue {
  receive(): Promise<QueuedFailure[]>
  close(): void
}

/** Name of the queue of a stage. */
export function failureQueueName({ name, stage }: Pick<Config, 'name' | 'stage'>): string {
  return `${name}-${stage}-ingest-failures`
}

/** Opens the queue of a stage. Rejects with a UsageError where there is none, or the account is not reached. */
export async function openFailureQueue(config: Config): Promise<OpenedFailureQueue> {
  const { SQSClient, GetQueueUrlCommand, ReceiveMessageCommand, DeleteMessageCommand } = await import('@aws-sdk/client-sqs')
  const client = new SQSClient(awsAccess(config))
  const name = failureQueueName(config)
  const found = reachAws(client, `find the queue ${name}`, () => client.send(new GetQueueUrlCommand({ QueueName: name })))
  const { QueueUrl } = await found.catch((error: unknown) => {
    client.destroy()
    if (!/NonExistentQueue|QueueDoesNotExist/.test(String((error as { name?: unknown } | null)?.name))) throw error
    throw new UsageError({ code: 'queue-missing', file: '', message: `there is no queue ${name} in this account and region`, hint: 'deploy the stage first, or choose its account by AWS_PROFILE and its region by aws_default_region' })
  })
  return {
    async receive() {
      const { Messages = [] } = await reachAws(client, `read the queue ${name}`, () => client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 300 })))
      return Messages.map(({ MessageId = '', Body = '', ReceiptHandle }) => ({
        id: MessageId,
        body: Body,
        remove: async () => void (await reachAws(client, `delete from the queue ${name}`, () => client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })))),
      }))
    },
    close: () => client.destroy(),
  }
}
