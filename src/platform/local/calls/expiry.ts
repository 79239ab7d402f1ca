// Which attribute of a table's items says when their time is over; kept over restarts.
import type { Done, DynaliteStore, DynaliteTable, Item } from '../dynalite.ts'
import { promised } from '../dynalite.ts'

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

function isTable(store: DynaliteStore, name: string): Promise<boolean> {
  return promised<DynaliteTable>((done) => store.getTable(name, done)).then(() => true, () => false)
}
