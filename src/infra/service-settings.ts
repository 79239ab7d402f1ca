// The settings of a service's stack: what the code says, else what the stage's configuration says.
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { DeploymentConfig, FunctionSettings } from '../config/build.ts'
import { UsageError } from '../errors/index.ts'
import type { ProvisionedConcurrency } from './klue-function.ts'
import type { KlueServiceProps } from './klue-service-props.ts'
import type { Shift } from './klue-shift.ts'
import type { TableCapacity } from './klue-table.ts'
import type { Throttle } from './plan-routes.ts'

/** Every setting with its value. */
export interface ServiceSettings {
  memorySize: number
  logRetention: RetentionDays
  functions: Readonly<Record<string, FunctionSettings>>
  reserved: number | undefined
  provisioned: ProvisionedConcurrency | undefined
  capacity: TableCapacity | undefined
  pointInTimeRecovery: boolean
  deletionProtection: boolean
  removalPolicy: RemovalPolicy
  throttle: Throttle | undefined
  operationThrottles: Readonly<Record<string, Throttle>>
  shift: Shift
  alarms: boolean
  dashboard: boolean
  alarmErrorPercent: number
  alarmLatency: Duration
}

/** What one function has. */
export interface OwnSettings {
  memorySize: number
  timeoutSeconds: number | undefined
  reserved: number | undefined
  provisioned: ProvisionedConcurrency | undefined
}

/**
 * Resolves the settings of a service.
 * @throws UsageError where the retention of logs is none that CloudWatch knows, and where a shift in steps meets provisioned concurrency
 */
export function serviceSettings(props: KlueServiceProps): ServiceSettings {
  const { deployment, live } = props.project
  const settings: ServiceSettings = {
    memorySize: props.memorySize ?? deployment.memoryMb,
    logRetention: props.logRetention ?? retention(deployment.logRetentionDays),
    functions: props.functions ?? deployment.functions,
    reserved: props.reservedConcurrentExecutions ?? positive(deployment.reservedConcurrency),
    provisioned: props.provisionedConcurrency ?? provisionedOf(deployment),
    capacity: props.tableCapacity === undefined ? capacityOf(deployment) : props.tableCapacity === false ? undefined : props.tableCapacity,
    pointInTimeRecovery: props.pointInTimeRecovery ?? true,
    deletionProtection: props.deletionProtection ?? live,
    // Data and its history outlive a stack that real users depended on.
    removalPolicy: props.removalPolicy ?? (live ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY),
    throttle: props.throttle ?? throttleOf(deployment.throttleRate, deployment.throttleBurst),
    operationThrottles: props.operationThrottles ?? operationThrottles(deployment),
    // The table of keys has looked at its form.
    shift: props.shift ?? (deployment.shift as Shift),
    alarms: props.alarms ?? deployment.alarms,
    dashboard: props.dashboard ?? deployment.dashboard,
    alarmErrorPercent: props.alarmErrorPercent ?? deployment.alarmErrorPercent,
    alarmLatency: props.alarmLatency ?? Duration.millis(deployment.alarmLatencyMs),
  }
  if (settings.shift !== 'all at once') refuseProvisioned(props, settings)
  return settings
}

/** The settings of one function: its own, else those of all. */
export function ownSettings(settings: ServiceSettings, name: string): OwnSettings {
  const own = settings.functions[name] ?? {}
  const [min, max] = [own.hostsMin, own.hostsMax]
  const utilization = settings.provisioned?.utilization ?? 0.7
  return {
    memorySize: own.memoryMb ?? settings.memorySize,
    timeoutSeconds: own.timeoutSeconds,
    reserved: own.reservedConcurrency === undefined ? settings.reserved : positive(own.reservedConcurrency),
    provisioned: min === undefined && max === undefined ? settings.provisioned : hosts({ min: min ?? 0, max: max ?? 0, utilization }),
  }
}

// Instances stand ready for one version of an alias, and steps need two.
function refuseProvisioned({ shift, project: { loaded } }: KlueServiceProps, settings: ServiceSettings): void {
  const own = Object.keys(settings.functions).find((name) => ownSettings(settings, name).provisioned !== undefined)
  if (settings.provisioned === undefined && own === undefined) return
  const ready = settings.provisioned === undefined ? `instances of ${own} stand ready (hosts_min, hosts_max)` : 'instances stand ready (aws_hosts_min, aws_hosts_max or aws_hosts_schedule)'
  const place = shift === undefined ? { ...(loaded.merged.places['shift'] ?? { file: 'klue-config.yaml' }), pointer: 'shift' } : { file: '', pointer: 'shift of KlueService' }
  throw new UsageError({ code: 'shift-provisioned', ...place, message: `requests cannot go over in steps (${settings.shift}) while ${ready}`, hint: 'write shift: all at once for this stage, or let no instances stand ready' })
}

function provisionedOf(deployment: DeploymentConfig): ProvisionedConcurrency | undefined {
  return hosts({ min: deployment.awsHostsMin, max: deployment.awsHostsMax, utilization: deployment.awsHostsTarget / 100, schedules: deployment.awsHostsSchedule })
}

// Only a schedule may start from nothing.
function hosts({ min, max, utilization, schedules = [] }: ProvisionedConcurrency): ProvisionedConcurrency | undefined {
  const highest = Math.max(min, max)
  return highest === 0 && schedules.length === 0 ? undefined : { min, max: Math.max(1, highest), utilization, schedules }
}

function capacityOf(deployment: DeploymentConfig): TableCapacity | undefined {
  if (deployment.tableBilling === 'on-demand') return undefined
  return { readMin: deployment.tableReadMin, readMax: deployment.tableReadMax, writeMin: deployment.tableWriteMin, writeMax: deployment.tableWriteMax, targetPercent: deployment.tableTarget }
}

function throttleOf(rate: number, burst: number): Throttle | undefined {
  return rate === 0 ? undefined : { rateLimit: rate, burstLimit: burst === 0 ? rate * 2 : burst }
}

function operationThrottles({ throttleOperations }: DeploymentConfig): Record<string, Throttle> {
  return Object.fromEntries(throttleOperations.map((entry) => {
    const [id, rate, burst] = entry.split(' ')
    return [id!, { rateLimit: Number(rate), burstLimit: Number(burst) }]
  }))
}

function retention(days: number): RetentionDays {
  if (days === 0) return RetentionDays.INFINITE
  if (typeof RetentionDays[days] === 'string' && days !== Number(RetentionDays.INFINITE)) return days
  throw new UsageError({ code: 'config-value', file: 'klue-config.yaml', pointer: 'log_retention_days', message: `CloudWatch does not keep logs for ${days} days`, hint: 'see docs/reference/config.md for the numbers that it knows' })
}

function positive(count: number): number | undefined {
  return count > 0 ? count : undefined
}
