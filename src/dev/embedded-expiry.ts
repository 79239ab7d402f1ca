// The TTL of the tables of the embedded DynamoDB, as the definitions say it; in AWS the stack sets it.
import { UsageError } from '../errors/index.ts'
import type { PersistSpec } from '../openapi/index.ts'
import type { LocalDynamo } from '../platform/local/index.ts'

/** Makes the items of each table end by the property that its definition names, or not at all. */
export async function ensureExpiry(dynamo: Pick<LocalDynamo, 'call'>, definitions: readonly PersistSpec[], prefix: string): Promise<void> {
  for (const { table, ttl } of definitions) {
    const TableName = `${prefix}${table}`
    const { TimeToLiveDescription } = (await call(dynamo, 'DescribeTimeToLive', { TableName })) as { TimeToLiveDescription: { AttributeName?: string } }
    const present = TimeToLiveDescription.AttributeName
    if (present === ttl) continue
    if (present !== undefined) await call(dynamo, 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName: present, Enabled: false } })
    if (ttl !== undefined) await call(dynamo, 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName: ttl, Enabled: true } })
  }
}

async function call(dynamo: Pick<LocalDynamo, 'call'>, operation: string, input: { TableName: string; TimeToLiveSpecification?: object }): Promise<unknown> {
  const { status, text } = await dynamo.call(operation, JSON.stringify(input))
  const answer = JSON.parse(text) as { message?: string }
  if (status !== 200) throw new UsageError({ code: 'table-ttl', file: '', message: `the end of items of the table ${input.TableName} could not be set: ${answer.message ?? text}`, hint: 'let ttl in x-persist name a property that is no part of the key' })
  return answer
}
