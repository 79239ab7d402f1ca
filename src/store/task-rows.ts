// Tasks as rows: one item is the truth about each; beside it lie its input, a row that says when somebody must look at it, and one by which it is listed.
import type { Database } from '../persist/index.ts'
import { claim, claimed } from './claim-rows.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'

export type TaskStatus = 'scheduled' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** Who fired a task, as its runs are told: everything but the token. */
export interface TaskIdentity {
  id: string
  issuer: string
  claims: Record<string, unknown>
  /** They came with a token, so that one can be made for calls on their behalf. */
  hadToken?: true
}

/** What went wrong, as a caller would be told. */
export interface TaskError {
  status: number
  error: string
  error_description: string
  error_id?: string
  /** The whole answer as a caller may read it, of operations that run as tasks. */
  told?: Record<string, unknown>
}

/** A task as it stands; all times are epoch milliseconds. */
export interface TaskState {
  id: string
  /** Of its definition. */
  name: string
  status: TaskStatus
  /** Runs that failed. */
  attempt: number
  /** Runs that may fail. */
  attempts: number
  created: number
  updated: number
  /** It does not run before. */
  runAt: number
  /** When somebody has to look at it; absent where nobody has to. */
  lookAt?: number
  /** How often it was looked at in vain. */
  looks: number
  /** Number of the last lease; every run has one of its own. */
  lease: number
  leaseUntil?: number
  /** The queue that holds its message, and since when. */
  sentTo?: string
  sentAt?: number
  /** What it waits for although it is due. */
  waits?: 'slot' | 'version' | 'resume'
  key?: string
  /** 0 to 1. */
  progress?: number
  /** Results of the steps that are done. */
  steps?: Record<string, unknown>
  result?: unknown
  error?: TaskError
  callId: string
  callPath: string
  /** The operation or task that fired it. */
  firedBy: string
  identity?: TaskIdentity
  /** Of operations that run as tasks: what stands for whoever may see it. */
  owner?: string
  /** Of a schedule: the time for which the tick was planned. */
  tick?: number
  /** What fired it may come again; then it is the same task, and so are those that it fires itself. */
  once?: true
  /** The deployed version that fired it. */
  version: string
}

/** A task as it was read, with the mark of its writing. */
export interface StoredTask {
  state: TaskState
  revision: number
}

/** How many partitions rows of one time are spread over. */
export const taskShards = 16

const minuteMs = 60_000
const daySeconds = 86_400

/** Rows of tasks that are not fired yet. */
export interface NewTask {
  state: TaskState
  /** As JSON. */
  input: string
}

/** Accepts tasks, and gives them: when this resolves all their rows are written, else none of them may count as fired. */
export async function putTasks(database: Database, tasks: readonly NewTask[]): Promise<readonly NewTask[]> {
  await putTaskRows(database, tasks, rowsOf)
  return tasks
}

/** Writes some rows of tasks; before them, that their minutes and days have any. */
export async function putTaskRows(database: Database, tasks: readonly NewTask[], rows: (task: NewTask) => Item[]): Promise<void> {
  for (const { state } of tasks) if (state.lookAt !== undefined) await markMinute(database, state.lookAt)
  for (const day of new Set(tasks.map(({ state }) => isoDay(state.created)))) await markDay(database, day)
  // A batch takes 25 rows.
  const batches = Array.from({ length: Math.ceil(tasks.length / 6) }, (_, index) => tasks.slice(index * 6, index * 6 + 6).flatMap(rows))
  for (let first = 0; first < batches.length; first += 8) await Promise.all(batches.slice(first, first + 8).map((batch) => putRows(database, batch)))
}

/** All rows of a task; the first is the truth about it. */
export function rowsOf({ state, input }: NewTask): Item[] {
  const listed = Math.ceil(Math.max(state.created, state.runAt) / 1000) + 100 * daySeconds
  return [
    { ...taskKey(state.id), state: { S: JSON.stringify(state) }, revision: { N: '1' } },
    { ...taskKey(state.id, 'input'), input: { S: input } },
    ...(state.lookAt === undefined ? [] : [dueItem(state.id, state.lookAt)]),
    { pk: { S: `tasks#${isoDay(state.created)}#${taskShard(state.id)}` }, sk: { S: `${iso(state.created)}#${state.id}` }, name: { S: state.name }, expires: { N: String(listed) } },
  ]
}

