// What functions may do: the calls that their code makes, on what they name, and nothing else.
import { ArnFormat, Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function } from 'aws-cdk-lib/aws-lambda'
import type { PersistDefinition } from '../openapi/index.ts'
import { storeDefinition } from '../store/index.ts'

// What the code of persist/ calls; tables themselves are made by the stack alone.
const itemActions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:Query']
// The code of store/ counts log-ins in the kit's own table.
const storeActions = [...itemActions, 'dynamodb:UpdateItem']

/** Lets a function read and write the items of a table, and query its indexes. */
export function grantItems(table: TableV2, definition: PersistDefinition, target: Function): void {
  const { indexes } = definition
  target.addToRolePolicy(new PolicyStatement({ actions: definition.table === storeDefinition.table ? storeActions : itemActions, resources: [table.tableArn] }))
  if (indexes.length > 0) target.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources: indexes.map(({ name }) => `${table.tableArn}/index/${name}`) }))
}

/** Lets a function read secrets by their names. */
export function grantSecrets(target: Function, prefix: string, names: readonly string[]): void {
  if (names.length === 0) return
  const stack = Stack.of(target)
  // Secrets Manager adds six characters to a name.
  const resources = names.map((name) => stack.formatArn({ service: 'secretsmanager', resource: 'secret', resourceName: `${prefix}${name}-??????`, arnFormat: ArnFormat.COLON_RESOURCE_NAME }))
  target.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }))
}
