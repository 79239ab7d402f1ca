// The one table in which the kit keeps what is its own.
import type { PersistDefinition } from '../openapi/index.ts'

/** Any row: partition `pk`, sort `sk`, and `expires` (seconds since 1970) where the row has an end. */
export interface StoreRow {
  pk: string
  sk: string
  expires?: number
}

/** Definition of the kit's own table; `ensureTables` and the stack make it beside those of the service. */
export const storeDefinition: PersistDefinition<StoreRow> = {
  name: 'KlueRow',
  table: 'klue',
  key: { partition: 'pk', sort: 'sk' },
  indexes: [],
  ttl: 'expires',
  keyTypes: { pk: 'S', sk: 'S' },
  properties: {},
}
