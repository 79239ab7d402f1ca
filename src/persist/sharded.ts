// Counters whose writes are spread over several rows, for those that more callers count than one row takes.
import type { Bound } from './bound.ts'
import { batchGet } from './batch.ts'
import { pathOf, valueOf } from './expression.ts'
import { type ItemKey, toKey } from './keys.ts'
import { shardKey, sideOf, type SideRow } from './side-table.ts'
import { planWrite, runWrite } from './writes.ts'

/** A counter beside an item. */
export interface Counter {
  /** Adds a whole number; 1 by default. One write. */
  add(amount?: number | bigint): Promise<void>
  /** The sum: exact, as of one moment only where nobody counts meanwhile. One read for each place of the counter. */
  read(): Promise<number>
}

/** Opens a counter; touches nothing. */
export function openCounter(bound: Bound, key: ItemKey, name: string): Counter {
  const { definition } = bound
  const places = definition.sharded?.[name]
  if (places === undefined) throw new TypeError(`Table ${definition.table} has no counter ${name}: sharded of its x-persist names ${Object.keys(definition.sharded ?? {}).join(', ') || 'none'}`)
  const owner = toKey(definition, key)
  return {
    add: async (amount = 1) => {
      if (typeof amount !== 'bigint' && !Number.isSafeInteger(amount)) throw new TypeError(`The counter ${name} of table ${definition.table} adds whole numbers, not ${String(amount)}`)
      const row = shardKey(bound, owner, { name, place: Math.floor(Math.random() * places) })
      await runWrite(planWrite(sideOf(bound), { kind: 'Update', key: row, guards: {}, showsCurrent: false, body: (names) => ({ UpdateExpression: `ADD ${pathOf(names, ['count'])} ${valueOf(names, { N: String(amount) })}` }) }), 'NONE')
    },
    read: async () => {
      const rows = await batchGet(sideOf(bound), Array.from({ length: places }, (_, place) => shardKey(bound, owner, { name, place })['id']!.S!), {})
      const sum = (rows as (SideRow | undefined)[]).reduce((total, row) => total + BigInt(row?.count ?? 0), 0n)
      if (sum > BigInt(Number.MAX_SAFE_INTEGER) || sum < BigInt(Number.MIN_SAFE_INTEGER)) throw new RangeError(`The counter ${name} of table ${definition.table} is ${sum}, more than a JavaScript number holds exactly`)
      return Number(sum)
    },
  }
}
