// Where the functions of operations are made: in the stack itself, or in nested ones, so that it stays below what CloudFormation takes.
import { NestedStack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

const functionsInOneStack = 20
const nests = 16

/** The scope for a function. Which nest it is in depends on its name alone, so that none moves because another one comes. @param count how many functions there are */
export function placeOf(scope: Construct, name: string, { count, nestFunctions }: { count: number; nestFunctions: boolean | undefined }): Construct {
  if (!(nestFunctions ?? count > functionsInOneStack)) return scope
  const nest = `Functions-${[...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7) % nests}`
  return (scope.node.tryFindChild(nest) as NestedStack | undefined) ?? new NestedStack(scope, nest)
}
