// How requests go over to a new version: in steps that CodeDeploy takes, and takes back where alarms ring.
import { Duration, Validations } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup, TimeBasedCanaryTrafficRouting, TimeBasedLinearTrafficRouting } from 'aws-cdk-lib/aws-codedeploy'
import { type IRole, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { KlueApi } from './klue-api.ts'
import type { KlueFunction } from './klue-function.ts'

/** `linear 10 1`: ten percent more each minute; `canary 10 5`: ten percent, and the rest five minutes later. */
export type Shift = 'all at once' | `linear ${number} ${number}` | `canary ${number} ${number}`

export interface KlueShiftProps {
  /** Share of requests that goes over in a step, and how long a step lasts. */
  readonly shift: Exclude<Shift, 'all at once'>
  /** Share of answers of 500 and above in a minute that takes the new version back, in percent; at most half of the first step counts. */
  readonly errorPercent: number
}

const period = Duration.minutes(1)

/** Moves the aliases `live` in steps. */
export class KlueShift extends Construct {
  readonly #application: LambdaApplication
  readonly #config: LambdaDeploymentConfig
  readonly #role: IRole
  readonly #threshold: number

  constructor(scope: Construct, id: string, { shift, errorPercent }: KlueShiftProps) {
    super(scope, id)
    const [kind, percent, minutes] = shift.split(' ') as ['linear' | 'canary', string, string]
    const steps = { percentage: Number(percent), interval: Duration.minutes(Number(minutes)) }
    this.#threshold = Math.min(errorPercent, steps.percentage / 2)
    this.#application = new LambdaApplication(this, 'Application')
    this.#config = new LambdaDeploymentConfig(this, 'Steps', { trafficRouting: kind === 'linear' ? new TimeBasedLinearTrafficRouting(steps) : new TimeBasedCanaryTrafficRouting(steps) })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'), managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSCodeDeployRoleForLambdaLimited')] })
    // One role for all groups, each of which would add the same policy again.
    this.#role = role.withoutPolicyUpdates()
    Validations.of(role).acknowledge({ id: 'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]', reason: 'What CodeDeploy needs is AWS\'s to say; it grants no access to data.' })
  }

  /** Moves these functions in steps, watched by their errors and by the answers of their API. */
  move(name: string, api: KlueApi, functions: readonly KlueFunction[]): void {
    const failures = this.#watchApi(name, api)
    for (const target of functions) {
      const errors = new Alarm(target, 'ShiftErrors', { ...ringing, alarmDescription: 'Ends a deployment: the function fails', metric: target.alias.metricErrors({ period, statistic: Stats.SUM }), threshold: 1 })
      new LambdaDeploymentGroup(target, 'Shift', { application: this.#application, alias: target.alias, deploymentConfig: this.#config, alarms: [errors, failures], role: this.#role })
    }
  }

  #watchApi(name: string, api: KlueApi): Alarm {
    const usingMetrics = { requests: api.metric('Count', { period, statistic: Stats.SUM }), failures: api.metric('5xx', { period, statistic: Stats.SUM }) }
    // Without a floor, one failure at night would be a hundred percent.
    const failing = new MathExpression({ expression: 'IF(requests >= 10, 100 * failures / requests, 0)', usingMetrics, period, label: 'answers of 500 and above, %' })
    return new Alarm(this, `Failures-${name}`, { ...ringing, alarmDescription: `Ends a deployment: ${this.#threshold} % or more of the answers of ${name} are 500 and above`, metric: failing, threshold: this.#threshold })
  }
}

const ringing = { evaluationPeriods: 1, comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD, treatMissingData: TreatMissingData.NOT_BREACHING }
