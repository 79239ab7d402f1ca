// What functions may do: the calls that their code makes, on what they name, and nothing else.
import { ArnFormat, Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function } from 'aws-cdk-lib/aws-lambda'
import type { PersistDefinition } from '../openapi/index.ts'
import { storeDefinition } from '../store/index.ts'
import { tableActions, type TableCall } from './table-calls.ts'

// The code of store/ keeps users and counts log-ins in the kit's own table.
const storeActions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:Query', 'dynamodb:UpdateItem']

/** Lets a function do to the items of a table what its code names, and list its indexes. */
export function grantItems(table: TableV2, target: Function, { definition, calls, isSide }: { definition: PersistDefinition; calls: readonly TableCall[]; isSide: boolean }): void {
  const { indexes, ttl } = definition
  const actions = definition.table === storeDefinition.table ? storeActions : tableActions(calls, { ttl: ttl !== undefined, isSide }).map((action) => `dynamodb:${action}`)
  if (actions.length > 0) target.addToRolePolicy(new PolicyStatement({ actions, resources: [table.tableArn] }))
  const listing = actions.filter((action) => action === 'dynamodb:Query' || action === 'dynamodb:Scan')
  if (indexes.length > 0 && listing.length > 0) target.addToRolePolicy(new PolicyStatement({ actions: listing, resources: indexes.map(({ name }) => `${table.tableArn}/index/${name}`) }))
}

/** Lets a function read secrets by their names. */
export function grantSecrets(target: Function, prefix: string, names: readonly string[]): void {
  if (names.length === 0) return
  const stack = Stack.of(target)
  // Secrets Manager adds six characters to a name.
  const resources = names.map((name) => stack.formatArn({ service: 'secretsmanager', resource: 'secret', resourceName: `${prefix}${name}-??????`, arnFormat: ArnFormat.COLON_RESOURCE_NAME }))
  target.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }))
}
