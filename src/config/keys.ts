// What the configuration is once parsed: the type of every known key, and what a row of the key table says.

import type { AlertSettings } from './alert-settings.ts'
import type { ReportChannelSettings } from './report-channel.ts'
import type { ScheduleSettings } from './schedule-settings.ts'

/** How klue reaches an API that this service calls. */
export interface ApiSettings {
  /** Where the called API answers, for example `https://metrics.example.com`. */
  url?: string
  /** User name of Basic authentication. */
  username?: string
  /** Password of Basic authentication. */
  password?: string
  /** Milliseconds until a call to this API is given up. */
  timeoutMs?: number
}

/** The level of a request from which something of it is kept. */
export type LogThreshold = 'auto' | 'debug' | 'info' | 'warn' | 'error' | 'never'

/** Every known key of klue-config.yaml in camelCase; docs/reference/config.md explains each. */
export interface KnownConfig {
  name: string
  live: boolean
  liveHost?: string
  envSecrets: string[]
  jwtSecret?: string
  jwtIssuer?: string
  jwtAudience?: string
  /** Seconds. */
  jwtTokenTimeout: number
  /** Seconds. */
  jwtTokenRenewAfter: number
  defaultUserId?: string
  loginAttempts: number
  loginWindowSeconds: number
  cookieOrigins: string[]
  corsOrigins: string[]
  devHosts: string[]
  port: number
  mock: boolean
  basePath: boolean
  tasksPath: string
  control: boolean
  /** Absent in deployed functions. */
  schedules?: Record<string, ScheduleSettings>
  bodyLimitBytes: number
  responseLimitBytes: number
  timeoutSeconds: number
  responseCheck: 'off' | 'log' | 'fail'
  hideInternalErrors: boolean
  reportCallExceedingMs: number
  reportSlowBaseline: number
  reports: Record<string, ReportChannelSettings>
  /** Seconds. */
  reportMinInterval: number
  /** Seconds. */
  reportCompressWindow: number
  crashApi: boolean
  secretNames: string[]
  logDataLevel: LogThreshold
  logResultLevel: LogThreshold
  logHeadersLevel: LogThreshold
  logBodyLimitBytes: number
  logExcludeMethods: string[]
  logExcludeStatuses: string[]
  logExcludeOperations: string[]
  logVolatile: boolean
  logVolatileDays: number
  logDays: number
  logPersistLevel: 'debug' | 'info' | 'warn' | 'error'
  logPersistDurationMs: number
  logsMonthlyUsd: number
  logArchive: boolean
  /** 0: for ever. */
  logArchiveDays: number
  metricOperations: string[]
  metricNames: string[]
  alerts: Record<string, AlertSettings>
  hideIpAddress: boolean
  hideUserId: boolean
  apis: Record<string, ApiSettings>
  dynamodbEndpoint?: string
}

/** How a function of its own (`x-klue-function`) differs from the others. */
export interface FunctionSettings {
  memoryMb?: number
  /** Seconds. */
  timeoutSeconds?: number
  hostsMin?: number
  hostsMax?: number
  reservedConcurrency?: number
}

/** The keys that only a deployment reads: a deployed function does not hold them. */
export interface DeploymentConfig {
  awsUser?: string
  awsDefaultRegion?: string
  awsCertArn?: string
  awsZoneId?: string
  awsHostsMin: number
  awsHostsMax: number
  /** Percent of the provisioned concurrency. */
  awsHostsTarget: number
  /** `cron(…) min max` or `at(…) min max`, UTC. */
  awsHostsSchedule: string[]
  reservedConcurrency: number
  memoryMb: number
  logRetentionDays: number
  functions: Record<string, FunctionSettings>
  /** Requests a second; 0: the account's limit. */
  throttleRate: number
  throttleBurst: number
  /** `operationId rate burst`. */
  throttleOperations: string[]
  tableBilling: 'on-demand' | 'provisioned'
  tableReadMin: number
  tableReadMax: number
  tableWriteMin: number
  tableWriteMax: number
  /** Percent of the provisioned capacity. */
  tableTarget: number
  /** `all at once`, `linear PERCENT MINUTES` or `canary PERCENT MINUTES`. */
  shift: string
  alarms: boolean
  runSchedules: boolean
  dashboard: boolean
  alarmEmail?: string
  alarmErrorPercent: number
  alarmLatencyMs: number
  /** Below the project. */
  seeds: string[]
}

/** The one configuration object: known keys in camelCase, own keys by their given name. */
export interface Config extends KnownConfig, Partial<DeploymentConfig> {
  /** The stage that this configuration is for, for example `local` or `live`. */
  readonly stage: string
  /** Every key that the files set, known and own, as spelt there and with secrets put in. */
  readonly values: Readonly<Record<string, unknown>>
  /** Keys whose values must not be shown, dotted below the top level, for example `apis.metrics.password`. */
  readonly secretKeys: readonly string[]
  /** Own keys, and what the service sets at run time. */
  [key: string]: unknown
}

/** Groups of keys, in the order of the reference page. */
export type KeyGroup = 'service' | 'security' | 'requests' | 'observing' | 'calls' | 'aws'

interface KeyBase {
  group: KeyGroup
  /** One sentence. */
  doc: string
  /** `seconds`, `milliseconds`, `bytes`; absent where the value counts nothing. */
  unit?: string
  /** Never shown, and kept locally or in Secrets Manager where the file does not set it. */
  secret?: true
}

/** What a value may be; `pattern` and the bounds are inclusive and say themselves in `must`. */
export type KeySpec = KeyBase &
  (
    | { type: 'text'; default?: string; pattern?: RegExp; must?: string }
    | { type: 'whole number'; default: number; min: number; max: number }
    | { type: 'number'; default: number; min: number; max: number }
    | { type: 'true or false'; default: boolean | 'by stage' | 'as live' }
    | { type: 'choice'; default: string; choices: readonly string[] }
    | { type: 'list of texts'; default: readonly string[]; pattern?: RegExp; must?: string }
    | { type: 'map of called APIs' | 'map of functions' | 'map of channels' | 'map of alerts' | 'map of schedules' | 'mapping'; default: Readonly<Record<string, never>> }
  )
