// Which attribute of a table's items says when their time is over; kept over restarts.
import type { Done, DynaliteStore, DynaliteTable, Item } from '../dynalite.ts'
import { promised } from '../dynalite.ts'
import { invalid } from './answers.ts'
import type { Kit } from './kit.ts'

export interface Expiry {
  /** Tables with their attribute. */
  readonly attributes: ReadonlyMap<string, string>
  set(table: string, attribute: string | undefined): Promise<void>
}

const prefix = 'ttl~'
// What ended longer ago is left: it was hardly meant.
const oldestSeconds = 5 * 365.25 * 86_400

/** Opens what is kept; it goes with its table. */
export async function openExpiry(store: DynaliteStore): Promise<Expiry> {
  const attributes = new Map<string, string>()
  const iterator = store.db.iterator({ gte: prefix, lt: `${prefix}\uffff`, valueEncoding: 'utf8' })
  try {
    for (let rows = await iterator.nextv(500); rows.length > 0; rows = await iterator.nextv(500)) for (const [key, text] of rows) attributes.set(key.slice(prefix.length), (JSON.parse(text) as { attribute: string }).attribute)
  } finally {
    await iterator.close()
  }
  const set: Expiry['set'] = async (table, attribute) => {
    const key = `${prefix}${table}`
    await promised((done) => store.db.batch([attribute === undefined ? { type: 'del', key } : { type: 'put', key, value: { attribute } }], done))
    if (attribute === undefined) attributes.delete(table)
    else attributes.set(table, attribute)
  }
  // That of a table whose deletion was cut off.
  for (const table of attributes.keys()) if (!(await isTable(store, table))) await set(table, undefined)
  const plain = store.deleteItemDb.bind(store)
  store.deleteItemDb = (table: string, done: Done) => {
    if (!attributes.has(table)) plain(table, done)
    else set(table, undefined).then(() => plain(table, done), done)
  }
  return { attributes, set }
}

/** Whether an item's time is over, as DynamoDB sees it: a number of whole seconds in the past, not more than five years ago. */
export function isOver(item: Item, attribute: string, now: number): boolean {
  const text = item[attribute]?.['N']
  if (typeof text !== 'string') return false
  const seconds = Number(text)
  return Number.isInteger(seconds) && seconds * 1000 < now && seconds >= now / 1000 - oldestSeconds
}

/** UpdateTimeToLive. */
export async function updateTimeToLive({ dynalite, expiry }: Kit, body: Record<string, unknown>): Promise<object> {
  const { validations, callOf, store } = dynalite
  const types = { TableName: callOf('putItem').types['TableName'], TimeToLiveSpecification: { type: 'FieldStruct<TimeToLiveSpecification>', notNull: true, children: { AttributeName: { type: 'String', notNull: true, lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 255 }, Enabled: { type: 'Boolean', notNull: true } } } }
  const input = validations.checkTypes(body, types)
  validations.checkValidations(input, types)
  const { TableName, KeySchema } = await tableOf(store, input)
  const { AttributeName, Enabled } = input['TimeToLiveSpecification'] as { AttributeName: string; Enabled: boolean }
  const present = expiry.attributes.get(TableName)
  if (Enabled && present !== undefined) throw invalid('TimeToLive is already enabled')
  if (!Enabled && present === undefined) throw invalid('TimeToLive is already disabled')
  if (!Enabled && present !== AttributeName) throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${present}`)
  if (Enabled && KeySchema.some((part) => part.AttributeName === AttributeName)) throw invalid(`TimeToLive cannot be enabled on the key attribute ${AttributeName}`)
  await expiry.set(TableName, Enabled ? AttributeName : undefined)
  return { TimeToLiveSpecification: { AttributeName, Enabled } }
}

/** DescribeTimeToLive. */
export async function describeTimeToLive({ dynalite, expiry }: Kit, body: Record<string, unknown>): Promise<object> {
  const types = { TableName: dynalite.callOf('putItem').types['TableName'] }
  const input = dynalite.validations.checkTypes(body, types)
  dynalite.validations.checkValidations(input, types)
  const attribute = expiry.attributes.get((await tableOf(dynalite.store, input)).TableName)
  return { TimeToLiveDescription: attribute === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute } }
}

function tableOf(store: DynaliteStore, input: Record<string, unknown>): Promise<DynaliteTable> {
  return promised((done) => store.getTable(input['TableName'] as string, done))
}

function isTable(store: DynaliteStore, name: string): Promise<boolean> {
  return tableOf(store, { TableName: name }).then(() => true, () => false)
}
