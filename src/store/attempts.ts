// Limits how often somebody may try to log in: a try is reserved before it is made, and given back where it succeeds.
import { catalog } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { isDone } from './conditional.ts'
import { storeDefinition } from './definition.ts'

export interface AttemptLimit {
  /** Failed tries of a name from one address within the window; of a name alone, and of an address over all names, 20 times that. */
  attempts: number
  windowSeconds: number
}

/** Who tries. */
export interface Subject {
  name: string
  /** As `addressGroup` gives it; empty where it is not known. */
  address: string
}

/** A try that may be made; one of the three has to be called at its end. */
export interface Reservation {
  /** Whether the name failed so often, from wherever, that the try has to be slowed down. */
  isSlow: boolean
  /** Gives it back, and forgets the failures of the name from this address. */
  succeed(): Promise<void>
  /** Lets it count. */
  fail(): Promise<void>
  /** Gives it back as if it had not been made. */
  giveBack(): Promise<void>
}

/** How much more often a name may fail from all addresses together, and an address with all names. */
const wider = 20
/** How long tries that are running are waited for. */
const patienceMs = 2000
/** After this a try whose end nobody noted counts as failed: its process is gone. */
const leaseMs = 10_000
const pauseMs = 50
const mostRounds = 100

interface Try {
  id: string
  /** Digest of the name. */
  name: string
  /** Changes when the failures of the name are forgotten. */
  epoch: string
  /** Epoch milliseconds. */
  at: number
  isRunning: boolean
}

interface Tries {
  tries: Try[]
  tag: string | undefined
}

/** The tries of a database, as this process sees them. */
export interface Attempts {
  database: Database
  limit: AttemptLimit
  /** The last change of each row: those of one process wait for each other, those of others are met by conditions. */
  turns: Map<string, Promise<unknown>>
}

/**
 * Reserves a try, so that parallel ones cannot exceed a limit either, in however many processes. Where tries that are running
 * fill it, waits for them, two seconds at most. Reads two rows and writes one; a failure writes two more, a success one.
 * @throws 429 TOO_MANY_ATTEMPTS with `retry-after` (seconds)
 */
export async function reserveAttempt(attempts: Attempts, subject: Subject): Promise<Reservation> {
  const { database, limit } = attempts
  const begun = performance.now()
  const [key, name] = [rowOf(subject), digest(subject.name)]
  const { failures, epoch } = await readName(database, subject.name)
  const own: Try = { id: uuid(), name, epoch, at: database.now(), isRunning: true }
  for (;;) {
    const { isReserved, full, now } = await inTurn(attempts, key, () => tryToReserve(attempts, key, { own, hasAddress: subject.address !== '' }))
    if (isReserved) return reservation(attempts, { key, own, subject, isSlow: failures >= limit.attempts * wider })
    const isWorthWaiting = full.length === 0 || full.some(({ isRunning, at }) => isRunning && at > now - leaseMs)
    if (!isWorthWaiting) throw refusal((Math.min(...full.map(({ at }) => at)) + limit.windowSeconds * 1000 - now) / 1000)
    if (performance.now() - begun >= patienceMs) throw refusal(1)
    await pause(pauseMs * (0.5 + Math.random()))
  }
}

// With what is in the way: tries that fill a limit, or nothing where another process was faster.
async function tryToReserve({ database, limit }: Attempts, key: string, { own, hasAddress }: { own: Try; hasAddress: boolean }): Promise<{ isReserved: boolean; full: Try[]; now: number }> {
  const now = database.now()
  const { tries, tag } = await readTries(database, key)
  const recent = tries.filter(({ at }) => at > now - limit.windowSeconds * 1000)
  const full = fullOf(recent, { own, limit, hasAddress })
  return { isReserved: full.length === 0 && (await writeTries(database, key, { tries: [...recent, { ...own, at: now }], seen: tag, limit })), full, now }
}

async function inTurn<Result>({ turns }: Attempts, key: string, work: () => Promise<Result>): Promise<Result> {
  const own = (turns.get(key) ?? Promise.resolve()).then(work, work)
  turns.set(key, own)
  try {
    return await own
  } finally {
    if (turns.get(key) === own) turns.delete(key)
  }
}

/** Forgets the failures of a name, from all addresses. */
export async function forgetAttempts({ database, limit }: Attempts, name: string): Promise<void> {
  const expires = Math.ceil(database.now() / 1000) + limit.windowSeconds
  await database.run('PutItem', { TableName: tableName(database), Item: { ...keyOf(nameRow(name)), epoch: { S: uuid() }, failures: { N: '0' }, until: { N: String(expires * 1000) }, expires: { N: String(expires) } } })
}

/** 429 for a try that finds no room. */
export function refusal(seconds: number): Error {
  return catalog.TOO_MANY_ATTEMPTS(undefined, { headers: { 'retry-after': String(Math.max(1, Math.ceil(seconds))) } })
}

// The tries that fill a limit; none where there is room.
function fullOf(recent: Try[], { own: { name, epoch }, limit, hasAddress }: { own: Try; limit: AttemptLimit; hasAddress: boolean }): Try[] {
  const same = recent.filter((one) => one.name === name && one.epoch === epoch)
  if (same.length >= limit.attempts) return same
  return hasAddress && recent.length >= limit.attempts * wider ? recent : []
}

