// Tables by electrodb, with the attributes of the item as its model.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { Entity } from 'electrodb'
import { connection, handlerOf, pageSize, partition, tableName } from './tables-item.mjs'

const text = { type: 'string' }
const entity = new Entity({
  model: { entity: 'measurement', version: '1', service: 'bench' },
  attributes: { series: text, id: text, job: text, metric: text, value: { type: 'number' }, unit: text, build: text, measured_at: text, recorded_by: text, expires_at: { type: 'number' }, isKept: { type: 'boolean' }, steps: { type: 'list', items: { type: 'map', properties: { name: text, seconds: { type: 'number' } } } } },
  indexes: { primary: { pk: { field: 'pk', composite: ['series'] }, sk: { field: 'sk', composite: ['id'] } } },
}, { client: new DynamoDBClient(connection), table: `${tableName}-pk` })

export const handler = handlerOf({
  put: async (item) => (await entity.put(item).go()).data !== undefined,
  get: async (key) => (await entity.get(key).go({ consistent: true })).data.recorded_by,
  update: async (key) => (await entity.update(key).set({ unit: 's' }).add({ value: 1 }).where(({ unit }, { eq }) => eq(unit, 's')).go({ response: 'all_new' })).data.unit,
  query: async () => (await entity.query.primary({ series: partition }).go({ limit: pageSize, consistent: true })).data.length,
})
