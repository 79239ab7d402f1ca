// Whether the DynamoDB that stands in for the embedded one can do what the definitions of a project ask for.
import type { Config } from '../config/index.ts'
import type { Fault } from '../errors/index.ts'
import { type ApiDocument, faultIn, persistedSchemas, pointerTo } from '../openapi/index.ts'
import { databaseNeeds } from '../persist/index.ts'
import { AwsFailure, awsJsonClient, type DynamoAbility, lackingAbilities } from '../platform/aws/index.ts'
import { givenEndpoint } from './local-data.ts'

/** What asks for what: `x-persist` of a schema and the key there that needs an ability. */
interface Need {
  api: ApiDocument
  schema: string
  pointer: string
  ability: DynamoAbility
  key: string
}

const words: Readonly<Record<DynamoAbility, string>> = { transactions: 'transactions', streams: 'streams', expiry: 'deletion of items whose time is over' }
const instead = 'unset AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL and dynamodb_endpoint to use the embedded one'

/**
 * A fault for each definition that asks for more than the DynamoDB at the given address can do.
 * One that does not answer is a notice: a check works without a network. Waits for it 8 seconds at most, and for none where nothing is asked for.
 */
export async function checkDatabase(config: Config, documents: readonly ApiDocument[]): Promise<{ faults: Fault[]; notices: Fault[] }> {
  const endpoint = givenEndpoint(config)
  const needs = endpoint === undefined ? [] : documents.flatMap(needsOf)
  if (endpoint === undefined || needs.length === 0) return { faults: [], notices: [] }
  const untold = (reason: string): { faults: Fault[]; notices: Fault[] } => ({ faults: [], notices: [{ code: 'database-unasked', file: '', message: `Whether the DynamoDB at ${endpoint} can do what x-persist asks for is not known: ${reason}`, hint: `start it, or ${instead}` }] })
  if (!URL.canParse(endpoint)) return untold('that is no URL')
  try {
    const lacking = await lackingAbilities(awsJsonClient({ service: 'dynamodb', region: 'us-east-1', jsonVersion: '1.0', endpoint, credentials: () => ({ accessKeyId: 'local', secretAccessKey: 'local' }) }))
    return { faults: needs.filter(({ ability }) => lacking.includes(ability)).map((need) => lackFault(endpoint, need)), notices: [] }
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure
    return untold(failure.message)
  }
}

function needsOf(api: ApiDocument): Need[] {
  if (api.document === undefined) return []
  return persistedSchemas(api).flatMap(({ pointer, definition }) => databaseNeeds(definition).map((ability) => {
    const key = ability === 'streams' ? 'stream' : definition.unique === undefined ? 'sharded' : 'unique'
    return { api, schema: definition.name, pointer: pointerTo(pointer, 'x-persist', key), ability, key }
  }))
}

function lackFault(endpoint: string, { api, schema, pointer, ability, key }: Need): Fault {
  return { ...faultIn(api, { code: 'extension-invalid', pointer, message: `${key} of ${schema} needs ${words[ability]}, which the DynamoDB at ${endpoint} does not have`, hint: `let one that has them answer there, or ${instead}, or remove ${key}` }), code: 'database-lacks' }
}
