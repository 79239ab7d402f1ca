// Requests of a stage's store, and those of one call whichever services of the account answered them.
import { messageOf } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import type { RequestPage } from '../telemetry/index.ts'

export interface FindCall {
  /** Looks in one store. */
  find(database: Database): Promise<RequestPage>
  /** Whether the stores of other services and stages are looked at too. */
  isEverywhere: boolean
  /** Told in a sentence of what could not be looked at. */
  tell(sentence: string): void
}

/** The page of the own store, and its rows with those of the others that can be read, each with the prefix of where it lies. */
export async function findCall(database: Database, { find, isEverywhere, tell }: FindCall): Promise<{ page: RequestPage; rows: { row: RequestPage['rows'][number]; prefix: string }[] }> {
  const page = await find(database)
  const rows = page.rows.map((row) => ({ row, prefix: database.prefix }))
  if (!isEverywhere) return { page, rows }
  const { mostStores, otherStores } = await import('../store/index.ts')
  let stores: Database[] = []
  try {
    const others = await otherStores(database)
    stores = others.stores
    if (!others.isComplete) tell(`only ${mostStores} other services and stages were looked at; run this in the projects of the others`)
  } catch (error) {
    tell(`other services could not be looked for, and only the requests of this one are shown (${messageOf(error)}); dynamodb:ListTables is needed for it`)
  }
  await Promise.all(stores.map(async (store) => {
    try {
      rows.push(...(await find(store)).rows.map((row) => ({ row, prefix: store.prefix })))
    } catch (error) {
      tell(`requests of ${store.prefix.slice(0, -1)} could not be read (${messageOf(error)})`)
    }
  }))
  return { page, rows }
}
