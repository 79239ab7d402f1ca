// Tasks in lists: by the time at which they were fired, the newest first; and the names of those that are paused.
import type { Database } from '../persist/index.ts'
import { claim, claimed, unclaim } from './claim-rows.ts'
import { storeDefinition } from './definition.ts'
import { type Item, taskShards } from './task-rows.ts'

/** A task as a list has it: its item says how it stands. */
export interface ListedTask {
  id: string
  name: string
  /** Epoch milliseconds. */
  created: number
}

const dayMs = 86_400_000

/** Tasks that were fired between two times (epoch milliseconds), the newest first. */
export async function* listedTasks(database: Database, { from, to }: { from: number; to: number }): AsyncGenerator<ListedTask> {
  for (let day = Math.floor(to / dayMs) * dayMs; day + dayMs > from; day -= dayMs) {
    const sources = Array.from({ length: taskShards }, (_, shard) => rowsOf(database, { partition: `tasks#${new Date(day).toISOString().slice(0, 10)}#${shard}`, from, to }))
    const heads = await Promise.all(sources.map((source) => source.next()))
    for (;;) {
      const newest = heads.reduce((best, head, index) => (head.done !== true && (best < 0 || head.value.created > (heads[best]!.value as ListedTask).created) ? index : best), -1)
      if (newest < 0) break
      yield heads[newest]!.value as ListedTask
      heads[newest] = await sources[newest]!.next()
    }
  }
}

async function* rowsOf(database: Database, { partition, from, to }: { partition: string; from: number; to: number }): AsyncGenerator<ListedTask> {
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', {
      TableName: `${database.prefix}${storeDefinition.table}`,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': { S: partition }, ':from': { S: new Date(from).toISOString() }, ':to': { S: `${new Date(to).toISOString()}~` } },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: 100,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    } as never)
    for (const { sk, name } of (page.Items ?? []) as Item[]) yield { id: sk!.S!.slice(25), name: name!.S!, created: Date.parse(sk!.S!.slice(0, 24)) }
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
}

const paused = 'task-paused'

/** Lets no run of a task begin; those under way go on. */
export async function pauseTask(database: Database, name: string): Promise<boolean> {
  return await claim(database, { kind: paused, name }, Math.ceil(database.now() / 1000) + 3650 * 86_400)
}

export async function resumeTask(database: Database, name: string): Promise<void> {
  await unclaim(database, { kind: paused, name })
}

/** The names of tasks of which no run may begin. */
export async function pausedTasks(database: Database): Promise<ReadonlySet<string>> {
  return await claimed(database, paused, { from: ' ', to: '~' })
}
