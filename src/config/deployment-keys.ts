// The table of keys that only a deployment reads; bundling a function leaves this file out.
import type { DeploymentConfig, KeySpec } from './keys.ts'

const schedule = /^(cron\([^)]+\)|at\([^)]+\)) \d{1,5} \d{1,5}$/
const operationLimit = /^\S+ \d{1,6}(\.\d+)? \d{1,6}$/
const steps = /^(all at once|(linear|canary) [1-9]\d? ([1-9]|[12]\d|30))$/
const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** By camelCase name; the compiler keeps it equal to DeploymentConfig. */
export const deploymentKeys: { readonly [Key in keyof Required<DeploymentConfig>]: KeySpec } = {
  awsUser: { group: 'aws', type: 'text', doc: 'Profile of the AWS configuration that commands use; the default profile where it is not set.' },
  awsDefaultRegion: { group: 'aws', type: 'text', pattern: /^[a-z]{2}(-[a-z]+)+-\d+$/, must: 'be a region such as eu-west-1', doc: 'Region of the service; that of the AWS configuration where it is not set.' },
  awsCertArn: { group: 'aws', type: 'text', pattern: /^arn:[^\s]+$/, must: 'be an ARN', doc: 'Certificate for `live_host`; with it the stage answers at that host.' },
  awsZoneId: { group: 'aws', type: 'text', doc: 'Hosted zone in which `live_host` is registered; without it the record is printed.' },
  awsHostsMin: { group: 'aws', type: 'whole number', default: 0, min: 0, max: 10000, doc: 'Lowest provisioned concurrency of each function; 0 with `aws_hosts_max` 0: none is provisioned.' },
  awsHostsMax: { group: 'aws', type: 'whole number', default: 0, min: 0, max: 10000, doc: 'Highest provisioned concurrency of each function; 0: as many as `aws_hosts_min`.' },
  awsHostsTarget: { group: 'aws', type: 'whole number', default: 70, min: 10, max: 90, unit: 'percent', doc: 'Use of the provisioned concurrency that scaling aims at.' },
  awsHostsSchedule: { group: 'aws', type: 'list of texts', default: [], pattern: schedule, must: 'be a schedule (UTC) and two numbers such as "cron(0 7 ? * MON-FRI *) 2 10"', doc: 'Times at which the bounds change: `cron(…) min max` or `at(…) min max`, in UTC.' },
  reservedConcurrency: { group: 'aws', type: 'whole number', default: 0, min: 0, max: 10000, doc: 'Concurrency that each function keeps for itself and cannot exceed; 0: it shares the account\'s.' },
  memoryMb: { group: 'aws', type: 'whole number', default: 512, min: 128, max: 10240, unit: 'MiB', doc: 'Memory of functions; processor time grows with it.' },
  logRetentionDays: { group: 'aws', type: 'whole number', default: 30, min: 0, max: 3653, unit: 'days', doc: 'How long CloudWatch keeps log lines; 0: for ever. CloudWatch knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653.' },
  functions: { group: 'aws', type: 'map of functions', default: {}, doc: 'Settings of single functions: name (of `x-klue-function`, or of the entry file) → `memory_mb`, `timeout_seconds`, `hosts_min`, `hosts_max`, `reserved_concurrency`.' },
  throttleRate: { group: 'aws', type: 'whole number', default: 0, min: 0, max: 100000, unit: 'requests a second', doc: 'Requests that the stage takes; more get 429 from the gateway. 0: the account\'s limit.' },
  throttleBurst: { group: 'aws', type: 'whole number', default: 0, min: 0, max: 100000, unit: 'requests', doc: 'Requests at once beyond `throttle_rate`; 0: twice the rate.' },
  throttleOperations: { group: 'aws', type: 'list of texts', default: [], pattern: operationLimit, must: 'be an operationId, a rate and a burst such as "getLatest 50 100"', doc: 'Limits of single operations, 100 at most: `operationId rate burst`.' },
  tableBilling: { group: 'aws', type: 'choice', default: 'on-demand', choices: ['on-demand', 'provisioned'], doc: 'How tables are paid: by request, or by a capacity that scales between the bounds below, indexes included.' },
  tableReadMin: { group: 'aws', type: 'whole number', default: 1, min: 1, max: 40000, unit: 'units', doc: 'Lowest read capacity of a provisioned table.' },
  tableReadMax: { group: 'aws', type: 'whole number', default: 20, min: 1, max: 40000, unit: 'units', doc: 'Highest read capacity of a provisioned table.' },
  tableWriteMin: { group: 'aws', type: 'whole number', default: 1, min: 1, max: 40000, unit: 'units', doc: 'Lowest write capacity of a provisioned table.' },
  tableWriteMax: { group: 'aws', type: 'whole number', default: 20, min: 1, max: 40000, unit: 'units', doc: 'Highest write capacity of a provisioned table.' },
  tableTarget: { group: 'aws', type: 'whole number', default: 70, min: 20, max: 90, unit: 'percent', doc: 'Use of the provisioned capacity that scaling aims at.' },
  shift: { group: 'aws', type: 'text', default: 'all at once', pattern: steps, must: 'be "all at once", or linear or canary with a percentage from 1 to 99 and minutes from 1 to 30, such as "canary 10 5"', doc: 'How requests go over to a new version: `all at once`; `linear PERCENT MINUTES`, as many percent more each time; or `canary PERCENT MINUTES`, as many percent, then all. Steps are taken by CodeDeploy and taken back where functions fail or answers of 500 and above become many; they exclude provisioned concurrency.' },
  alarms: { group: 'aws', type: 'true or false', default: 'by stage', doc: 'Whether the stage has alarms in CloudWatch. By default only the stage `live` has.' },
  runSchedules: { group: 'aws', type: 'true or false', default: 'as live', doc: 'Whether schedules and consumers run on the deployed stage. By default where `live` is true; elsewhere `klue tasks run` runs them by hand.' },
  dashboard: { group: 'aws', type: 'true or false', default: false, doc: 'Whether a stage with alarms has a dashboard of the same numbers too; it costs 3 USD a month, whatever comes.' },
  alarmEmail: { group: 'aws', type: 'text', pattern: email, must: 'be an e-mail address', doc: 'Who is told of alarms; the address has to confirm the subscription once.' },
  alarmErrorPercent: { group: 'aws', type: 'whole number', default: 5, min: 1, max: 100, unit: 'percent', doc: 'Share of answers of 500 and above, in five minutes, that raises an alarm.' },
  alarmLatencyMs: { group: 'aws', type: 'whole number', default: 3000, min: 1, max: 30000, unit: 'milliseconds', doc: 'Latency (99th percentile of five minutes, three times in a row) that raises an alarm.' },
  seeds: { group: 'aws', type: 'list of texts', default: ['seeds'], pattern: /^(?!\/)(?!.*\.\.).+$/, must: 'be a path below the project, such as seeds or seeds/demo.yaml', doc: 'Files and folders with the items of `klue data seed`.' },
}

/** What `functions.<name>` may hold, by its name in the file. */
export const functionKeys: Readonly<Record<string, KeySpec>> = {
  memory_mb: { group: 'aws', type: 'whole number', default: 512, min: 128, max: 10240, unit: 'MiB', doc: 'Memory of the function.' },
  timeout_seconds: { group: 'aws', type: 'whole number', default: 29, min: 1, max: 29, unit: 'seconds', doc: 'Time of its handlers until the caller gets 504.' },
  hosts_min: { group: 'aws', type: 'whole number', default: 0, min: 0, max: 10000, doc: 'Lowest provisioned concurrency.' },
  hosts_max: { group: 'aws', type: 'whole number', default: 0, min: 0, max: 10000, doc: 'Highest provisioned concurrency.' },
  reserved_concurrency: { group: 'aws', type: 'whole number', default: 0, min: 0, max: 10000, doc: 'Concurrency that it keeps for itself and cannot exceed.' },
}
