// Compares the tables of two templates: what DynamoDB cannot change, or not at once, is refused with the steps to take.
import type { Fault } from '../errors/index.ts'
import { type FoundResource, objectsIn, resourcesOf, type Template } from './template.ts'

const types = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table']

/** A fault for every change of a deployed table that would fail, or would lose its items. New tables and dropped ones are none. */
export function tableChanges(deployed: Template, wanted: Template): Fault[] {
  const after = resourcesOf(wanted, ...types).map(readTable)
  return resourcesOf(deployed, ...types).map(readTable).flatMap((table) => {
    const same = after.find(({ id }) => id === table.id)
    const namesake = after.find(({ name }) => name === table.name)
    if (same === undefined) return namesake === undefined ? [] : [movedFault(table, namesake)]
    return same.name === table.name ? compare(table, same) : [renamedFault(table, same)]
  })
}

interface Index {
  name: string
  /** Such as `job (S), time (N)`. */
  key: string
  projection: string
}

interface Table {
  id: string
  name: string
  key: string
  indexes: Index[]
}

function readTable({ id, properties }: FoundResource): Table {
  const types = new Map(objectsIn(properties['AttributeDefinitions']).map(({ AttributeName: name, AttributeType: type }) => [name, type]))
  const keyOf = (schema: unknown): string => objectsIn(schema).toSorted((left, right) => String(left['KeyType']).localeCompare(String(right['KeyType']))).map(({ AttributeName: name }) => `${String(name)} (${String(types.get(name))})`).join(', ')
  const name = properties['TableName']
  return {
    id,
    name: typeof name === 'string' ? name : id,
    key: keyOf(properties['KeySchema']),
    indexes: objectsIn(properties['GlobalSecondaryIndexes']).map((index) => ({ name: String(index['IndexName']), key: keyOf(index['KeySchema']), projection: projectionOf(index['Projection']) })),
  }
}

function projectionOf(projection: unknown): string {
  const { ProjectionType: type = 'ALL', NonKeyAttributes: attributes = [] } = (projection ?? {}) as { ProjectionType?: string; NonKeyAttributes?: string[] }
  return [type, ...[...attributes].sort()].join(' ')
}

function compare(before: Table, after: Table): Fault[] {
  const faults: Fault[] = []
  if (before.key !== after.key) faults.push(keyFault(before, after))
  for (const index of before.indexes) {
    const next = after.indexes.find(({ name }) => name === index.name)
    if (next !== undefined && (next.key !== index.key || next.projection !== index.projection)) faults.push(indexFault(before, index, next))
  }
  const made = missingIn(before, after)
  const dropped = missingIn(after, before)
  if (made.length + dropped.length > 1) faults.push(manyFault(before, made, dropped))
  return faults
}

/** Names of the indexes of `table` that `other` does not have. */
function missingIn(other: Table, table: Table): string[] {
  return table.indexes.map(({ name }) => name).filter((name) => !other.indexes.some((index) => index.name === name))
}

function keyFault({ name, key }: Table, after: Table): Fault {
  return { code: 'table-key-changed', file: '', pointer: name, message: `the key of the table ${name} changes from ${key} to ${after.key}, and a table keeps its key`, hint: 'give the schema another table under x-persist, deploy, copy the items, and drop the old table later' }
}

function indexFault({ name }: Table, before: Index, after: Index): Fault {
  const what = before.key === after.key ? `what it holds from ${before.projection} to ${after.projection}` : `its key from ${before.key} to ${after.key}`
  return { code: 'table-index-changed', file: '', pointer: name, message: `the index ${before.name} of the table ${name} changes ${what}, and an index stays as it was made`, hint: `add an index of another name, deploy, query that one, deploy, then take ${before.name} out and deploy` }
}

function manyFault({ name }: Table, made: string[], dropped: string[]): Fault {
  const steps = [...made.map((index) => `make ${index}`), ...dropped.map((index) => `drop ${index}`)]
  return { code: 'table-indexes-many', file: '', pointer: name, message: `the indexes of the table ${name} change by ${steps.length} at once, and DynamoDB makes or drops one a deployment`, hint: `deploy once for each: ${steps.join(', then ')}` }
}

function renamedFault(before: Table, after: Table): Fault {
  return { code: 'table-replaced', file: '', pointer: before.name, message: `the table ${before.name} would be replaced by an empty one called ${after.name}`, hint: 'keep its name, or add a table beside it, deploy, and copy the items' }
}

function movedFault(before: Table, after: Table): Fault {
  return { code: 'table-replaced', file: '', pointer: before.name, message: `the table ${before.name} would be made a second time: its logical id changes from ${before.id} to ${after.id}`, hint: `keep the ids of the constructs around it, or call overrideLogicalId('${before.id}')` }
}
