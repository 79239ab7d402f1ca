// The stores of other services and stages in the same account and region: one call may have gone through several.
import type { Database } from '../persist/index.ts'
import { storeDefinition } from './definition.ts'

/** Stores that are looked at beside the own one, at most. */
export const mostStores = 20

// An account holds 2,500 tables until one asks for more.
const mostPages = 50

/** Where other stores lie, by the names that the kit gives its tables; `isComplete`: whether these are all. */
export async function otherStores(database: Database): Promise<{ stores: Database[]; isComplete: boolean }> {
  const prefixes: string[] = []
  let last: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const { TableNames = [], LastEvaluatedTableName } = await database.run('ListTables', { Limit: 100, ...(last === undefined ? {} : { ExclusiveStartTableName: last }) })
    for (const name of TableNames) if (name.endsWith(`-${storeDefinition.table}`)) prefixes.push(name.slice(0, -storeDefinition.table.length))
    last = LastEvaluatedTableName
    if (last === undefined) break
  }
  const others = prefixes.filter((prefix) => prefix !== database.prefix)
  return { stores: others.slice(0, mostStores).map((prefix) => ({ ...database, prefix })), isComplete: last === undefined && others.length <= mostStores }
}
