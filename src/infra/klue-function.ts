// One function: its code, log, version, alias, and how many of it stand ready.
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Alias, Architecture, Code, Function, type IVersion, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, LogGroupClass, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'

export interface KlueFunctionProps {
  /** Folder with the module and what it reads. */
  readonly folder: string
  /** Exported name of the handler, for example `index.handler`. */
  readonly handler: string
  /** Shown in the console of AWS. */
  readonly description: string
  /** MiB. */
  readonly memorySize: number
  /** Time limit of Lambda. */
  readonly timeout: Duration
  /** Plain settings; never secrets. */
  readonly environment: Readonly<Record<string, string>>
  /** How long log lines are kept. */
  readonly logRetention: RetentionDays
  /** What happens to the log when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy
  /** Whether its log has the class for infrequent access: half the price, no subscription, read by Logs Insights alone. @default it has not */
  readonly infrequentLog?: boolean
  /** Concurrency that the function keeps for itself and cannot exceed. @default it shares the account's */
  readonly reservedConcurrentExecutions?: number
  /** Instances that stand ready. @default none */
  readonly provisioned?: ProvisionedConcurrency
}

/** How many instances of a function stand ready, and when. */
export interface ProvisionedConcurrency {
  /** Lowest number of instances. */
  readonly min: number
  /** Highest number of instances. */
  readonly max: number
  /** Use that scaling aims at, from 0.1 to 0.9. */
  readonly utilization: number
  /** `cron(…) min max` or `at(…) min max`, in UTC. @default none */
  readonly schedules?: readonly string[]
}

/** A function with a log group, a version and the alias `live`, which is what is called. */
export class KlueFunction extends Construct {
  /** The Lambda function. */
  readonly function: Function
  /** The alias `live`: what is called, and what instances stand ready for. */
  readonly alias: Alias
  /** Where its lines go. */
  readonly logGroup: LogGroup

  #candidate: Alias | undefined

  constructor(scope: Construct, id: string, props: KlueFunctionProps) {
    super(scope, id)
    const log = { retention: props.logRetention, removalPolicy: props.removalPolicy }
    // AWS changes the class of no log that is there: another class is another log.
    this.logGroup = props.infrequentLog === true ? new LogGroup(this, 'InfrequentLog', { ...log, logGroupClass: LogGroupClass.INFREQUENT_ACCESS }) : new LogGroup(this, 'Log', log)
    // AWS's own policy for functions would let it write every log of the account.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.logGroup.grantWrite(role)
    this.function = new Function(this, 'Function', {
      role,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: props.handler,
      code: Code.fromAsset(props.folder),
      memorySize: props.memorySize,
      timeout: props.timeout,
      logGroup: this.logGroup,
      environment: { ...props.environment },
      // Versions stay, so that there is one to go back to. One that a failed deployment made goes, else its code could not be published again.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
      ...(props.reservedConcurrentExecutions === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrentExecutions }),
    })
    this.alias = new Alias(this, 'Live', { aliasName: 'live', version: this.function.currentVersion as IVersion })
    if (props.provisioned !== undefined) this.#provision(props.provisioned)
    Validations.of(this).acknowledge(
      { id: 'Serverless::Serverless-LambdaDLQ', reason: 'Callers wait for the answer: no event is queued that could be lost.' },
      { id: 'Serverless::Serverless-LambdaTracing', reason: 'Each request leaves a line with its own account of where time went; X-Ray is left to who wants to pay for it.' },
    )
  }

  /** The alias `candidate`, which has the new version until it is live; made when it is first asked for. */
  get candidate(): Alias {
    this.#candidate ??= new Alias(this, 'Candidate', { aliasName: 'candidate', version: this.function.currentVersion as IVersion })
    return this.#candidate
  }

  /** Lets the routes of an HTTP API call an alias of the function. @default the alias `live` */
  allowApi(apiId: string, alias: Alias = this.alias): void {
    alias.addPermission('Api', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: Stack.of(this).formatArn({ service: 'execute-api', resource: apiId, resourceName: '*' }),
    })
  }

  #provision({ min, max, utilization, schedules = [] }: ProvisionedConcurrency): void {
    const scaling = this.alias.addAutoScaling({ minCapacity: min, maxCapacity: max })
    scaling.scaleOnUtilization({ utilizationTarget: utilization })
    for (const [index, entry] of schedules.entries()) {
      const [, expression, low, high] = /^(\S.*\)) (\d+) (\d+)$/.exec(entry)!
      scaling.scaleOnSchedule(`Schedule${index + 1}`, { schedule: Schedule.expression(expression!), minCapacity: Number(low), maxCapacity: Number(high) })
    }
  }
}

/** Milliseconds that the gateway waits at most, as a time limit of functions. */
export const gatewayLimit: Duration = Duration.seconds(30)