function reservation(attempts: Attempts, { key, own, subject, isSlow }: { key: string; own: Try; subject: Subject; isSlow: boolean }): Reservation {
  const { database, limit } = attempts
  const change = (to: (tries: Try[]) => Try[]): Promise<void> => changeTries(attempts, key, to)
  return {
    isSlow,
    succeed: () => change((tries) => tries.filter(({ id, name, isRunning }) => id !== own.id && (name !== own.name || isRunning))),
    fail: async () => {
      await Promise.all([change((tries) => tries.map((one) => (one.id === own.id ? { ...one, isRunning: false } : one))), countFailure(database, { name: subject.name, epoch: own.epoch, limit })])
    },
    giveBack: () => change((tries) => tries.filter(({ id }) => id !== own.id)),
  }
}

// A change that finds no end leaves the try as it is: it counts.
async function changeTries(attempts: Attempts, key: string, to: (tries: Try[]) => Try[]): Promise<void> {
  const { database, limit } = attempts
  for (let round = 0; round < mostRounds; round++) {
    const isChanged = await inTurn(attempts, key, async () => {
      const { tries, tag } = await readTries(database, key)
      return tag === undefined || writeTries(database, key, { tries: to(tries), seen: tag, limit })
    })
    if (isChanged) return
    await pause(pauseMs * Math.random())
  }
}

async function readTries(database: Database, key: string): Promise<Tries> {
  const { Item } = await database.run('GetItem', { TableName: tableName(database), Key: keyOf(key), ConsistentRead: true })
  const text = Item?.['tries']?.S
  return { tries: text === undefined ? [] : (JSON.parse(text) as Try[]), tag: Item?.['tag']?.S }
}

// A new tag a write, not a count: a cleared and begun-anew row would have the same count again.
async function writeTries(database: Database, key: string, row: { tries: Try[]; seen: string | undefined; limit: AttemptLimit }): Promise<boolean> {
  const expires = Math.ceil(database.now() / 1000) + row.limit.windowSeconds
  const tag = uuid()
  const isWritten = await isDone(database.run('UpdateItem', {
    TableName: tableName(database),
    Key: keyOf(key),
    UpdateExpression: 'SET #tries = :tries, #tag = :tag, #expires = :expires',
    ConditionExpression: row.seen === undefined ? 'attribute_not_exists(#tag)' : '#tag = :seen',
    ExpressionAttributeNames: { '#tries': 'tries', '#tag': 'tag', '#expires': 'expires' },
    ExpressionAttributeValues: { ':tries': { S: JSON.stringify(row.tries) }, ':tag': { S: tag }, ':expires': { N: String(expires) }, ...(row.seen === undefined ? {} : { ':seen': { S: row.seen } }) },
  }))
  // A write whose answer was lost is repeated on its way, and its condition then fails against itself.
  return isWritten || (await readTries(database, key)).tag === tag
}

async function readName(database: Database, name: string): Promise<{ failures: number; epoch: string }> {
  const { Item } = await database.run('GetItem', { TableName: tableName(database), Key: keyOf(nameRow(name)), ConsistentRead: true })
  const isCurrent = Number(Item?.['until']?.N ?? 0) > database.now()
  return { failures: isCurrent ? Number(Item?.['failures']?.N ?? 0) : 0, epoch: isCurrent ? (Item?.['epoch']?.S ?? '') : '' }
}

// Counted from the first failure of a window on; a row of a window that is over begins anew.
async function countFailure(database: Database, { name, epoch, limit }: { name: string; epoch: string; limit: AttemptLimit }): Promise<void> {
  const now = database.now()
  const end = now + limit.windowSeconds * 1000
  const row = { TableName: tableName(database), Key: keyOf(nameRow(name)), ExpressionAttributeNames: { '#failures': 'failures', '#until': 'until' } }
  if (await isDone(database.run('UpdateItem', { ...row, UpdateExpression: 'ADD #failures :one', ConditionExpression: '#until > :now', ExpressionAttributeValues: { ':one': { N: '1' }, ':now': { N: String(now) } } }))) return
  await isDone(database.run('UpdateItem', {
    ...row,
    UpdateExpression: 'SET #failures = :one, #until = :until, #expires = :expires, #epoch = :epoch',
    ConditionExpression: 'attribute_not_exists(#until) OR #until <= :now',
    ExpressionAttributeNames: { ...row.ExpressionAttributeNames, '#expires': 'expires', '#epoch': 'epoch' },
    ExpressionAttributeValues: { ':one': { N: '1' }, ':now': { N: String(now) }, ':until': { N: String(end) }, ':expires': { N: String(Math.ceil(end / 1000)) }, ':epoch': { S: epoch } },
  }))
}

// Without an address each name has a row of its own: else strangers to each other would share one limit.
function rowOf({ name, address }: Subject): string {
  return address === '' ? `login-of#${digest(name)}` : `login-from#${digest(address)}`
}

function nameRow(name: string): string {
  return `login-name#${digest(name)}`
}

// Neither addresses nor misspelt passwords in the place of a name lie there to be read.
function digest(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

function uuid(): string {
  return process.getBuiltinModule('node:crypto').randomUUID()
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function keyOf(subject: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: { S: `attempts#${subject}` }, sk: { S: 'times' } }
}

function tableName(database: Database): string {
  return `${database.prefix}${storeDefinition.table}`
}
