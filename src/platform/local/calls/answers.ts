// Answers of the calls that dynalite lacks, in the form of DynamoDB: JSON 1.0, errors by their type.
import type { DynamoAnswer } from '../call-dynamo.ts'

/** What a call is refused with; dynalite's own refusals have the same two properties. */
export interface Refusal extends Error {
  statusCode: number
  body: Record<string, unknown>
}

const service = 'com.amazonaws.dynamodb.v20120810'

/** A refusal of DynamoDB by its name, for example `TransactionCanceledException`. */
export function refusal(name: string, message: string, more: Record<string, unknown> = {}): Refusal {
  return Object.assign(new Error(message), { statusCode: 400, body: { __type: `${service}#${name}`, ...more, message } })
}

/** Input that DynamoDB does not take. */
export function invalid(message: string): Refusal {
  return Object.assign(new Error(message), { statusCode: 400, body: { __type: 'com.amazon.coral.validate#ValidationException', message } })
}

export function isRefusal(failure: unknown): failure is Refusal {
  return failure instanceof Error && typeof (failure as Partial<Refusal>).statusCode === 'number' && typeof (failure as Partial<Refusal>).body === 'object'
}

/** The name of a refusal without what stands before it. */
export function nameOf({ body }: Refusal): string {
  return String(body['__type']).replace(/^.*#/, '')
}

/** The answer of a call, whether it was done, refused or failed. */
export async function toAnswer(result: Promise<object>): Promise<DynamoAnswer> {
  try {
    return { status: 200, text: JSON.stringify(await result) }
  } catch (failure) {
    if (isRefusal(failure)) return { status: failure.statusCode, text: JSON.stringify(failure.body) }
    const message = failure instanceof Error ? failure.message : String(failure)
    return { status: 500, text: JSON.stringify({ __type: `${service}#InternalServerError`, message }) }
  }
}

/** The input of a call. */
export function fromBody(body: string | Buffer): Record<string, unknown> {
  const refused = (): Refusal => Object.assign(new Error('no JSON object'), { statusCode: 400, body: { __type: 'com.amazon.coral.service#SerializationException' } })
  let input: unknown
  try {
    input = JSON.parse(body.toString())
  } catch {
    throw refused()
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw refused()
  return input as Record<string, unknown>
}
