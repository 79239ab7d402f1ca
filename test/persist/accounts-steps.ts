// The steps of the model as calls of a table, and what is stored afterwards.
import assert from 'node:assert/strict'
import { isHttpError } from '../../src/errors/index.ts'
import { type Database, openTable, type Table, transactWrite } from '../../src/persist/index.ts'
import { itemOf, type State, type Step } from './accounts-model.ts'
import { type Account, accounts } from './tables-fixture.ts'

/** The table of accounts. */
export function accountsIn(database: Database, use: { pause?(): Promise<void> } = {}): Table<Account> {
  return openTable<Account>(database, accounts as never, use)
}

/** Does a step; the code of its error, or undefined. What is no HttpError is thrown. */
export async function play(table: Table<Account>, step: Step, state: State): Promise<string | undefined> {
  try {
    await callOf(table, step, state)
    return undefined
  } catch (failure) {
    if (isHttpError(failure)) return failure.code
    throw failure
  }
}

async function callOf(table: Table<Account>, step: Step, state: State): Promise<unknown> {
  const { action } = table
  if (step.kind === 'save') return await table.save(itemOf(step, state))
  if (step.kind === 'delete') return await table.delete(step.id)
  if (step.kind === 'pair') return await transactWrite(step.ids.map((id) => action.save({ id, email: `${step.email}${id}` })), {})
  if (step.kind === 'transfer') return await transactWrite([action.update(step.from, { add: { balance: -step.amount } }, { if: { balance: { atLeast: step.amount } } }), action.update(step.to, { add: { balance: step.amount } }, { ifExists: true })], {})
  const email = step.email === 'gone' ? { remove: ['email' as const] } : step.email === undefined ? {} : { set: { email: step.email } }
  return await table.update(step.id, { add: { balance: step.add }, ...email }, step.below === undefined ? {} : { if: { balance: { below: step.below } } })
}

/** The stored items; fails where rows of unique values and items do not fit each other. */
export async function storedState(database: Database): Promise<State> {
  const items: Account[] = []
  let cursor: string | undefined
  do {
    const page = await accountsIn(database).scan({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  const rows = ((await database.run('Scan', { TableName: `${database.prefix}accounts.klue`, ConsistentRead: true })).Items ?? []).filter((row) => row['id']!.S!.startsWith('unique')).map((row) => `${row['id']!.S} ${row['owner']!.S}`)
  const wanted = items.flatMap(({ id, email, tenant, name }) => [...(email === undefined ? [] : [`unique#email#${JSON.stringify([email])} [["${id}"]]`]), ...(tenant === undefined || name === undefined ? [] : [`unique#tenant+name#${JSON.stringify([tenant, name])} [["${id}"]]`])])
  assert.deepEqual(rows.sort(), wanted.sort(), 'each unique value has one row, of its item, and there is no other')
  return new Map(items.sort((one, other) => (one.id < other.id ? -1 : 1)).map((item) => [item.id, item]))
}
