// Users who may ask for a token: added by the operator, proven by a password.
import { catalog, isHttpError, UsageError } from '../errors/index.ts'
import * as tableErrors from '../errors/table-catalog.ts'
import type { PersistDefinition } from '../openapi/index.ts'
import { type Database, openTable, type Table } from '../persist/index.ts'
import { addressGroup } from './address-group.ts'
import { type AttemptLimit, type Attempts, forgetAttempts } from './attempts.ts'
import { storeDefinition, type StoreRow } from './definition.ts'
import { openLogIns } from './log-ins.ts'
import type { PasswordHasher } from './passwords.ts'

/** Who somebody is, as a token says it. */
export interface ProvenUser {
  /** The user's name, the `sub` of a token. */
  id: string
  /** Further claims of the user's tokens. */
  claims: Record<string, unknown>
}

/** Names are 1 to 128 characters, passwords 8 characters to 1024 bytes; both are compared in their composed Unicode form. */
export interface Users {
  /** Adds a user. Throws UsageError for a name that is taken, or a name, password or claim that is none. */
  add(name: string, password: string, options?: { claims?: Record<string, unknown> }): Promise<void>
  /** Changes the password, and forgets failed attempts. Throws UsageError where there is no such user. */
  setPassword(name: string, password: string): Promise<void>
  /** Removes a user and says whether there was one. */
  remove(name: string): Promise<boolean>
  /** All users by name. */
  list(): Promise<ProvenUser[]>
  /**
   * Proves a user. Throws 401 CREDENTIALS_INVALID for a wrong password or an unknown name, 429 TOO_MANY_ATTEMPTS after too many of either.
   * @param options `address` of the caller, by which failures are counted; `context.users` knows it already
   */
  verify(name: string, password: string, options?: { address?: string }): Promise<ProvenUser>
}

interface UserRow extends StoreRow {
  hash: string
  claims: Record<string, unknown>
}

const partition = 'user'
const ownClaims = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']

/** The users of a database. */
export function openUsers(database: Database, options: { limit: AttemptLimit; hasher: PasswordHasher }): Users {
  const table = openTable(database, storeDefinition as PersistDefinition<UserRow>)
  const { hasher, limit } = options
  const attempts: Attempts = { database, limit, turns: new Map() }
  const logIns = openLogIns<UserRow>(attempts, { hasher, find: (sk) => table.find({ pk: partition, sk }) })
  return {
    async add(name, password, { claims = {} } = {}) {
      const user = { pk: partition, sk: checkedName(name), hash: await hasher.hash(checkedPassword(password)), claims: checkedClaims(claims) }
      await addRow(table, user)
    },
    async setPassword(name, password) {
      const sk = checkedName(name)
      const user = await table.find({ pk: partition, sk })
      if (user === undefined) throw fault('user-unknown', `there is no user ${sk}`, 'klue user list shows all; klue user add adds one')
      await table.save({ ...user, hash: await hasher.hash(checkedPassword(password)) })
      await forgetAttempts(attempts, sk)
    },
    async remove(name) {
      const sk = checkedName(name)
      await forgetAttempts(attempts, sk)
      return await table.delete({ pk: partition, sk })
    },
    list: () => listUsers(table),
    async verify(name, password, { address = '' } = {}) {
      if (nameFault(name) !== undefined || passwordFault(password) !== undefined) throw catalog.CREDENTIALS_INVALID()
      const sk = name.normalize('NFC')
      const user = await logIns({ name: sk, address: addressGroup(address) }, password)
      return { id: sk, claims: user.claims }
    },
  }
}

async function addRow(table: Table<UserRow>, user: UserRow): Promise<void> {
  try {
    await table.save(user, { ifAbsent: true })
  } catch (failure) {
    if (isHttpError(failure) && failure.code === tableErrors.VERSION_CONFLICT.code) throw fault('user-exists', `there is a user ${user.sk} already`, 'choose another name, or change the password of this user')
    throw failure
  }
}

async function listUsers(table: Table<UserRow>): Promise<ProvenUser[]> {
  const users: ProvenUser[] = []
  let cursor: string | undefined
  do {
    const page = await table.query({ partition, limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
    users.push(...page.items.map(({ sk, claims }) => ({ id: sk, claims })))
    cursor = page.cursor
  } while (cursor !== undefined)
  return users
}

function checkedName(name: string): string {
  const wrong = nameFault(name)
  if (wrong !== undefined) throw fault('user-name', `the user name ${wrong}`, 'for example jenkins or ada@example.com')
  return name.normalize('NFC')
}

function checkedPassword(password: string): string {
  const wrong = passwordFault(password)
  if (wrong !== undefined) throw fault('user-password', `the password ${wrong}`, 'choose another one')
  return password
}

function checkedClaims(claims: Record<string, unknown>): Record<string, unknown> {
  const taken = Object.keys(claims).find((claim) => ownClaims.includes(claim))
  if (taken !== undefined) throw fault('user-claims', `the claim ${taken} is set by the token itself`, `leave out ${ownClaims.join(', ')}`)
  return claims
}

function nameFault(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'must be text'
  const length = [...name.normalize('NFC')].length
  if (length < 1 || length > 128) return 'must have 1 to 128 characters'
  // Control characters, and lone halves of a character, which UTF-8 cannot keep.
  if (/[\p{Cc}\p{Cs}]/u.test(name)) return 'must not hold control characters'
  return name.trim() === name ? undefined : 'must not begin or end with a space'
}

function passwordFault(password: unknown): string | undefined {
  if (typeof password !== 'string' || [...password.normalize('NFC')].length < 8) return 'must have at least 8 characters'
  return Buffer.byteLength(password.normalize('NFC')) > 1024 ? 'must not take more than 1024 bytes' : undefined
}

function fault(code: string, message: string, hint: string): UsageError {
  return new UsageError({ code, file: '', message, hint })
}
