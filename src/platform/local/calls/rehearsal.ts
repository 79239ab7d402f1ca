// One write of dynalite played without being done: its own checks and updates run, and what they would change is only noted.
import { type Change, type Dynalite, type DynaliteTable, type Item, promised, type Rows, type WriteName } from '../dynalite.ts'
import { isRefusal, nameOf, type Refusal } from './answers.ts'

/** A write of one item, checked already; the item's lock is held by who plays it. */
export interface Write {
  /** `check` looks at a condition and changes nothing. */
  name: WriteName | 'check'
  table: DynaliteTable
  /** The row of the item, from the table's own part on. */
  key: string
  input: Record<string, unknown>
}

/** What a write would do. */
export interface Rehearsed {
  write: Write
  /** Of the item and its index entries. */
  changes: Change[]
  before: Item | undefined
  /** Undefined where the item goes, or was not there. */
  after: Item | undefined
  result: Record<string, unknown>
  refused: Refusal | undefined
}

/** Plays a write. */
export async function rehearse(dynalite: Dynalite, write: Write): Promise<Rehearsed> {
  const { store, logic } = dynalite
  const rows = store.getItemDb(write.table.TableName)
  const before = await promised<Item | undefined>((done) => rows.get(write.key, (failure, item) => (failure?.name === 'NotFoundError' ? done(null, undefined) : done(failure, item))))
  const changes: Change[] = []
  const rehearsed: Rehearsed = { write, changes, before, after: before, result: {}, refused: undefined }
  try {
    if (write.name === 'check') {
      const refused = logic.checkConditional(write.input, before)
      if (refused) throw refused
      return rehearsed
    }
    const { act } = dynalite.callOf(write.name)
    const noted = { ...rehearsalRows(changes, `item-${write.table.TableName}~`), get: (_: string, done: (failure: Error | null, item?: Item) => void) => done(null, before) }
    const stage = {
      ...store,
      getTable: (_: string, done: (failure: Error | null, table: DynaliteTable) => void) => done(null, write.table),
      getItemDb: () => ({ ...noted, put: (key: string, item: Item, done: () => void) => ((rehearsed.after = item), noted.put(key, item, done)), del: (key: string, done: () => void) => ((rehearsed.after = undefined), noted.del(key, done)) }),
      getIndexDb: (kind: string, table: string, index: string) => rehearsalRows(changes, `index-${kind.toLowerCase()}~${table}~${index}~`),
    }
    rehearsed.result = await promised((done) => act(stage as never, write.input, done))
  } catch (failure) {
    if (!isRefusal(failure)) throw failure
    rehearsed.refused = failure
  }
  return rehearsed
}

/** Whether a condition was not met. */
export function failedCondition({ refused }: Rehearsed): boolean {
  return refused !== undefined && nameOf(refused) === 'ConditionalCheckFailedException'
}

// Rows whose lock is held already, and into which nothing is written yet.
function rehearsalRows(changes: Change[], prefix: string): Pick<Rows, 'lock' | 'put' | 'del'> {
  return {
    lock: (_, locked) => locked((done) => done),
    put(key, value, done) {
      changes.push({ type: 'put', key: prefix + key, value })
      done(null)
    },
    del(key, done) {
      changes.push({ type: 'del', key: prefix + key })
      done(null)
    },
  }
}
