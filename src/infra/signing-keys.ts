// Signing keys that nobody has set: made in the account while the stack is deployed, and never seen by it.
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ArnFormat, CustomResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { bundleInline } from '../bundle/index.ts'

export interface SigningKeysProps {
  /** What the names of the stage's secrets begin with, for example `klue/builds/live/`. */
  readonly secretPrefix: string
  /** The secrets that are made where they are missing, for example `jwt_secret`. */
  readonly names: readonly string[]
  /** How long log lines are kept. @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays
  /** What happens to the log when the stack is deleted. @default RemovalPolicy.DESTROY */
  readonly removalPolicy?: RemovalPolicy
}

/**
 * Makes the secrets that are missing, with 32 random bytes each, whenever the list of names changes.
 * They belong to no stack: none is changed or deleted by it, and one that was removed comes back with the key that it had.
 * @example
 * const keys = new SigningKeys(this, 'SigningKeys', { secretPrefix: project.secretPrefix, names: ['jwt_secret'] })
 * made.function.node.addDependency(keys)
 */
export class SigningKeys extends Construct {
  /** The function that makes them; it may create, describe and restore these secrets, and read none. */
  readonly function: Function
  /** What it writes when it fails; never a key. */
  readonly logGroup: LogGroup

  constructor(scope: Construct, id: string, props: SigningKeysProps) {
    super(scope, id)
    const { secretPrefix, names, logRetention = RetentionDays.ONE_MONTH, removalPolicy = RemovalPolicy.DESTROY } = props
    this.logGroup = new LogGroup(this, 'Log', { retention: logRetention, removalPolicy })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.logGroup.grantWrite(role)
    this.function = new Function(this, 'Function', {
      role,
      description: `Makes the signing keys under ${secretPrefix} that are missing`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromInline(handlerText()),
      memorySize: 256,
      timeout: Duration.minutes(1),
      logGroup: this.logGroup,
    })
    const wholeNames = names.map((name) => `${secretPrefix}${name}`)
    this.function.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:CreateSecret', 'secretsmanager:DescribeSecret', 'secretsmanager:RestoreSecret'], resources: wholeNames.flatMap((name) => this.#arnsOf(name)) }))
    Validations.of(this).acknowledge(
      { id: 'Serverless::Serverless-LambdaDLQ', reason: 'CloudFormation waits for its word: without it the deployment fails and says so.' },
      { id: 'Serverless::Serverless-LambdaTracing', reason: 'It runs once, and says in its log what it did.' },
    )
    new CustomResource(this, 'Keys', { resourceType: 'Custom::KlueSigningKeys', serviceToken: this.function.functionArn, serviceTimeout: Duration.minutes(5), properties: { Names: wholeNames } })
  }

  // Secrets Manager adds six characters to a name; a secret that is about to be made has none yet.
  #arnsOf(name: string): string[] {
    return [name, `${name}-??????`].map((resourceName) => Stack.of(this).formatArn({ service: 'secretsmanager', resource: 'secret', resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME }))
  }
}

function handlerText(): string {
  const file = fileURLToPath(import.meta.url)
  return bundleInline(fileURLToPath(new URL(`../platform/aws/signing-keys-handler${extname(file)}`, import.meta.url)))
}
