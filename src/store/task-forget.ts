// Forgetting what is known of tasks: what they were given, what they gave, and who fired them. That they were, and how they ended, stays.
import type { Database } from '../persist/index.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'
import type { StoredTask, TaskState } from './task-rows.ts'

/** Takes it away of a task that is over; false where somebody else has written meanwhile. */
export async function forgetTask(database: Database, { state, revision }: StoredTask): Promise<boolean> {
  const [TableName, pk] = [`${database.prefix}${storeDefinition.table}`, { S: `task#${state.id}` }]
  // First: a task without its input is not run again.
  await database.run('DeleteItem', { TableName, Key: { pk, sk: { S: 'input' } } } as never)
  return await isDone(database.run('UpdateItem', {
    TableName,
    Key: { pk, sk: { S: 'task' } },
    UpdateExpression: 'SET #state = :state, revision = :next',
    ConditionExpression: 'revision = :seen',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':state': { S: JSON.stringify(bare(state)) }, ':next': { N: String(revision + 1) }, ':seen': { N: String(revision) } },
  } as never))
}

function bare({ id, name, status, attempt, attempts, created, updated, runAt, looks, lease, firedBy, tick, version, error }: TaskState): TaskState {
  return {
    id, name, status, attempt, attempts, created, updated, runAt, looks, lease, callId: '', callPath: '', firedBy, version,
    ...(tick === undefined ? {} : { tick }),
    ...(error === undefined ? {} : { error: { status: error.status, error: error.error, error_description: 'what it said was forgotten' } }),
  }
}
