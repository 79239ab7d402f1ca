// A DynamoDB table as x-persist declares it.
import type { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, Capacity, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import type { PersistDefinition } from '../openapi/index.ts'

export interface KlueTableProps {
  /** Key, indexes and time of expiry. */
  readonly definition: PersistDefinition
  /** Full name in the account. */
  readonly tableName: string
  /** What happens to the table when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy
  /** Whether the table refuses to be deleted. */
  readonly deletionProtection: boolean
  /** Whether the table can be set back to any second of the last 35 days. */
  readonly pointInTimeRecovery: boolean
  /** Bounds of the capacity of the table and of each index. @default the table is paid by request */
  readonly capacity?: TableCapacity
}

/** Capacity units a second between which a table scales. */
export interface TableCapacity {
  /** Lowest read capacity. */
  readonly readMin: number
  /** Highest read capacity. */
  readonly readMax: number
  /** Lowest write capacity. */
  readonly writeMin: number
  /** Highest write capacity. */
  readonly writeMax: number
  /** Use that scaling aims at, from 20 to 90 percent. */
  readonly targetPercent: number
}

/** A table with the indexes of its definition. */
export class KlueTable extends Construct {
  /** The table itself. */
  readonly table: TableV2

  constructor(scope: Construct, id: string, props: KlueTableProps) {
    super(scope, id)
    const { definition, capacity } = props
    const attribute = (name: string): { name: string; type: AttributeType } => ({ name, type: definition.keyTypes[name] === 'N' ? AttributeType.NUMBER : AttributeType.STRING })
    const keys = ({ partition, sort }: { partition: string; sort?: string }): Pick<ConstructorParameters<typeof TableV2>[2], 'partitionKey' | 'sortKey'> => ({
      partitionKey: attribute(partition),
      ...(sort === undefined ? {} : { sortKey: attribute(sort) }),
    })
    this.table = new TableV2(this, 'Table', {
      tableName: props.tableName,
      ...keys(definition.key),
      billing: capacity === undefined ? Billing.onDemand() : Billing.provisioned({ readCapacity: reads(capacity), writeCapacity: writes(capacity) }),
      globalSecondaryIndexes: definition.indexes.map((index) => ({
        indexName: index.name,
        ...keys(index),
        // An index that falls behind its table would hold back the writes of the table.
        ...(capacity === undefined ? {} : { readCapacity: reads(capacity), writeCapacity: writes(capacity) }),
      })),
      ...(definition.ttl === undefined ? {} : { timeToLiveAttribute: definition.ttl }),
      ...(definition.stream === true ? { dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.pointInTimeRecovery },
      deletionProtection: props.deletionProtection,
      removalPolicy: props.removalPolicy,
    })
  }
}

function reads({ readMin, readMax, targetPercent }: TableCapacity): Capacity {
  return Capacity.autoscaled({ minCapacity: readMin, maxCapacity: readMax, targetUtilizationPercent: targetPercent })
}

function writes({ writeMin, writeMax, targetPercent }: TableCapacity): Capacity {
  return Capacity.autoscaled({ minCapacity: writeMin, maxCapacity: writeMax, targetUtilizationPercent: targetPercent })
}
