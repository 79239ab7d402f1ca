// An SQS server on loopback, and what Lambda does with its queues: hands messages to a function, and deletes those that it has handled.
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSqsServer } from 'local-aws-sqs'
import { type AwsCall, AwsFailure, awsJsonClient } from '../../src/platform/aws/index.ts'

export interface SqsServer {
  call: AwsCall
  endpoint: string
  /** Makes a queue whose messages are hidden for so many seconds once they are received; gives its address. */
  makeQueue(name: string, visibilitySeconds?: number): Promise<string>
  /** Bodies of ten messages that can be received now, at most; they stay hidden. */
  take(url: string): Promise<string[]>
  close(): Promise<void>
}

export async function startSqs(): Promise<SqsServer> {
  const server = await createSqsServer({ port: 0, hostname: '127.0.0.1' })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = awsJsonClient({ service: 'sqs', jsonVersion: '1.0', region: 'us-east-1', endpoint, credentials: () => ({ accessKeyId: 'test', secretAccessKey: 'test' }) })
  // This server says nothing where AWS says {}.
  const call: AwsCall = (target, input) => client(target, input).catch((error: unknown) => {
    if (error instanceof AwsFailure && error.code === 'Status200') return {}
    throw error
  })
  return {
    call, endpoint,
    async makeQueue(QueueName, visibilitySeconds = 30) {
      return (await call('AmazonSQS.CreateQueue', { QueueName, Attributes: { VisibilityTimeout: String(visibilitySeconds) } }))['QueueUrl'] as string
    },
    async take(QueueUrl) {
      const { Messages = [] } = (await call('AmazonSQS.ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 })) as { Messages?: { Body: string }[] }
      return Messages.map(({ Body }) => Body)
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

export interface Mapping {
  url: string
  /** Messages in hand at the same time. */
  parallel: number
  /** Handles one message; whether it is done with. */
  handle(message: { body: string; messageId: string }): Promise<boolean>
}

/** Hands messages over until it is stopped; resolves once nothing more is taken. Those in hand go on. */
export function startMapping({ call }: SqsServer, { url: QueueUrl, parallel, handle }: Mapping): { stop(): Promise<void> } {
  const state = { isOver: false, inHand: 0 }
  const handing = (async () => {
    while (!state.isOver) {
      const MaxNumberOfMessages = Math.min(10, parallel - state.inHand)
      const { Messages = [] } = MaxNumberOfMessages === 0 ? {} : ((await call('AmazonSQS.ReceiveMessage', { QueueUrl, MaxNumberOfMessages })) as { Messages?: { Body: string; MessageId: string; ReceiptHandle: string }[] })
      if (Messages.length === 0) await sleep(5)
      for (const { Body: body, MessageId: messageId, ReceiptHandle } of Messages) {
        state.inHand += 1
        void handle({ body, messageId }).catch(() => false).then((isDone) => {
          state.inHand -= 1
          return isDone ? call('AmazonSQS.DeleteMessage', { QueueUrl, ReceiptHandle }) : undefined
        }).catch(() => undefined)
      }
    }
  })()
  return {
    stop: () => {
      state.isOver = true
      return handing
    },
  }
}
