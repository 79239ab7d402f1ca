// Tables by dynamodb-toolbox, with the attributes of the item as its schema.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { $add, boolean, Entity, GetItemCommand, item, list, map, number, PutItemCommand, QueryCommand, string, Table, UpdateItemCommand } from 'dynamodb-toolbox'
import { connection, handlerOf, pageSize, partition, tableName } from './tables-item.mjs'

const table = new Table({ documentClient: DynamoDBDocumentClient.from(new DynamoDBClient(connection)), name: tableName, partitionKey: { name: 'series', type: 'string' }, sortKey: { name: 'id', type: 'string' } })
const entity = new Entity({
  name: 'Measurement', table,
  schema: item({ series: string().key(), id: string().key(), job: string(), metric: string(), value: number(), unit: string(), build: string(), measured_at: string(), recorded_by: string(), expires_at: number(), isKept: boolean(), steps: list(map({ name: string(), seconds: number() })) }),
})

export const handler = handlerOf({
  put: async (made) => (await entity.build(PutItemCommand).item(made).send()) !== undefined,
  get: async (key) => (await entity.build(GetItemCommand).key(key).options({ consistent: true }).send()).Item.recorded_by,
  update: async (key) => (await entity.build(UpdateItemCommand).item({ ...key, unit: 's', value: $add(1) }).options({ condition: { attr: 'unit', eq: 's' }, returnValues: 'ALL_NEW' }).send()).Attributes.unit,
  query: async () => (await table.build(QueryCommand).query({ partition }).entities(entity).options({ limit: pageSize, consistent: true }).send()).Items.length,
})
