// Tables by the document client of the SDK, which makes attributes of values and values of attributes.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { connection, handlerOf, pageSize, partition, tableName as TableName } from './tables-item.mjs'

const client = DynamoDBDocumentClient.from(new DynamoDBClient(connection))

export const handler = handlerOf({
  put: async (Item) => (await client.send(new PutCommand({ TableName, Item }))) !== undefined,
  get: async (Key) => (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item.recorded_by,
  update: async (Key) => (await client.send(new UpdateCommand({ TableName, Key, UpdateExpression: 'SET #unit = :unit ADD #value :one', ConditionExpression: '#unit = :unit', ExpressionAttributeNames: { '#unit': 'unit', '#value': 'value' }, ExpressionAttributeValues: { ':unit': 's', ':one': 1 }, ReturnValues: 'ALL_NEW' }))).Attributes.unit,
  query: async () => (await client.send(new QueryCommand({ TableName, ConsistentRead: true, Limit: pageSize, KeyConditionExpression: '#series = :series', ExpressionAttributeNames: { '#series': 'series' }, ExpressionAttributeValues: { ':series': partition } }))).Items.length,
})
