// A service in AWS: one function behind an HTTP API, with its tables and its log.
import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib'
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { PersistDefinition } from '../spec/index.ts'
import type { ServiceBundle } from './bundle-service.ts'

export interface KlueServiceProps {
  /** Made by `bundleService`. */
  readonly bundle: ServiceBundle
  /** MiB. @default 512 */
  readonly memorySize?: number
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays
  /** Shown by `/version` as `container`. @default none */
  readonly version?: string
}

// What the code of persist/ and store/ calls; tables themselves are made by the stack alone.
const itemActions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query']

// An HTTP API waits so long and no longer (seconds).
const gatewayLimit = 30

/**
 * One function for all operations of a service, behind an HTTP API with a single route.
 * @example
 * new KlueService(stack, 'Service', { bundle: await bundleService({ entry: 'functions/builds.ts', stage: 'live' }) })
 */
export class KlueService extends Construct {
  readonly function: Function
  readonly api: HttpApi
  /** By logical name, as in `x-persist`. */
  readonly tables: Readonly<Record<string, TableV2>>

  constructor(scope: Construct, id: string, props: KlueServiceProps) {
    super(scope, id)
    const { bundle, memorySize = 512, logRetention = RetentionDays.ONE_MONTH, version } = props
    // Data and its history outlive a stack that real users depended on.
    const removalPolicy = bundle.live ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
    this.function = new Function(this, 'Function', {
      description: `${bundle.name}, stage ${bundle.stage}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: bundle.handler,
      code: Code.fromAsset(bundle.folder),
      memorySize,
      // A second more than a handler has, so that klue's own 504 is the one that callers see.
      timeout: Duration.seconds(Math.min(bundle.timeoutSeconds + 1, gatewayLimit)),
      logGroup: new LogGroup(this, 'Log', { retention: logRetention, removalPolicy }),
      environment: { KLUE_TABLE_PREFIX: bundle.tablePrefix, ...(version === undefined ? {} : { KLUE_VERSION: version }) },
    })
    this.tables = Object.fromEntries(bundle.tables.map((definition) => [definition.table, this.#addTable(definition, bundle.tablePrefix, removalPolicy)]))
    this.api = new HttpApi(this, 'Api', { apiName: `${bundle.name}-${bundle.stage}`, defaultIntegration: new HttpLambdaIntegration('Integration', this.function) })
    new CfnOutput(this, 'Url', { value: this.api.apiEndpoint })
  }

  #addTable(definition: PersistDefinition, prefix: string, removalPolicy: RemovalPolicy): TableV2 {
    const attribute = (name: string): { name: string; type: AttributeType } => ({ name, type: definition.keyTypes[name] === 'N' ? AttributeType.NUMBER : AttributeType.STRING })
    const keys = ({ partition, sort }: { partition: string; sort?: string }): Pick<ConstructorParameters<typeof TableV2>[2], 'partitionKey' | 'sortKey'> => ({
      partitionKey: attribute(partition),
      ...(sort === undefined ? {} : { sortKey: attribute(sort) }),
    })
    const table = new TableV2(this, `Table-${definition.table}`, {
      tableName: `${prefix}${definition.table}`,
      ...keys(definition.key),
      billing: Billing.onDemand(),
      globalSecondaryIndexes: definition.indexes.map((index) => ({ indexName: index.name, ...keys(index) })),
      ...(definition.ttl === undefined ? {} : { timeToLiveAttribute: definition.ttl }),
      removalPolicy,
    })
    table.grant(this.function, ...itemActions)
    return table
  }
}
