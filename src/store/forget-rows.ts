// What is to be forgotten: orders that hold for everything that is stored later too, as long as lines may come again.
import type { Database } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'

/** An order to forget requests. Times are epoch milliseconds. */
export interface ForgetOrder {
  id: string
  /** What is meant, as JSON. */
  filter: string
  from: number
  to: number
  asked: number
  /** Whether what was on its way when it was given has been looked for too. */
  isDone: boolean
  /** Of archived requests: from when on they are meant, and how far the look at what was on its way has come: after the rows of the table, and up to this part. */
  archiveFrom?: number
  archive?: { after?: string }
}

/** Lines come again for two days at most: redelivered, or from the queue of failures. */
export const forgetDays = 3

/** Writes an order, in place of what was known of it. */
export async function putForgetOrder(database: Database, { id, isDone, ...order }: ForgetOrder): Promise<void> {
  await database.run('PutItem', { TableName: table(database), Item: { pk: { S: partition }, sk: { S: id }, order: { S: JSON.stringify({ ...order, isDone }) }, expires: { N: String(Math.ceil(order.asked / 1000) + forgetDays * 86_400) } } })
}

/** The orders that hold. */
export async function forgetOrders(database: Database): Promise<ForgetOrder[]> {
  const orders: ForgetOrder[] = []
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: partition } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
    for (const item of page.Items ?? []) if (Number(item['expires']!.N) > database.now() / 1000) orders.push({ id: item['sk']!.S!, ...(JSON.parse(item['order']!.S!) as Omit<ForgetOrder, 'id'>) })
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
  return orders
}

const partition = 'forget'

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
