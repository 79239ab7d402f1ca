// Hashes of idempotency keys and requests, under a secret that the store makes once and keeps for good.
import type { Database } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'
import { isDone } from './conditional.ts'

/** The name of a key in the store: of the key and of all that says whose it is. 192 bits of an HMAC. */
export async function keyId(database: Database, parts: readonly string[]): Promise<string> {
  return (await keyedHash(database, JSON.stringify(['key', ...parts]))).slice(0, 32)
}

/** An HMAC of a text, base64url. */
export async function keyedHash(database: Database, text: string): Promise<string> {
  return process.getBuiltinModule('node:crypto').createHmac('sha256', await secretOf(database)).update(text).digest('base64url')
}

const secrets = new WeakMap<Database, Promise<string>>()

function secretOf(database: Database): Promise<string> {
  let secret = secrets.get(database)
  if (secret === undefined) {
    secret = readSecret(database)
    secrets.set(database, secret)
    // What could not be read is read again with the next key.
    secret.catch(() => secrets.delete(database))
  }
  return secret
}

// It never changes: under another one no key would be found, and what was sent twice would run twice.
async function readSecret(database: Database): Promise<string> {
  const TableName = `${database.prefix}${storeDefinition.table}`
  const Key = { pk: { S: 'secret' }, sk: { S: 'idempotency' } }
  for (;;) {
    const { Item } = await database.run('GetItem', { TableName, Key, ConsistentRead: true })
    if (Item?.['value']?.S !== undefined) return Item['value'].S
    const made = process.getBuiltinModule('node:crypto').randomBytes(32).toString('base64url')
    if (await isDone(database.run('PutItem', { TableName, Item: { ...Key, value: { S: made } }, ConditionExpression: 'attribute_not_exists(pk)' }))) return made
  }
}
