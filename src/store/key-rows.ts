// Idempotency keys: a claim, its lease and its answer are one item, which changes only under conditions.
import type { Database } from '../persist/index.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'
import { fromAnswerItem, type KeptAnswer, toAnswerItem } from './kept-answer.ts'

type Attributes = Record<string, { S?: string; N?: string; B?: Uint8Array }>

/** A wish to run something that must not run twice. */
export interface ClaimOrder {
  /** What `keyId` gives for the key and whose it is. */
  id: string
  /** What `keyedHash` gives for the request; another one under the same key is refused. */
  fingerprint: string
  /** Epoch milliseconds until which nobody else may run it. */
  leaseUntil: number
  ttlSeconds: number
  /** What was cut off is not taken over. */
  refuses?: boolean | undefined
}

/** A claim that is held. */
export interface Claim {
  id: string
  fingerprint: string
  /** Tells this claim from later ones of the same key. */
  token: string
  /** 1, or more where an earlier attempt failed or was cut off. */
  attempt: number
  /** Seconds since 1970. */
  expires: number
}

/** What a key stands for. */
export type KeyState =
  | { kind: 'claimed'; claim: Claim }
  | { kind: 'running'; leaseUntil: number }
  | { kind: 'answered'; answer: KeptAnswer }
  /** It ran to its end, and its answer was not kept. */
  | { kind: 'not-kept'; status: number }
  /** It was cut off, and the order refuses to run it again. */
  | { kind: 'unknown' }
  /** The key belongs to another request. */
  | { kind: 'other' }

const mostRounds = 8

/**
 * Claims a key: one conditional write where nobody has used it, else a read that says what became of it, and a second
 * conditional write where it may be run again. Of any number of callers at any moment one holds a claim.
 */
export async function claimKey(database: Database, order: ClaimOrder): Promise<KeyState> {
  const token = process.getBuiltinModule('node:crypto').randomUUID()
  for (let round = 0; round < mostRounds; round++) {
    const fresh = newClaim(database, order, { token, attempt: 1 })
    if (await isDone(database.run('PutItem', { TableName: table(database), Item: toItem(fresh, order), ConditionExpression: 'attribute_not_exists(pk) OR expires <= :now', ExpressionAttributeValues: { ':now': seconds(database) } }))) return { kind: 'claimed', claim: fresh }
    const item = await readKey(database, order.id)
    if (item === undefined) continue
    const found = stateOf(database, item, { ...order, token })
    if (found !== 'free') return found
    // A freed key that another request takes begins anew.
    const attempt = item['fp']!.S === order.fingerprint ? Number(item['at']!.N) + 1 : 1
    const next = newClaim(database, order, { token, attempt })
    if (await isDone(database.run('PutItem', { TableName: table(database), Item: toItem(next, order), ConditionExpression: 'tk = :seen AND st = :state', ExpressionAttributeValues: { ':seen': { S: item['tk']!.S! }, ':state': { S: item['st']!.S! } } }))) return { kind: 'claimed', claim: next }
  }
  // Others were faster each time: one of them runs.
  return { kind: 'running', leaseUntil: database.now() + 1000 }
}

/**
 * Keeps the answer of a claim, or only its status.
 * @returns what the key stands for instead where the claim is not held any more; undefined where it is kept
 */
