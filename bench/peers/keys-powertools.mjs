// The work of powertools-work, once for each idempotency key by Powertools' idempotency; a body that differs under the same key is refused.
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency'
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
import { handler as work } from './powertools-work.mjs'

export const handler = makeIdempotent(work, {
  persistenceStore: new DynamoDBPersistenceLayer({ tableName: 'bench-idempotency' }),
  config: new IdempotencyConfig({ eventKeyJmesPath: '[rawPath, headers."idempotency-key"]', payloadValidationJmesPath: 'body', throwOnNoIdempotencyKey: true, expiresAfterSeconds: 86_400 }),
})
