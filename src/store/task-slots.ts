// Slots of tasks: how many runs of a group may be under way, and who waits for one. A slot is one item, taken for as long as a lease.
import type { Database } from '../persist/index.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'
import type { Item } from './task-rows.ts'

/** A group of runs of which so many at most are under way. */
export interface SlotGroup {
  name: string
  size: number
}

/** Takes a slot until a time (epoch milliseconds); undefined where none is free. `holder` is the run: nobody else has its name. */
export async function takeSlot(database: Database, group: SlotGroup, { holder, until }: { holder: string; until: number }): Promise<number | undefined> {
  // Begun at a place of the holder's own, so that many who come at once do not all ask for the first.
  const first = placeOf(holder, group.size)
  for (let step = 0; step < group.size; step += 1) {
    const slot = (first + step) % group.size
    const isTaken = await isDone(database.run('PutItem', {
      TableName: table(database),
      Item: { ...slotKey(group, slot), holder: { S: holder }, until: { N: String(until) }, expires: { N: String(Math.ceil(until / 1000) + 86_400) } },
      ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now OR holder = :holder',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':now': { N: String(database.now()) }, ':holder': { S: holder } },
    } as never))
    if (isTaken) return slot
  }
  return undefined
}

/** Keeps a slot for longer; false where somebody else has it. */
export async function keepSlot(database: Database, group: SlotGroup, { slot, holder, until }: { slot: number; holder: string; until: number }): Promise<boolean> {
  return await isDone(database.run('UpdateItem', { TableName: table(database), Key: slotKey(group, slot), UpdateExpression: 'SET #until = :until', ConditionExpression: 'holder = :holder', ExpressionAttributeNames: { '#until': 'until' }, ExpressionAttributeValues: { ':until': { N: String(until) }, ':holder': { S: holder } } } as never))
}

/** Gives a slot back. */
export async function freeSlot(database: Database, group: SlotGroup, { slot, holder }: { slot: number; holder: string }): Promise<void> {
  await isDone(database.run('DeleteItem', { TableName: table(database), Key: slotKey(group, slot), ConditionExpression: 'holder = :holder', ExpressionAttributeValues: { ':holder': { S: holder } } } as never))
}

/** Notes that a task waits for a slot; whoever was fired first is woken first. */
export async function addWaiter(database: Database, group: SlotGroup, { id, created }: { id: string; created: number }): Promise<void> {
  await database.run('PutItem', { TableName: table(database), Item: { ...waiterKey(group, { id, created }), expires: { N: String(Math.ceil(database.now() / 1000) + 30 * 86_400) } } } as never)
}

export async function dropWaiter(database: Database, group: SlotGroup, waiter: { id: string; created: number }): Promise<boolean> {
  return await isDone(database.run('DeleteItem', { TableName: table(database), Key: waiterKey(group, waiter), ConditionExpression: 'attribute_exists(pk)' } as never))
}

/** Takes the next task that waits for a slot of the group; each is given to one asker only. */
export async function nextWaiter(database: Database, group: SlotGroup): Promise<string | undefined> {
  for (;;) {
    const { Items = [] } = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: `taskwait#${group.name}` } }, ConsistentRead: true, Limit: 1 } as never)
    const sort = (Items[0] as Item | undefined)?.['sk']?.S
    if (sort === undefined) return undefined
    const waiter = { id: sort.slice(25), created: Date.parse(sort.slice(0, 24)) }
    if (await dropWaiter(database, group, waiter)) return waiter.id
  }
}

function slotKey({ name }: SlotGroup, slot: number): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `taskslot#${name}` }, sk: { S: String(slot) } }
}

function waiterKey({ name }: SlotGroup, { id, created }: { id: string; created: number }): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `taskwait#${name}` }, sk: { S: `${new Date(created).toISOString()}#${id}` } }
}

function placeOf(holder: string, size: number): number {
  let hash = 3
  for (let index = 0; index < holder.length; index++) hash = (hash * 31 + holder.charCodeAt(index)) % 65_521
  return hash % size
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
