// What functions may do: the calls that their code makes, on what they name, and nothing else.
import { ArnFormat, Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function } from 'aws-cdk-lib/aws-lambda'

// What the code of persist/ and store/ calls; tables themselves are made by the stack alone.
const itemActions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query']

/** Lets a function read and write the items of a table, and query its indexes. */
export function grantItems(table: TableV2, indexes: readonly string[], target: Function): void {
  target.addToRolePolicy(new PolicyStatement({ actions: itemActions, resources: [table.tableArn] }))
  if (indexes.length > 0) target.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources: indexes.map((index) => `${table.tableArn}/index/${index}`) }))
}

/** Lets a function read secrets by their names. */
export function grantSecrets(target: Function, prefix: string, names: readonly string[]): void {
  if (names.length === 0) return
  const stack = Stack.of(target)
  // Secrets Manager adds six characters to a name.
  const resources = names.map((name) => stack.formatArn({ service: 'secretsmanager', resource: 'secret', resourceName: `${prefix}${name}-??????`, arnFormat: ArnFormat.COLON_RESOURCE_NAME }))
  target.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }))
}
