// Tables by klue: the calls of context.table, with the definition that klue generate writes.
import { openDatabase, openTable } from '../../src/persist/index.ts'
import { connection, handlerOf, pageSize, partition } from './tables-item.mjs'

const text = { type: 'string' }
const definition = {
  name: 'Measurement', table: 'measurements', key: { partition: 'series', sort: 'id' }, indexes: [], keyTypes: { series: 'S', id: 'S' },
  properties: { series: text, id: text, job: text, metric: text, value: { type: 'number' }, unit: text, build: text, measured_at: { type: 'string', format: 'date-time' }, recorded_by: text, expires_at: { type: 'integer' }, isKept: { type: 'boolean' }, steps: { type: 'array' } },
}
const table = openTable(openDatabase({ ...connection, prefix: 'bench-' }), definition)

export const handler = handlerOf({
  put: async (item) => (await table.save(item)) !== undefined,
  get: async (key) => (await table.load(key)).recorded_by,
  update: async (key) => (await table.update(key, { set: { unit: 's' }, add: { value: 1 } }, { if: { unit: 's' } })).unit,
  query: async () => (await table.query({ partition, limit: pageSize })).items.length,
})
