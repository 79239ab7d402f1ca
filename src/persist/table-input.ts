// The shape of a table as DynamoDB is told it, from a definition.
import type { CreateTableCommandInput, GlobalSecondaryIndex, KeySchemaElement, StreamSpecification, TableDescription } from '@aws-sdk/client-dynamodb'
import { UsageError } from '../errors/index.ts'
import type { PersistSpec } from '../openapi/index.ts'

/** What a table tells of a change: the item before it and after it. */
export const wholeStream: StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }

/**
 * The input of CreateTable: keys, indexes (all attributes projected) and stream, paid by request.
 * @param prefix put before the table's name, for example `builds-local-`
 * @throws UsageError where the full name is none for DynamoDB
 */
export function tableInput(definition: PersistSpec, prefix: string): CreateTableCommandInput {
  const name = `${prefix}${definition.table}`
  if (!/^[A-Za-z0-9_.-]{3,255}$/.test(name)) throw new UsageError({ code: 'table-name', file: '', message: `the table name ${name} must be 3 to 255 letters, digits, dots, dashes or underscores`, hint: 'change the table in x-persist, or the name of the service or the stage' })
  const properties = new Set([definition.key, ...definition.indexes].flatMap(({ partition, sort }) => (sort === undefined ? [partition] : [partition, sort])))
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...properties].map((property) => ({ AttributeName: property, AttributeType: definition.keyTypes[property] ?? 'S' })),
    KeySchema: keySchema(definition.key),
    ...(definition.indexes.length === 0 ? {} : { GlobalSecondaryIndexes: definition.indexes.map(indexInput) }),
    ...(definition.stream === true ? { StreamSpecification: wholeStream } : {}),
  }
}

/** One index as CreateTable and UpdateTable take it. */
export function indexInput(index: PersistSpec['indexes'][number]): GlobalSecondaryIndex {
  return { IndexName: index.name, KeySchema: keySchema(index), Projection: { ProjectionType: 'ALL' } }
}

/** Names of the indexes that the table does not have yet. */
export function missingIndexes(definition: PersistSpec, table: TableDescription): string[] {
  const present = new Set((table.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName))
  return definition.indexes.map((index) => index.name).filter((name) => !present.has(name))
}

/** Sentences about keys that differ from the definition; DynamoDB cannot change the key of a table. */
export function keyDifferences(definition: PersistSpec, table: TableDescription): string[] {
  const types = new Map((table.AttributeDefinitions ?? []).map((attribute) => [attribute.AttributeName, attribute.AttributeType]))
  const stored = (schema: KeySchemaElement[] | undefined): string => (schema ?? []).map((element) => `${element.AttributeName} (${typeWord(types.get(element.AttributeName))})`).join(', ')
  const wanted = (key: { partition: string; sort?: string }): string => keySchema(key).map((element) => `${element.AttributeName} (${typeWord(definition.keyTypes[element.AttributeName!])})`).join(', ')
  const differences = stored(table.KeySchema) === wanted(definition.key) ? [] : [`its key is ${stored(table.KeySchema)}, and x-persist says ${wanted(definition.key)}`]
  for (const index of definition.indexes) {
    const present = table.GlobalSecondaryIndexes?.find((candidate) => candidate.IndexName === index.name)
    if (present !== undefined && stored(present.KeySchema) !== wanted(index)) differences.push(`its index ${index.name} has the key ${stored(present.KeySchema)}, and x-persist says ${wanted(index)}`)
  }
  return differences
}

function keySchema({ partition, sort }: { partition: string; sort?: string }): KeySchemaElement[] {
  return [{ AttributeName: partition, KeyType: 'HASH' }, ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }])]
}

function typeWord(type: string | undefined): string {
  return type === 'N' ? 'number' : 'text'
}
