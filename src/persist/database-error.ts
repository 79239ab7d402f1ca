// What a call of DynamoDB failed with, and why.
import { messageOf } from '../errors/index.ts'
import type { DatabaseCalls } from './database-calls.ts'

/** A call that DynamoDB refused or did not answer; `cause` is the SDK's error and `reason` its name. */
export interface DatabaseError extends Error {
  readonly reason: string
}

/** Whether a call failed for the named reason, for example `ConditionalCheckFailedException`. */
export function failedBecause(failure: unknown, reason: string): boolean {
  return failure instanceof Error && (failure as Partial<DatabaseError>).reason === reason
}

/** The error of a call that failed; the name of `failure` becomes its reason. */
export function toDatabaseError(failure: unknown, name: keyof DatabaseCalls, input: object): DatabaseError {
  const reason = failure instanceof Error ? failure.name : 'Error'
  const error = new Error(`DynamoDB did not do ${name}${name === 'ListTables' ? '' : ` on table ${tableOf(input)}`}: ${reason}: ${messageOf(failure)}`, { cause: failure })
  return Object.assign(error, { name: 'DatabaseError', reason })
}

function tableOf(input: object): string {
  if ('RequestItems' in input) return Object.keys(input.RequestItems as object).join(', ')
  if (!('TransactItems' in input)) return String((input as { TableName?: unknown }).TableName)
  return [...new Set((input.TransactItems as Record<string, { TableName: string }>[]).flatMap((action) => Object.values(action).map(({ TableName }) => TableName)))].join(', ')
}
