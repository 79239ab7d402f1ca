// Tables by the client of the SDK alone: attributes are written by hand, and answers are left as they come.
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { connection, handlerOf, pageSize, partition, tableName as TableName } from './tables-item.mjs'

const client = new DynamoDBClient(connection)
const keyOf = ({ series, id }) => ({ series: { S: series }, id: { S: id } })
const attributesOf = (item) => ({
  ...keyOf(item), job: { S: item.job }, metric: { S: item.metric }, value: { N: String(item.value) }, unit: { S: item.unit }, build: { S: item.build }, measured_at: { S: item.measured_at },
  recorded_by: { S: item.recorded_by }, expires_at: { N: String(item.expires_at) }, isKept: { BOOL: item.isKept }, steps: { L: item.steps.map(({ name, seconds }) => ({ M: { name: { S: name }, seconds: { N: String(seconds) } } })) },
})

export const handler = handlerOf({
  put: async (item) => (await client.send(new PutItemCommand({ TableName, Item: attributesOf(item) }))) !== undefined,
  get: async (key) => (await client.send(new GetItemCommand({ TableName, Key: keyOf(key), ConsistentRead: true }))).Item.recorded_by.S,
  update: async (key) => (await client.send(new UpdateItemCommand({ TableName, Key: keyOf(key), UpdateExpression: 'SET #unit = :unit ADD #value :one', ConditionExpression: '#unit = :unit', ExpressionAttributeNames: { '#unit': 'unit', '#value': 'value' }, ExpressionAttributeValues: { ':unit': { S: 's' }, ':one': { N: '1' } }, ReturnValues: 'ALL_NEW' }))).Attributes.unit.S,
  query: async () => (await client.send(new QueryCommand({ TableName, ConsistentRead: true, Limit: pageSize, KeyConditionExpression: '#series = :series', ExpressionAttributeNames: { '#series': 'series' }, ExpressionAttributeValues: { ':series': { S: partition } } }))).Items.length,
})
