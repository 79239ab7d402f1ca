// Messages to the function that tells people, by the queue before it.
import { env } from '../config/index.ts'
import { awsJsonClient } from '../platform/aws/index.ts'
import { functionCredentials } from './credentials.ts'

/** Queues texts; rejects where one could not be queued. */
export type SendMessages = (bodies: readonly string[]) => Promise<void>

// What a queue takes in one message, with room for its own words.
const longest = 250_000

/** Sends to a queue of SQS. @param url its address */
export function messageQueue(url: string): SendMessages {
  const endpoint = env('AWS_ENDPOINT_URL')
  const call = awsJsonClient({ service: 'sqs', jsonVersion: '1.0', region: env('AWS_REGION') ?? '', credentials: functionCredentials, ...(endpoint === undefined ? {} : { endpoint }) })
  return async (bodies) => {
    for (const body of bodies) await call('AmazonSQS.SendMessage', { QueueUrl: url, MessageBody: body.length > longest ? withoutBody(body) : body })
  }
}

// A message that is too long tells of its incident all the same.
function withoutBody(text: string): string {
  const { report: _report, ...rest } = JSON.parse(text) as Record<string, unknown>
  return JSON.stringify(rest)
}