export async function settleKey(database: Database, claim: Claim, { answer, signal }: { answer: KeptAnswer | { status: number }; signal?: AbortSignal | undefined }): Promise<KeyState | undefined> {
  const kept = 'body' in answer ? toAnswerItem(answer) : { code: { N: String(answer.status) } }
  const names = Object.keys(kept)
  const isKept = await isDone(database.run('UpdateItem', {
    TableName: table(database),
    Key: keyOf(claim.id),
    UpdateExpression: `SET st = :done, ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ConditionExpression: 'tk = :token AND st = :running',
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: { ...Object.fromEntries(names.map((name) => [`:${name}`, kept[name]!])), ':done': { S: 'body' in answer ? states.answered : states.notKept }, ':token': { S: claim.token }, ':running': { S: states.running } } as never,
  }, signal === undefined ? {} : { signal }))
  if (isKept) return undefined
  const item = await readKey(database, claim.id)
  // A write whose answer was lost is made again, and finds what it wrote itself.
  if (item?.['tk']?.S === claim.token && item['st']!.S !== states.running) return undefined
  if (item === undefined) return { kind: 'unknown' }
  const found = stateOf(database, item, { fingerprint: claim.fingerprint, token: '', refuses: true })
  return found === 'free' ? { kind: 'unknown' } : found
}

/** Gives a claim back, so that the next request with its key runs. Nothing happens where it is not held any more. */
export async function freeKey(database: Database, claim: Claim): Promise<void> {
  await isDone(database.run('UpdateItem', {
    TableName: table(database),
    Key: keyOf(claim.id),
    UpdateExpression: 'SET st = :free',
    ConditionExpression: 'tk = :token AND st = :running',
    ExpressionAttributeValues: { ':free': { S: states.free }, ':token': { S: claim.token }, ':running': { S: states.running } },
  }))
}

/** Gives a claim back as if it had never been: the next request with its key is its first attempt, and finds the steps that were recorded. */
export async function dropKey(database: Database, claim: Claim): Promise<void> {
  await isDone(database.run('DeleteItem', {
    TableName: table(database),
    Key: keyOf(claim.id),
    ConditionExpression: 'tk = :token AND st = :running',
    ExpressionAttributeValues: { ':token': { S: claim.token }, ':running': { S: states.running } },
  }))
}

/** The result of a step of a claim's request as JSON; undefined where it has not run. Results outlive the attempt that made them. */
export async function readStep(database: Database, claim: Claim, name: string): Promise<{ result?: string } | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: { ...keyOf(claim.id), sk: { S: stepName(claim, name) } }, ConsistentRead: true })
  if (Item === undefined || Number(Item['expires']!.N) <= database.now() / 1000) return undefined
  return Item['r']?.S === undefined ? {} : { result: Item['r'].S }
}

/** Keeps the result of a step. False where another attempt has kept one meanwhile. */
export async function writeStep(database: Database, claim: Claim, { name, result }: { name: string; result?: string | undefined }): Promise<boolean> {
  return await isDone(database.run('PutItem', {
    TableName: table(database),
    Item: { ...keyOf(claim.id), sk: { S: stepName(claim, name) }, expires: { N: String(claim.expires) }, ...(result === undefined ? {} : { r: { S: result } }) },
    ConditionExpression: 'attribute_not_exists(pk) OR expires <= :now',
    ExpressionAttributeValues: { ':now': seconds(database) },
  }))
}

/** Takes away what is kept of the answer of a key and of its steps; that it was used stays, so that nothing runs twice. */
export async function forgetKey(database: Database, id: string): Promise<boolean> {
  const page = await database.run('Query', { TableName: table(database), KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': keyOf(id).pk }, ConsistentRead: true })
  let isForgotten = false
  for (const { pk, sk, st } of page.Items ?? []) {
    const isAnswer = sk!.S === 'key'
    if (isAnswer && st!.S !== states.answered) continue
    const change = isAnswer ? { UpdateExpression: 'SET st = :not REMOVE hd, bs, bb, bk', ConditionExpression: 'st = :answered', ExpressionAttributeValues: { ':not': { S: states.notKept }, ':answered': { S: states.answered } } } : { UpdateExpression: 'REMOVE r', ConditionExpression: 'attribute_exists(pk)' }
    isForgotten = (await isDone(database.run('UpdateItem', { TableName: table(database), Key: { pk: pk!, sk: sk! }, ...change }))) || isForgotten
  }
  return isForgotten
}

const states = { running: 'r', free: 'f', answered: 'a', notKept: 'n' }

function newClaim(database: Database, { id, fingerprint, leaseUntil, ttlSeconds }: ClaimOrder, { token, attempt }: { token: string; attempt: number }): Claim {
  // A claim never ends before its lease, or two could run.
  return { id, fingerprint, token, attempt, expires: Math.ceil(Math.max(database.now() + ttlSeconds * 1000, leaseUntil + 60_000) / 1000) }
}

function toItem(claim: Claim, { leaseUntil }: ClaimOrder): Record<string, never> {
  return { ...keyOf(claim.id), fp: { S: claim.fingerprint }, tk: { S: claim.token }, at: { N: String(claim.attempt) }, st: { S: states.running }, le: { N: String(Math.ceil(leaseUntil)) }, expires: { N: String(claim.expires) } } as never
}

async function readKey(database: Database, id: string): Promise<Attributes | undefined> {
  const { Item } = await database.run('GetItem', { TableName: table(database), Key: keyOf(id), ConsistentRead: true })
  return Item === undefined || Number(Item['expires']!.N) <= Math.floor(database.now() / 1000) ? undefined : (Item as Attributes)
}

function stateOf(database: Database, item: Attributes, { fingerprint, token, refuses }: { fingerprint: string; token: string; refuses?: boolean | undefined }): KeyState | 'free' {
  const [state, leaseUntil] = [item['st']!.S, Number(item['le']!.N)]
  // A write whose answer was lost is made again, and finds what it wrote itself.
  if (item['tk']!.S === token) return { kind: 'claimed', claim: { id: item['pk']!.S!.slice(prefix.length), fingerprint, token, attempt: Number(item['at']!.N), expires: Number(item['expires']!.N) } }
  if (state === states.free) return 'free'
  if (item['fp']!.S !== fingerprint) return { kind: 'other' }
  if (state === states.answered) return { kind: 'answered', answer: fromAnswerItem(item) }
  if (state === states.notKept) return { kind: 'not-kept', status: Number(item['code']!.N) }
  if (leaseUntil > database.now()) return { kind: 'running', leaseUntil }
  return refuses === true ? { kind: 'unknown' } : 'free'
}

const prefix = 'idem#'

function keyOf(id: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `${prefix}${id}` }, sk: { S: 'key' } }
}

// Steps belong to the request: another one under a freed key must not find them.
function stepName({ fingerprint }: Claim, name: string): string {
  return `step#${fingerprint}#${name}`
}

function seconds(database: Database): { N: string } {
  return { N: String(Math.floor(database.now() / 1000)) }
}

function table(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
