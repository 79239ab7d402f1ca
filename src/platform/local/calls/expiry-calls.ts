// UpdateTimeToLive and DescribeTimeToLive.
import { type DynaliteStore, type DynaliteTable, promised } from '../dynalite.ts'
import { invalid } from './answers.ts'
import type { Kit } from './kit.ts'

/** UpdateTimeToLive. */
export async function updateTimeToLive({ dynalite, expiry }: Kit, body: Record<string, unknown>): Promise<object> {
  const { validations, callOf, store } = dynalite
  const types = { TableName: callOf('putItem').types['TableName'], TimeToLiveSpecification: { type: 'FieldStruct<TimeToLiveSpecification>', notNull: true, children: { AttributeName: { type: 'String', notNull: true, lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 255 }, Enabled: { type: 'Boolean', notNull: true } } } }
  const input = validations.checkTypes(body, types)
  validations.checkValidations(input, types)
  const { TableName, KeySchema } = await tableOf(store, input)
  const { AttributeName, Enabled } = input['TimeToLiveSpecification'] as { AttributeName: string; Enabled: boolean }
  const present = expiry.attributes.get(TableName)
  if (Enabled && present !== undefined) throw invalid('TimeToLive is already enabled')
  if (!Enabled && present === undefined) throw invalid('TimeToLive is already disabled')
  if (!Enabled && present !== AttributeName) throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${present}`)
  if (Enabled && KeySchema.some((part) => part.AttributeName === AttributeName)) throw invalid(`TimeToLive cannot be enabled on the key attribute ${AttributeName}`)
  await expiry.set(TableName, Enabled ? AttributeName : undefined)
  return { TimeToLiveSpecification: { AttributeName, Enabled } }
}

/** DescribeTimeToLive. */
export async function describeTimeToLive({ dynalite, expiry }: Kit, body: Record<string, unknown>): Promise<object> {
  const types = { TableName: dynalite.callOf('putItem').types['TableName'] }
  const input = dynalite.validations.checkTypes(body, types)
  dynalite.validations.checkValidations(input, types)
  const attribute = expiry.attributes.get((await tableOf(dynalite.store, input)).TableName)
  return { TimeToLiveDescription: attribute === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute } }
}

function tableOf(store: DynaliteStore, input: Record<string, unknown>): Promise<DynaliteTable> {
  return promised((done) => store.getTable(input['TableName'] as string, done))
}
