// The input of transactions: its form in dynalite's own words, and the writes that it asks for.
import type { Dynalite, InputTypes, WriteName } from '../dynalite.ts'
import { invalid } from './answers.ts'

/** An action of a transaction, whose expressions are read. */
export interface Action {
  name: WriteName | 'check'
  input: Record<string, unknown> & { TableName: string; ReturnValuesOnConditionCheckFailure?: string }
}

export interface WriteTransaction {
  actions: Action[]
  token: string | undefined
  capacity: string | undefined
}

const names: Readonly<Record<string, Action['name']>> = { ConditionCheck: 'check', Put: 'putItem', Delete: 'deleteItem', Update: 'updateItem' }
const capacity = { type: 'String', enum: ['INDEXES', 'TOTAL', 'NONE'] }
/** What a failed condition may tell. */
export const onFailure: object = { type: 'String', enum: ['ALL_OLD', 'NONE'] }
const expressions = ['TableName', 'ExpressionAttributeNames', 'ExpressionAttributeValues']

/** Reads the input of TransactWriteItems. Throws what DynamoDB refuses it with. */
export function readWrites(dynalite: Dynalite, input: Record<string, unknown>): WriteTransaction {
  const { validations, callOf, store } = dynalite
  const types = formsOf(dynalite).writes
  const data = validations.checkTypes(input, types)
  validations.checkValidations(data, types)
  const actions = (data['TransactItems'] as Record<string, Action['input']>[]).map((member): Action => {
    const [kind, ...others] = Object.keys(member)
    if (kind === undefined || others.length > 0) throw invalid('TransactItems can only contain one of Check, Put, Update or Delete')
    const name = names[kind]!
    const message = callOf(name === 'check' ? 'deleteItem' : name).custom(member[kind]!, store)
    if (message !== undefined) throw invalid(message)
    return { name, input: member[kind]! }
  })
  return { actions, token: data['ClientRequestToken'] as string | undefined, capacity: data['ReturnConsumedCapacity'] as string | undefined }
}

/** One read of TransactGetItems. */
export interface Get {
  TableName: string
  Key: Record<string, Record<string, unknown>>
  _projection?: { paths: unknown; nestedPaths: unknown }
}

/** Reads the input of TransactGetItems. Throws what DynamoDB refuses it with. */
export function readGets(dynalite: Dynalite, input: Record<string, unknown>): { gets: Get[]; capacity: string | undefined } {
  const { validations } = dynalite
  const types = formsOf(dynalite).gets
  const data = validations.checkTypes(input, types)
  validations.checkValidations(data, types)
  const gets = (data['TransactItems'] as { Get: Get }[]).map(({ Get }) => {
    const values = Object.values(Get.Key).map((value) => validations.validateAttributeValue(value))
    const message = validations.validateExpressionParams(Get, ['ProjectionExpression'], []) ?? values.find((found) => found !== undefined) ?? validations.validateExpressions(Get)
    if (message !== undefined) throw invalid(message)
    return Get
  })
  return { gets, capacity: data['ReturnConsumedCapacity'] as string | undefined }
}

interface Forms {
  writes: InputTypes
  gets: InputTypes
}

const known = new WeakMap<Dynalite, Forms>()

// Made once: they are looked through with every call.
function formsOf(dynalite: Dynalite): Forms {
  const forms = known.get(dynalite) ?? makeForms(dynalite)
  known.set(dynalite, forms)
  return forms
}

function makeForms({ callOf }: Dynalite): Forms {
  const action = (name: WriteName, own: string[], required?: string): object => ({ type: 'FieldStruct<Action>', children: { ...chosen(callOf(name).types, [...expressions, ...own], required), ReturnValuesOnConditionCheckFailure: onFailure } })
  return {
    writes: {
      ReturnConsumedCapacity: capacity,
      ReturnItemCollectionMetrics: { type: 'String', enum: ['SIZE', 'NONE'] },
      ClientRequestToken: { type: 'String', lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 36 },
      TransactItems: list({
        ConditionCheck: action('deleteItem', ['Key', 'ConditionExpression'], 'ConditionExpression'),
        Put: action('putItem', ['Item', 'ConditionExpression']),
        Delete: action('deleteItem', ['Key', 'ConditionExpression']),
        Update: action('updateItem', ['Key', 'ConditionExpression', 'UpdateExpression'], 'UpdateExpression'),
      }),
    },
    gets: {
      ReturnConsumedCapacity: capacity,
      TransactItems: list({ Get: { type: 'FieldStruct<Get>', notNull: true, children: { ...chosen(callOf('deleteItem').types, ['TableName', 'Key', 'ExpressionAttributeNames']), ProjectionExpression: { type: 'String' } } } }),
    },
  }
}

function list(members: InputTypes): object {
  return { type: 'List', notNull: true, lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 100, children: { type: 'ValueStruct<TransactItem>', children: members } }
}

function chosen(types: InputTypes, names: string[], required?: string): InputTypes {
  return Object.fromEntries(names.map((name) => [name, name === required ? { ...(types[name] as object), notNull: true } : types[name]]))
}
