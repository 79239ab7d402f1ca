// The model of the drill: what items of a lane are after an operation, and the call that does it.
import { constantFrom, integer, record, uniqueArray, type Arbitrary } from 'fast-check'
import { key } from './one-table.ts'

export type Value = { n: number; owner: string } | undefined
/** Items of a lane by `table/number`. */
export type State = Readonly<Record<string, Value>>

interface Action {
  place: string
  kind: 'put' | 'update' | 'delete'
  n: number
  owner: string
}

export interface Operation {
  kind: 'single' | 'transaction' | 'cancelled'
  actions: Action[]
}

const action: Arbitrary<Action> = record({ place: record({ table: constantFrom('left', 'right'), number: integer({ min: 0, max: 4 }) }).map(({ table, number }) => `${table}/${number}`), kind: constantFrom('put', 'update', 'update', 'delete'), n: integer({ min: 1, max: 99 }), owner: constantFrom('ann', 'bob', 'cid') })

/** Any operation: single writes, transactions of up to four items, and such as are cancelled. */
export const operations: Arbitrary<Operation> = record({ kind: constantFrom('single', 'transaction', 'transaction', 'cancelled'), actions: uniqueArray(action, { minLength: 1, maxLength: 4, selector: ({ place }) => place }) })

/** What the items are once an operation was done. */
export function after(state: State, { kind, actions }: Operation): State {
  if (kind === 'cancelled') return state
  const changed: Record<string, Value> = { ...state }
  for (const { place, kind: what, n, owner } of kind === 'single' ? actions.slice(0, 1) : actions) changed[place] = what === 'delete' ? undefined : { n: what === 'put' ? n : (changed[place]?.n ?? 0) + n, owner }
  return changed
}

/** The call of an operation. A transaction adds one to its lane's counter and to the one that all share. */
export function callOf(operation: Operation, lane: number, token: string): [operation: string, input: object] {
  const { kind, actions } = operation
  if (kind === 'single') {
    const [name, input] = Object.entries(written(actions[0]!, lane))[0]!
    return [`${name}Item`, input]
  }
  const counters = ['shared', `lane${lane}`].map((pk) => ({ Update: { TableName: 'counters', Key: key(pk), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } }))
  const never = { ConditionCheck: { TableName: 'left', Key: key('nobody'), ConditionExpression: 'attribute_exists(pk)' } }
  return ['TransactWriteItems', { ClientRequestToken: token, TransactItems: [...actions.map((one) => written(one, lane)), ...counters, ...(kind === 'cancelled' ? [never] : [])] }]
}

function written({ place, kind, n, owner }: Action, lane: number): Record<string, object> {
  const [TableName, number] = place.split('/') as [string, string]
  const Key = key(`lane${lane}`, number)
  if (kind === 'delete') return { Delete: { TableName, Key } }
  if (kind === 'put') return { Put: { TableName, Item: { ...Key, n: { N: String(n) }, owner: { S: owner } } } }
  return { Update: { TableName, Key, UpdateExpression: 'SET #o = :o ADD n :n', ExpressionAttributeNames: { '#o': 'owner' }, ExpressionAttributeValues: { ':o': { S: owner }, ':n': { N: String(n) } } } }
}
