// Calls the embedded DynamoDB without a socket: for who lives in the thread that it runs in.
import { EventEmitter } from 'node:events'
import type { RequestListener } from 'node:http'

/** What the embedded DynamoDB said: the JSON of an answer or of an error. */
export interface DynamoAnswer {
  status: number
  text: string
}

const headers = {
  'content-type': 'application/x-amz-json-1.0',
  // Behind its door it looks at their form only.
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=local, Signature=local',
  'x-amz-date': '20200101T000000Z',
}

/** What answers calls: dynalite, and what is answered beside it. */
export interface DynamoInside {
  handler: RequestListener
  own(target: string, body: string): Promise<DynamoAnswer> | undefined
}

/** Makes one call, for example `PutItem`, with the JSON that it takes over the network. */
export function callDynamo({ handler, own }: DynamoInside, operation: string, json: string): Promise<DynamoAnswer> {
  const target = `${operation.includes('.') ? '' : 'DynamoDB_20120810.'}${operation}`
  const answered = own(target, json)
  if (answered !== undefined) return answered
  return new Promise((resolve) => {
    const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers: { ...headers, 'x-amz-target': target } })
    const response = { statusCode: 200, contentType: '', setHeader: () => undefined, end: (text: string = '') => resolve({ status: response.statusCode, text }) }
    handler(request as never, response as never)
    request.emit('data', json)
    request.emit('end')
  })
}