async function putRows(database: Database, rows: Item[]): Promise<void> {
  let left = rows.map((Item) => ({ PutRequest: { Item } }))
  for (let round = 0; left.length > 0; round += 1) {
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** round, 2000)))
    if (round > 6) throw new Error('DynamoDB did not take all rows of a task')
    const { UnprocessedItems } = await database.run('BatchWriteItem', { RequestItems: { [table(database)]: left } } as never)
    left = (UnprocessedItems?.[table(database)] ?? []) as typeof left
  }
}

/** Reads a task, with its input where that is still kept; undefined where there is none. */
export async function readTask(database: Database, id: string): Promise<(StoredTask & { input: string | undefined }) | undefined> {
  const { Items = [] } = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': taskKey(id).pk }, ConsistentRead: true } as never)
  const kept = (Items as Item[]).filter((item) => item['expires']?.N === undefined || Number(item['expires'].N) * 1000 > database.now())
  const item = kept.find(({ sk }) => sk?.S === 'task')
  if (item === undefined) return undefined
  return { state: JSON.parse(item['state']!.S!) as TaskState, revision: Number(item['revision']!.N), input: kept.find(({ sk }) => sk?.S === 'input')?.['input']?.S }
}

/** The mark of a task alone, as cheap as can be. */
export async function readTaskState(database: Database, id: string): Promise<StoredTask | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: taskKey(id), ConsistentRead: true } as never)
  const item = Item as Item | undefined
  return item === undefined || Number(item['expires']?.N ?? Infinity) * 1000 <= database.now() ? undefined : { state: JSON.parse(item['state']!.S!) as TaskState, revision: Number(item['revision']!.N) }
}

/**
 * Writes a task in place of what was read. Its row of due tasks is there before it is needed, and goes after.
 * @param expires epoch seconds from which the item may go
 * @returns what is stored now; undefined where somebody else has written meanwhile
 */
export async function replaceTask(database: Database, seen: StoredTask, { state: next, expires }: { state: TaskState; expires?: number | undefined }): Promise<StoredTask | undefined> {
  const [before, after] = [seen.state.lookAt, next.lookAt]
  const moves = before !== after
  if (moves && after !== undefined) await markMinute(database, after)
  if (moves && after !== undefined) await database.run('PutItem', { TableName: table(database), Item: dueItem(next.id, after) } as never)
  const [revision, mark] = [seen.revision + 1, globalThis.crypto.randomUUID()]
  const isWritten = await isDone(database.run('UpdateItem', {
    TableName: table(database),
    Key: taskKey(next.id),
    UpdateExpression: `SET #state = :state, revision = :next, mark = :mark${expires === undefined ? ' REMOVE expires' : ', expires = :expires'}`,
    ConditionExpression: 'revision = :seen',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':state': { S: JSON.stringify(next) }, ':next': { N: String(revision) }, ':mark': { S: mark }, ':seen': { N: String(seen.revision) }, ...(expires === undefined ? {} : { ':expires': { N: String(expires) } }) },
  } as never)) || (await hasMark(database, next.id, mark))
  if (isWritten && moves && before !== undefined) await dropDue(database, { id: next.id, lookAt: before })
  return isWritten ? { state: next, revision } : undefined
}

// An answer that was lost makes the client write again, and the condition then fails by its own first write.
async function hasMark(database: Database, id: string, mark: string): Promise<boolean> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: taskKey(id), ConsistentRead: true } as never)
  return (Item as Item | undefined)?.['mark']?.S === mark
}

/** Lets the input of a task go at a time (epoch seconds), or keeps it without an end. */
export async function expireInput(database: Database, id: string, expires: number | undefined): Promise<void> {
  const change = expires === undefined ? { UpdateExpression: 'REMOVE expires' } : { UpdateExpression: 'SET expires = :expires', ExpressionAttributeValues: { ':expires': { N: String(expires) } } }
  await isDone(database.run('UpdateItem', { TableName: table(database), Key: taskKey(id, 'input'), ConditionExpression: 'attribute_exists(pk)', ...change } as never))
}

