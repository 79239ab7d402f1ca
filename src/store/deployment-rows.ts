// What was deployed to a stage: rows beside the data of the stage, so that everybody sees the same.
import type { Database } from '../persist/index.ts'
import { orNone } from './conditional.ts'
import { storeDefinition } from './definition.ts'

/** One deployment, or one going back. */
export interface Deployment {
  /** Sorts by time: `<ISO time>#<version>`. */
  id: string
  /** `YYMMDD-HHMM-<count>-<sha6>`. */
  version: string
  /** Whole id of the commit. */
  commit: string
  /** ISO 8601: when it began. */
  time: string
  /** Who deployed: the identity of the credentials, and the user of the machine. */
  who: string
  /** What became of it; `live` stays true of those that were live once. */
  state: 'candidate' | 'live' | 'failed' | 'rolled back'
  /** Function → number of its version. */
  functions: Readonly<Record<string, number>>
  /** Breaking changes that were let through. */
  allowed: readonly AllowedChange[]
  /** What else is worth knowing, in a sentence. */
  note?: string
  /** How its stacks are deployed, as JSON; what going back builds on. */
  stacks?: string
  /** What its cost was estimated from, as JSON. */
  settings?: string
}

/** A breaking change that somebody let through. */
export interface AllowedChange {
  /** operationId, or `METHOD /path`. */
  operation: string
  reason: string
  /** The sentences of the changes that it covers. */
  changes: readonly string[]
}

const history = 'deployments'

/** Writes a deployment in place of what was known of it. */
export async function putDeployment(database: Database, deployment: Deployment): Promise<void> {
  await database.run('PutItem', { TableName: table(database), Item: { pk: { S: history }, sk: { S: deployment.id }, deployment: { S: JSON.stringify(deployment) } } })
}

/** The newest deployments first, 100 at most by default; none where the stage has no table yet. */
export async function listDeployments(database: Database, limit: number = 100): Promise<Deployment[]> {
  const answer = await orNone(database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: history } }, ScanIndexForward: false, ConsistentRead: true, Limit: limit }))
  return (answer?.Items ?? []).map((item) => JSON.parse(item['deployment']!.S!) as Deployment)
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
