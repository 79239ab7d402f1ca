// A project with tables and a stage of it in memory, for work on whole tables.
import type { PersistDefinition } from '../../src/openapi/index.ts'
import { directDatabase } from '../../src/dev/direct-database.ts'
import { type Database, ensureTables } from '../../src/persist/index.ts'
import type { Attributes } from '../../src/persist/stored.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'

/** Notes as the fixture's document has them; `version` counts saves. */
export const noteDefinition: PersistDefinition<{ id: string; text: string }> = { name: 'Note', table: 'notes', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, properties: { id: { type: 'string' }, text: { type: 'string' } } }

export interface StageFixture {
  database: Database
  /** Puts items as they are stored. */
  put(items: readonly Attributes[], table?: string): Promise<void>
  /** Deletes every item. */
  clear(): Promise<void>
  /** Every item, sorted by `id`. */
  all(table?: string): Promise<Attributes[]>
  close(): Promise<void>
}

/** Opens a stage with the kit's own table and these. */
export async function openStageFixture(definitions: readonly PersistDefinition[] = [noteDefinition], prefix: string = 'notes-local-'): Promise<StageFixture> {
  const dynamo: LocalDynamo = await openLocalDynamo({ memory: true })
  const database = directDatabase(dynamo, prefix)
  await ensureTables(database, [storeDefinition, ...definitions])
  const stage: StageFixture = {
    database,
    async clear() {
      for (const item of await stage.all()) await database.run('DeleteItem', { TableName: `${prefix}${definitions[0]!.table}`, Key: { id: item['id']! } })
    },
    async put(items, table = definitions[0]!.table) {
      for (const Item of items) await database.run('PutItem', { TableName: `${prefix}${table}`, Item })
    },
    async all(table = definitions[0]!.table) {
      const found: Attributes[] = []
      let start: Attributes | undefined
      do {
        const page = await database.run('Scan', { TableName: `${prefix}${table}`, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
        found.push(...((page.Items ?? []) as Attributes[]))
        start = page.LastEvaluatedKey as Attributes | undefined
      } while (start !== undefined)
      return found.sort((one, other) => ((one['id']?.S ?? '') < (other['id']?.S ?? '') ? -1 : 1))
    },
    async close() {
      database.close()
      await dynamo.close()
    },
  }
  return stage
}

/** `count` notes with ids that sort. */
export function notes(count: number): Attributes[] {
  return Array.from({ length: count }, (_, index) => ({ id: { S: `note-${String(index).padStart(4, '0')}` }, text: { S: `Text ${index}` } }))
}