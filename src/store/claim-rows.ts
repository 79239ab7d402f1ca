// What is done once by whoever comes first, and states that several look after: rows that change only as they were read.
import type { Database } from '../persist/index.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'

/** Claims something for good; false where somebody else has. */
export async function claim(database: Database, what: { kind: string; name: string }, expires: number): Promise<boolean> {
  return await isDone(database.run('PutItem', { TableName: table(database), Item: { ...keyOf(what), expires: { N: String(expires) } }, ConditionExpression: 'attribute_not_exists(pk)' }))
}

/** Gives a claim back. */
export async function unclaim(database: Database, what: { kind: string; name: string }): Promise<void> {
  await database.run('DeleteItem', { TableName: table(database), Key: keyOf(what) })
}

/** The names of a kind that are claimed, between two names (both included). */
export async function claimed(database: Database, kind: string, { from, to }: { from: string; to: string }): Promise<Set<string>> {
  const names = new Set<string>()
  let start: Record<string, never> | undefined
  do {
    const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to', ExpressionAttributeValues: { ':pk': keyOf({ kind, name: '' }).pk, ':from': { S: from }, ':to': { S: to } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
    for (const item of page.Items ?? []) names.add(item['sk']!.S!)
    start = page.LastEvaluatedKey as Record<string, never> | undefined
  } while (start !== undefined)
  return names
}

/** A state as JSON, with the mark of its writing. */
export interface StoredState {
  state: string
  revision: string
}

/** Reads a state; undefined where there is none. */
export async function readState(database: Database, what: { kind: string; name: string }): Promise<StoredState | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: keyOf(what), ConsistentRead: true })
  return Item?.['state']?.S === undefined ? undefined : { state: Item['state'].S, revision: Item['revision']!.S! }
}

/**
 * Writes a state in place of the one that was read.
 * @returns its revision; undefined where somebody else has written meanwhile
 */
export async function writeState(database: Database, what: { kind: string; name: string }, { state, seen, expires }: { state: string; seen: string | undefined; expires: number }): Promise<string | undefined> {
  const revision = process.getBuiltinModule('node:crypto').randomUUID()
  const isWritten = await isDone(database.run('PutItem', {
    TableName: table(database),
    Item: { ...keyOf(what), state: { S: state }, revision: { S: revision }, expires: { N: String(expires) } },
    ConditionExpression: seen === undefined ? 'attribute_not_exists(pk)' : 'revision = :seen',
    ...(seen === undefined ? {} : { ExpressionAttributeValues: { ':seen': { S: seen } } }),
  }))
  return isWritten ? revision : undefined
}

function keyOf({ kind, name }: { kind: string; name: string }): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: kind }, sk: { S: name } }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
