// Tasks that are accepted once: by an id that is the same whenever they are fired again, or by a key and its window.
import type { Database } from '../persist/index.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'
import { hashOf, type Item, type NewTask, putTaskRows, readTaskState, rowsOf } from './task-rows.ts'

/** Accepts those that are not there yet, and gives them. `isRepeated`: some may be there. */
export async function putTasksOnce(database: Database, tasks: readonly NewTask[], { isRepeated }: { isRepeated: boolean }): Promise<NewTask[]> {
  const there = isRepeated ? await inTens(tasks, async ({ state }) => (await readTaskState(database, state.id)) !== undefined) : []
  const missing = tasks.filter((_, index) => there[index] !== true)
  // The truth comes last and under a condition: rows beside it mean nothing without it, and are swept away.
  await putTaskRows(database, missing, (task) => rowsOf(task).slice(1))
  const isNew = await inTens(missing, (task) => isDone(database.run('PutItem', { TableName: table(database), Item: rowsOf(task)[0]!, ConditionExpression: 'attribute_not_exists(pk)' } as never)))
  return missing.filter((_, index) => isNew[index])
}

async function inTens<Each, Result>(items: readonly Each[], step: (item: Each) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (let first = 0; first < items.length; first += 10) results.push(...(await Promise.all(items.slice(first, first + 10).map(step))))
  return results
}

const minuteMs = 60_000

/** Claims a key of a task for a window. Gives the id of the task that has it: the given one where it is new. */
export async function claimTaskKey(database: Database, { name, key, id, until }: { name: string; key: string; id: string; until: number }): Promise<string> {
  const Key = { pk: { S: `taskonce#${name}` }, sk: { S: hashOf(key) } }
  for (let round = 0; round < 5; round += 1) {
    const Item = { ...Key, task: { S: id }, until: { N: String(until) }, made: { N: String(database.now()) }, expires: { N: String(Math.ceil(until / 1000)) } }
    const values = { ':now': { N: String(database.now()) } }
    if (await isDone(database.run('PutItem', { TableName: table(database), Item, ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now', ExpressionAttributeNames: { '#until': 'until' }, ExpressionAttributeValues: values } as never))) return id
    const { Item: there } = await database.run('GetItem', { TableName: table(database), Key, ConsistentRead: true } as never)
    const holder = (there as Item | undefined)?.['task']?.S
    if (holder === undefined) continue
    // Whoever claimed it may have ended before the task was accepted.
    const isYoung = database.now() - Number((there as Item)['made']?.N) < minuteMs
    if (isYoung || (await readTaskState(database, holder)) !== undefined) return holder
    await isDone(database.run('DeleteItem', { TableName: table(database), Key, ConditionExpression: 'task = :holder', ExpressionAttributeValues: { ':holder': { S: holder } } } as never))
  }
  throw new Error(`The key of a task ${name} could not be claimed: others claim it all the time`)
}

/** Whether a key is claimed. */
export async function hasTaskKey(database: Database, { name, key }: { name: string; key: string }): Promise<boolean> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: { pk: { S: `taskonce#${name}` }, sk: { S: hashOf(key) } }, ConsistentRead: true } as never)
  return Item !== undefined
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