// The minutes of which this process knows that they are marked.
const marked = new WeakMap<Database, Set<string>>()
const minutes = 'task-minutes'

// Marked before its first row is written, so that minutes without rows are not looked through. Costs a process one write a minute, not one a task.
async function markMinute(database: Database, time: number): Promise<void> {
  const minute = iso(time).slice(0, 16)
  const known = marked.get(database) ?? new Set()
  marked.set(database, known)
  if (known.has(minute)) return
  await claim(database, { kind: minutes, name: minute }, Math.ceil(time / 1000) + 40 * daySeconds)
  if (known.size > 1000) known.clear()
  known.add(minute)
}

const days = 'task-days'

// So that whoever goes over tasks of long ago need not look through days without any. Costs a process one write a day.
async function markDay(database: Database, day: string): Promise<void> {
  const known = marked.get(database) ?? new Set()
  marked.set(database, known)
  if (known.has(day)) return
  await claim(database, { kind: days, name: day }, Math.ceil(Date.parse(day) / 1000) + 470 * daySeconds)
  known.add(day)
}

/** The starts of days (epoch milliseconds) on which tasks were fired, between two times. */
export async function taskDays(database: Database, { from, to }: { from: number; to: number }): Promise<number[]> {
  return [...await claimed(database, days, { from: isoDay(Math.max(0, from)), to: isoDay(to) })].map((day) => Date.parse(day)).sort((left, right) => left - right)
}

/** The starts of minutes (epoch milliseconds) in which somebody may have to look at tasks, between two times. */
export async function dueMinutes(database: Database, { from, to }: { from: number; to: number }): Promise<number[]> {
  const names = await claimed(database, minutes, { from: iso(from).slice(0, 16), to: iso(to).slice(0, 16) })
  return [...names].map((name) => Date.parse(`${name}:00.000Z`)).sort((left, right) => left - right)
}

/** A task that somebody has to look at. */
export interface DueTask {
  id: string
  lookAt: number
}

/** Tasks of a minute (epoch milliseconds of its start) and shard that have to be looked at by a time, the oldest first. */
export async function dueTasks(database: Database, { minute, shard, until, limit }: { minute: number; shard: number; until: number; limit: number }): Promise<DueTask[]> {
  const { Items = [] } = await database.run('Query', {
    TableName: table(database),
    KeyConditionExpression: 'pk = :pk AND sk <= :until',
    ExpressionAttributeValues: { ':pk': { S: duePartition(minute, shard) }, ':until': { S: `${iso(until)}~` } },
    ConsistentRead: true,
    Limit: limit,
  } as never)
  return (Items as Item[]).map(({ sk }) => ({ id: sk!.S!.slice(25), lookAt: Date.parse(sk!.S!.slice(0, 24)) }))
}

/** Takes a row of due tasks away. */
export async function dropDue(database: Database, { id, lookAt }: DueTask): Promise<void> {
  const { pk, sk } = dueItem(id, lookAt)
  await database.run('DeleteItem', { TableName: table(database), Key: { pk, sk } } as never)
}

/** The shard of an id. */
export function taskShard(id: string): number {
  let hash = 11
  for (let index = 0; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) % 65_521
  return hash % taskShards
}

export type Item = Record<string, { S?: string; N?: string }>

function taskKey(id: string, part: 'task' | 'input' = 'task'): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `task#${id}` }, sk: { S: part } }
}

function dueItem(id: string, lookAt: number): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: duePartition(lookAt, taskShard(id)) }, sk: { S: `${iso(lookAt)}#${id}` } }
}

function duePartition(time: number, shard: number): string {
  return `due#${iso(Math.floor(time / minuteMs) * minuteMs).slice(0, 16)}#${shard}`
}

/** A key as it stands in rows: of any length, and nobody reads it there. */
export function hashOf(key: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(key).digest('base64url')
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

function isoDay(time: number): string {
  return iso(time).slice(0, 10)
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
