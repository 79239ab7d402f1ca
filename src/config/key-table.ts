// The table of known keys: type, bounds, default, unit and meaning; docs/reference/config.md holds the same table.
import { alertKeys } from './alert-keys.ts'
import { deploymentKeys, functionKeys } from './deployment-keys.ts'
import type { DeploymentConfig, KeySpec, KnownConfig } from './keys.ts'
import { reportKeys } from './report-keys.ts'
import { scheduleKeys } from './schedule-keys.ts'

const MIB = 1024 * 1024
const origin = /^(\*|https?:\/\/[^/\s?#@\\*]+)$/i
const exactOrigin = /^https?:\/\/[^/\s?#@\\*]+$/i
const httpUrl = /^https?:\/\/[^\s]+$/

/** Every known key by its camelCase name; the compiler keeps it equal to KnownConfig and DeploymentConfig. */
export const keyTable: { readonly [Key in keyof Required<KnownConfig & DeploymentConfig>]: KeySpec } = {
  name: { group: 'service', type: 'text', pattern: /^[A-Za-z][A-Za-z0-9-]{0,39}$/, must: 'be a letter followed by up to 39 letters, digits or dashes', doc: 'Short name of the service; mandatory. Tables, stacks and reports carry it.' },
  live: { group: 'service', type: 'true or false', default: 'by stage', doc: 'Whether real users depend on this stage; refuses the crash API and needs `live_host`. By default only the stage `live` is.' },
  liveHost: { group: 'service', type: 'text', pattern: /^(https?:\/\/)?[A-Za-z0-9.-]+(:\d+)?\/?$/, must: 'be a host name such as builds.example.com, with or without https://', doc: 'Public host of this stage; mandatory where the stage is live or tests run against it.' },
  envSecrets: { group: 'service', type: 'list of texts', default: [], pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, must: 'be a name of an environment variable', doc: 'Names of environment variables; every key whose whole value is one of them gets the value of the variable.' },
  port: { group: 'service', type: 'whole number', default: 8080, min: 0, max: 65535, doc: 'Port of the local server; the variable PORT and `--port` win. 0 takes a free one.' },
  mock: { group: 'service', type: 'true or false', default: false, doc: 'Whether the local server answers operations that are not written yet from the examples and schemas of their document, as `klue dev --mock` does. What is deployed never does.' },
  jwtSecret: { group: 'security', type: 'text', secret: true, pattern: /^.{16,}$/s, must: 'be at least 16 characters long', doc: 'Key that signs and checks tokens (HS256). Where it is not set, it is generated under `.klue/` locally and kept in Secrets Manager in AWS.' },
  jwtIssuer: { group: 'security', type: 'text', doc: 'Issuer of tokens; checked where it is set.' },
  jwtAudience: { group: 'security', type: 'text', doc: 'Audience of tokens; checked where it is set.' },
  jwtTokenTimeout: { group: 'security', type: 'whole number', default: 86400, min: 1, max: 315360000, unit: 'seconds', doc: 'Life of a token.' },
  jwtTokenRenewAfter: { group: 'security', type: 'whole number', default: 10800, min: 0, max: 315360000, unit: 'seconds', doc: 'Age from which a client should ask for a new token; handed to clients, enforced by nothing.' },
  defaultUserId: { group: 'security', type: 'text', doc: 'User id of tokens that `backendToken` makes without a user; `KLUE_DEFAULT_USER_ID` where it is not set, and nobody on a live stage.' },
  loginAttempts: { group: 'security', type: 'whole number', default: 5, min: 1, max: 1000, doc: 'Failed log-ins of a user name from one address until further ones are refused; of an address over all names 20 times that. A name that failed 20 times that from everywhere is slowed down.' },
  loginWindowSeconds: { group: 'security', type: 'whole number', default: 900, min: 1, max: 86400, unit: 'seconds', doc: 'Time in which `login_attempts` are counted.' },
  cookieOrigins: { group: 'security', type: 'list of texts', default: [], pattern: exactOrigin, must: 'be an origin such as https://app.example.com', doc: 'Origins whose pages may use the token cookie for methods other than GET, HEAD and OPTIONS.' },
  corsOrigins: { group: 'security', type: 'list of texts', default: ['*'], pattern: origin, must: 'be * or an origin such as https://app.example.com', doc: 'Origins that browsers may call this service from.' },
  devHosts: { group: 'security', type: 'list of texts', default: [], pattern: /^(\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/, must: 'be a host name without a port, such as app.test or *.app.test', doc: 'Hosts by which the local server may be called besides those of this machine (`localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`); `*.` stands for every name below. A request with another Host gets 421.' },
  basePath: { group: 'requests', type: 'true or false', default: false, doc: 'Whether operations are served below the path of `servers[0].url` or `basePath` of their document.' },
  tasksPath: { group: 'requests', type: 'text', default: '/tasks', pattern: /^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/, must: 'be a path such as /tasks', doc: 'Where callers see and cancel the tasks of operations with `x-klue-task`, below the base path where `base_path` is set.' },
  control: { group: 'requests', type: 'true or false', default: false, doc: 'Whether the stage has switches of operations that count without a deployment, as [control.md](control.md) says.' },
  schedules: { group: 'requests', type: 'map of schedules', default: {}, doc: 'Tasks that run by the clock: name of the schedule → its settings, in [tasks.md](tasks.md#schedules).' },
  bodyLimitBytes: { group: 'requests', type: 'whole number', default: 6 * MIB, min: 0, max: 6 * MIB, unit: 'bytes', doc: 'Largest body of a request; larger ones are answered 413. Lambda takes no more than 6 MiB.' },
  responseLimitBytes: { group: 'requests', type: 'whole number', default: 6 * MIB, min: 1024, max: 6 * MIB, unit: 'bytes', doc: 'Largest answer; larger ones become 500 RESPONSE_TOO_LARGE. Lambda delivers no more than 6 MiB.' },
  timeoutSeconds: { group: 'requests', type: 'whole number', default: 29, min: 1, max: 900, unit: 'seconds', doc: 'Time of a handler until the caller gets 504; an HTTP API itself gives up after 30.' },
  responseCheck: { group: 'requests', type: 'choice', default: 'log', choices: ['off', 'log', 'fail'], doc: 'What happens to an answer that its document does not declare: nothing, a line in the log, or 500 RESPONSE_INVALID.' },
  hideInternalErrors: { group: 'requests', type: 'true or false', default: false, doc: 'Whether callers get a fixed sentence instead of the text of an unknown exception, of a called API that failed, and of inner errors; recommended for a live stage.' },
  crashApi: { group: 'observing', type: 'true or false', default: false, doc: 'Whether `/crash/*` is served to try out errors and reports; refused on a live stage.' },
  reportCallExceedingMs: { group: 'observing', type: 'whole number', default: 1000, min: 1, max: 900000, unit: 'milliseconds', doc: 'Duration from which a call is reported as slow.' },
  reportSlowBaseline: { group: 'observing', type: 'number', default: 0, min: 0, max: 1000, unit: 'times', doc: 'A call is reported as slow, too, from this multiple of its operation\'s usual p99 on: that of the seven days before, where they had 200 calls. 0: never.' },
  reports: { group: 'observing', type: 'map of channels', default: {}, doc: 'Who is told of crashes and slow calls: name of the channel → its settings, in [reports.md](reports.md#channels).' },
  reportMinInterval: { group: 'observing', type: 'whole number', default: 300, min: 60, max: 86400, unit: 'seconds', doc: 'How long repetitions of an incident are counted before a digest tells their number.' },
  reportCompressWindow: { group: 'observing', type: 'whole number', default: 3600, min: 60, max: 604800, unit: 'seconds', doc: 'How long an incident must be quiet to count as recovered.' },
  secretNames: { group: 'observing', type: 'list of texts', default: ['password', 'passwd', 'secret', 'dsn', 'sessionid', 'pwd', 'passphrase', 'cookie', 'authorization', 'credential', 'token', '_token', 'apikey', '_key', 'klue_candidate'], pattern: /^.{2,100}$/, must: 'be a name of 2 to 100 characters', doc: 'Names of secrets: what stands under a name that contains one of them is written to no log. Capitals do not count, `-` and `_` are the same, and `_key` is also `key`.' },
  logDataLevel: { group: 'observing', type: 'choice', default: 'auto', choices: ['auto', 'debug', 'info', 'warn', 'error', 'never'], doc: 'Level from which the line of a request holds its body; `auto` is `warn` where the stage is live, else `info`.' },
  logResultLevel: { group: 'observing', type: 'choice', default: 'auto', choices: ['auto', 'debug', 'info', 'warn', 'error', 'never'], doc: 'Level from which the line of a request holds the body of its answer; `auto` is `warn` where the stage is live, else `info`.' },
  logHeadersLevel: { group: 'observing', type: 'choice', default: 'auto', choices: ['auto', 'debug', 'info', 'warn', 'error', 'never'], doc: 'Level from which the line of a request holds the headers of both; `auto` is `warn` where the stage is live, else `info`.' },
  logBodyLimitBytes: { group: 'observing', type: 'whole number', default: 16384, min: 0, max: 65536, unit: 'bytes', doc: 'How much of a body is written to the log.' },
  logExcludeMethods: { group: 'observing', type: 'list of texts', default: ['OPTIONS', 'CONNECT', 'TRACE', 'HEAD'], pattern: /^[A-Z]+$/, must: 'be a method such as HEAD', doc: 'Methods whose requests are only counted, unless they fail or log something.' },
  logExcludeStatuses: { group: 'observing', type: 'list of texts', default: [], pattern: /^[1-9]\d\d$/, must: 'be a status such as "304"', doc: 'Statuses below 400 whose requests are only counted, unless they log something.' },
  logExcludeOperations: { group: 'observing', type: 'list of texts', default: [], doc: 'Operations whose requests are only counted, unless they fail or log something: operationIds, or a built-in route such as `GET /ping`.' },
  logVolatile: { group: 'observing', type: 'true or false', default: true, doc: 'Whether unremarkable requests are kept for the shorter time; what fails, warns or is slow always is kept for the longer one.' },
  logVolatileDays: { group: 'observing', type: 'whole number', default: 7, min: 2, max: 3653, unit: 'days', doc: 'How long unremarkable requests are kept.' },
  logDays: { group: 'observing', type: 'whole number', default: 90, min: 2, max: 3653, unit: 'days', doc: 'How long all others are kept.' },
  logPersistLevel: { group: 'observing', type: 'choice', default: 'warn', choices: ['debug', 'info', 'warn', 'error'], doc: 'Level from which a request is remarkable; answers of 500 and above always are.' },
  logPersistDurationMs: { group: 'observing', type: 'whole number', default: 5000, min: 0, max: 900000, unit: 'milliseconds', doc: 'Duration from which a request is remarkable; 0: never for that.' },
  logsMonthlyUsd: { group: 'observing', type: 'number', default: 0, min: 0, max: 1000000, unit: 'USD a month', doc: 'What storing requests may cost: under load only a share of the unremarkable ones is kept, counts stay exact. 0: no limit.' },
  logArchive: { group: 'observing', type: 'true or false', default: false, doc: 'Whether requests are also kept as compressed JSON lines, beyond the time for which they can be queried at once: in a bucket of the stage, locally below `.klue/archive`. `klue logs` and `klue logs forget` reach them.' },
  logArchiveDays: { group: 'observing', type: 'whole number', default: 365, min: 0, max: 36500, unit: 'days', doc: 'How long files of the archive are kept in the bucket; 0: for ever. Local ones stay.' },
  metricOperations: { group: 'observing', type: 'list of texts', default: [], pattern: /^\S+$/, must: 'be an operationId', doc: 'Operations whose metrics are published in CloudWatch too; each costs as much as the service itself.' },
  metricNames: { group: 'observing', type: 'list of texts', default: [], doc: 'Own metrics (`context.metric`) that are published in CloudWatch.' },
  alerts: { group: 'observing', type: 'map of alerts', default: {}, doc: 'When somebody is told without an error: name of the alert → its settings, in [alerts.md](alerts.md#settings).' },
  hideIpAddress: { group: 'observing', type: 'true or false', default: false, doc: 'Whether logs hold a keyed hash instead of the address of the caller; nothing where there is no `jwt_secret`.' },
  hideUserId: { group: 'observing', type: 'true or false', default: false, doc: 'Whether logs hold a keyed hash instead of the id of the user; nothing where there is no `jwt_secret`.' },
  apis: { group: 'calls', type: 'map of called APIs', default: {}, doc: 'How to reach the APIs that this service calls: name of the document → `url`, `username`, `password`, `timeout_ms` (milliseconds).' },
  dynamodbEndpoint: { group: 'aws', type: 'text', pattern: httpUrl, must: 'be an URL such as http://127.0.0.1:8000', doc: 'DynamoDB that is used instead of the embedded one or AWS; the variables AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL win.' },
  ...deploymentKeys,
}

/** What `apis.<name>` may hold, by its name in the file. */
export const apiKeys: Readonly<Record<string, KeySpec>> = {
  url: { group: 'calls', type: 'text', pattern: httpUrl, must: 'be an URL such as https://metrics.example.com', doc: 'Where the called API answers; the first server of its document where it is not set.' },
  username: { group: 'calls', type: 'text', doc: 'User name of Basic authentication.' },
  password: { group: 'calls', type: 'text', secret: true, doc: 'Password of Basic authentication.' },
  timeout_ms: { group: 'calls', type: 'whole number', default: 10000, min: 1, max: 900000, unit: 'milliseconds', doc: 'Time until a call to this API is given up.' },
}

/** What the entries of a map of settings may hold: key of the file → table. */
export const mapEntries: Readonly<Record<string, Readonly<Record<string, KeySpec>>>> = { apis: apiKeys, functions: functionKeys, reports: reportKeys, alerts: alertKeys, schedules: scheduleKeys }

/** The maps whose settings may come from variables of `env_secrets`. */
export const secretMaps: readonly string[] = ['apis', 'reports']

/** `jwtTokenTimeout` → `jwt_token_timeout`; also `jwt-token-timeout`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])([A-Z])/g, '_$1').replaceAll('-', '_').toLowerCase()
}

/** `jwt_token_timeout` → `jwtTokenTimeout`. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** The known keys as they are spelt in the file. */
export function knownKeyNames(): string[] {
  return Object.keys(keyTable).map(snakeCase)
}

/** What is known about a key of the file, or undefined for an own key. */
export function keySpec(name: string): KeySpec | undefined {
  const key = camelCase(name)
  return Object.hasOwn(keyTable, key) && snakeCase(key) === name ? keyTable[key as keyof typeof keyTable] : undefined
}

/** An entry of a table by a name that a file gave, which may be `constructor`. */
export function entryOf<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
