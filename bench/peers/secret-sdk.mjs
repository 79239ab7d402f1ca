// A handler that reads its secret with the SDK, beside the client of its tables; it checks nothing else.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

export const tables = new DynamoDBClient({})
const secrets = new SecretsManagerClient({})
let value

export async function handler(event) {
  value ??= (await secrets.send(new GetSecretValueCommand({ SecretId: 'klue/bench/bench/jwt_secret' }))).SecretString
  return { statusCode: value === undefined ? 500 : 200, body: JSON.stringify({ total: JSON.parse(event.body).items.length }) }
}
