// What can be said of a service's stack in code; everything has its default in the configuration of the stage.
import type { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IHostedZone } from 'aws-cdk-lib/aws-route53'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { FunctionSettings } from '../config/build.ts'
import type { ProvisionedConcurrency } from './klue-function.ts'
import type { Shift } from './klue-shift.ts'
import type { TableCapacity } from './klue-table.ts'
import type { Throttle } from './plan-routes.ts'
import type { Project } from './project.ts'

export interface KlueServiceProps {
  /** Made by `prepareProject`. */
  readonly project: Project
  /** MiB of each function. @default `memory_mb` of the stage, 512 */
  readonly memorySize?: number
  /** How long log lines are kept. @default `log_retention_days` of the stage, 30 */
  readonly logRetention?: RetentionDays
  /** Plain environment variables of each function; never secrets. @default none */
  readonly environment?: Readonly<Record<string, string>>
  /** Concurrency that each function keeps for itself and cannot exceed. @default `reserved_concurrency` of the stage, none */
  readonly reservedConcurrentExecutions?: number
  /** Instances of each function that stand ready, with target tracking and schedules. @default `aws_hosts_min`, `aws_hosts_max`, `aws_hosts_target` and `aws_hosts_schedule` of the stage, none */
  readonly provisionedConcurrency?: ProvisionedConcurrency
  /** Settings of single functions, by the name in `x-klue-function` or of the entry file. @default `functions` of the stage */
  readonly functions?: Readonly<Record<string, FunctionSettings>>
  /** Whether functions of `x-klue-function` are made in nested stacks. @default where there are more than 20 of them */
  readonly nestFunctions?: boolean
  /** Whether documents and their pages are served at `/doc/*`. @default true */
  readonly documents?: boolean
  /** Tasks that run at the same time at most, 2 to 1000. @default 10 */
  readonly taskConcurrency?: number
  /** Whether lines become logs, counts and reports. @default true */
  readonly telemetry?: boolean
  /** Bounds of the capacity of every table and index; `false`: tables are paid by request. @default `table_billing` and `table_*` of the stage, paid by request */
  readonly tableCapacity?: TableCapacity | false
  /** Whether tables can be set back to any second of the last 35 days. @default true */
  readonly pointInTimeRecovery?: boolean
  /** Whether tables refuse to be deleted. @default on live stages */
  readonly deletionProtection?: boolean
  /** What happens to tables and logs when the stack is deleted. @default they stay on live stages and go with others */
  readonly removalPolicy?: RemovalPolicy
  /** Limit of all requests together; more get 429 from the gateway. @default `throttle_rate` and `throttle_burst` of the stage, the account's limit */
  readonly throttle?: Throttle
  /** Limits of up to 100 operations, by operationId. @default `throttle_operations` of the stage, none */
  readonly operationThrottles?: Readonly<Record<string, Throttle>>
  /** Host that the service answers at. @default `live_host` of the stage where there is a certificate, none */
  readonly domainName?: string
  /** Certificate of the host, in the region of the stack. @default `aws_cert_arn` of the stage, none */
  readonly certificate?: ICertificate
  /** Zone in which the host is registered. @default `aws_zone_id` of the stage; without it the record to make is an output of the stack */
  readonly hostedZone?: IHostedZone
  /** How requests go over to a new version; steps exclude provisioned concurrency. @default `shift` of the stage, all at once */
  readonly shift?: Shift
  /** Whether there are alarms. @default `alarms` of the stage, on the stage `live` */
  readonly alarms?: boolean
  /** Whether the alarms come with a dashboard, which costs by the month. @default `dashboard` of the stage, none */
  readonly dashboard?: boolean
  /** Who is told of alarms. CloudWatch is let in, and into its key; one under `alias/aws/sns` is refused. @default a topic of the stack's own, with `alarm_email` of the stage as its subscriber */
  readonly alarmTopic?: ITopic
  /** Share of answers of 500 and above in five minutes that raises an alarm, in percent. @default `alarm_error_percent` of the stage, 5 */
  readonly alarmErrorPercent?: number
  /** 99th percentile of the latency that raises an alarm. @default `alarm_latency_ms` of the stage, 3 seconds */
  readonly alarmLatency?: Duration
}
