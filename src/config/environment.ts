// The only reader and writer of the process's environment.

/** The variables that klue reads, each with its meaning; docs/reference/config.md holds the same table. */
export const environmentVariables: Readonly<Record<EnvironmentName, string>> = {
  AWS_ACCESS_KEY_ID: 'Credentials of AWS, with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; set by Lambda. For commands they win over `aws_user`.',
  AWS_ENDPOINT_URL: 'Where AWS answers, for example an emulator.',
  AWS_ENDPOINT_URL_DYNAMODB: 'Where DynamoDB answers; wins over AWS_ENDPOINT_URL and `dynamodb_endpoint`.',
  AWS_ENDPOINT_URL_S3: 'Where S3 answers; wins over AWS_ENDPOINT_URL.',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: 'Where Secrets Manager answers; wins over AWS_ENDPOINT_URL.',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: 'Set by Lambda: MiB of memory.',
  AWS_LAMBDA_FUNCTION_NAME: 'Set by Lambda: present where the service runs there.',
  AWS_PROFILE: 'Profile of the AWS configuration that commands use; wins over `aws_user`.',
  AWS_REGION: 'Region of AWS; set by Lambda.',
  AWS_SECRET_ACCESS_KEY: 'See AWS_ACCESS_KEY_ID.',
  AWS_SESSION_TOKEN: 'See AWS_ACCESS_KEY_ID.',
  CDK_DEFAULT_ACCOUNT: 'Set by the command line of the CDK: the account that is deployed to; without it nothing is looked at before a deployment.',
  CDK_DEFAULT_REGION: 'Set by the command line of the CDK: the region that is deployed to.',
  CI: 'Anything but empty: output without colours and questions.',
  DEBUG: 'Anything but empty: the same as LOGLEVEL `debug`, where that is not set.',
  DO_REPORT_ERROR: 'Anything but empty: reports are delivered in tests too.',
  KLUE_API_URLS: 'Set by the deployment: where the other services of the project answer.',
  KLUE_ARCHIVE_BUCKET: 'Set by the deployment: the bucket of the archive, where there is one.',
  KLUE_CANDIDATE_TASK_QUEUE: 'Set by the deployment: the queue of the tasks of a candidate.',
  KLUE_CANDIDATE: 'Set by the deployment: SHA-256 of the token that opens the candidate.',
  KLUE_JWT_TOKEN: 'Token that acceptance tests send.',
  KLUE_SECRETS: 'Set by the deployment: names of the secrets that the function reads, separated by commas; never values.',
  KLUE_MESSAGE_QUEUE: 'Set by the deployment: the queue of messages to people.',
  KLUE_SERVER_HOST: 'Host that acceptance tests call.',
  KLUE_SERVER_PORT: 'Port that acceptance tests call.',
  KLUE_STAGE: 'Stage where no `--stage` says otherwise; `local` by default.',
  KLUE_TABLE_PREFIX: 'Set by the deployment: what the names of the tables begin with.',
  KLUE_TASK_DEAD_LETTERS: 'Set by the deployment for the worker: the queue of messages that belong to no task.',
  KLUE_TASK_QUEUE: 'Set by the deployment: the queue of tasks, where the service has some.',
  KLUE_TARGET: 'Set by `klue test` for the test files: where the service is, as JSON.',
  KLUE_TEST_PASSWORD: 'Password of KLUE_TEST_USER.',
  KLUE_TEST_USER: 'User that acceptance tests log in with, where klue cannot make one.',
  KLUE_VERSION: 'Set by the deployment: the version that `/version` shows as `container`.',
  KLUE_WATCHED_FUNCTIONS: 'Set by the deployment: functions whose metrics alerts look at.',
  KLUE_WATCHED_TABLES: 'Set by the deployment: tables whose metrics alerts look at.',
  LAMBDA_TASK_ROOT: 'Set by Lambda: folder of the function.',
  LOGLEVEL: 'The lowest level that `context.log` writes: `debug`, `info`, `warn` or `error`; `info` by default.',
  NODE_TEST_CONTEXT: 'Set by the test runner of Node: reports are not delivered.',
  NO_COLOR: 'Anything but empty: output without colours.',
  NO_ERROR_REPORTING: '`1`: no report is delivered.',
  NO_SSL_CHECK: 'Anything but empty: acceptance tests accept any certificate.',
  PORT: 'Port of the local server; wins over `port`.',
  npm_lifecycle_event: 'Set by npm: the script that it runs.',
}

/** A variable that klue knows by name. */
export type EnvironmentName =
  | 'AWS_ACCESS_KEY_ID'
  | 'AWS_ENDPOINT_URL'
  | 'AWS_ENDPOINT_URL_DYNAMODB'
  | 'AWS_ENDPOINT_URL_S3'
  | 'AWS_ENDPOINT_URL_SECRETS_MANAGER'
  | 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE'
  | 'AWS_LAMBDA_FUNCTION_NAME'
  | 'AWS_PROFILE'
  | 'AWS_REGION'
  | 'AWS_SECRET_ACCESS_KEY'
  | 'AWS_SESSION_TOKEN'
  | 'CDK_DEFAULT_ACCOUNT'
  | 'CDK_DEFAULT_REGION'
  | 'CI'
  | 'DEBUG'
  | 'DO_REPORT_ERROR'
  | 'KLUE_API_URLS'
  | 'KLUE_ARCHIVE_BUCKET'
  | 'KLUE_CANDIDATE'
  | 'KLUE_CANDIDATE_TASK_QUEUE'
  | 'KLUE_JWT_TOKEN'
  | 'KLUE_SECRETS'
  | 'KLUE_MESSAGE_QUEUE'
  | 'KLUE_SERVER_HOST'
  | 'KLUE_SERVER_PORT'
  | 'KLUE_STAGE'
  | 'KLUE_TABLE_PREFIX'
  | 'KLUE_TASK_DEAD_LETTERS'
  | 'KLUE_TASK_QUEUE'
  | 'KLUE_TARGET'
  | 'KLUE_TEST_PASSWORD'
  | 'KLUE_TEST_USER'
  | 'KLUE_VERSION'
  | 'KLUE_WATCHED_FUNCTIONS'
  | 'KLUE_WATCHED_TABLES'
  | 'LAMBDA_TASK_ROOT'
  | 'LOGLEVEL'
  | 'NODE_TEST_CONTEXT'
  | 'NO_COLOR'
  | 'NO_ERROR_REPORTING'
  | 'NO_SSL_CHECK'
  | 'PORT'
  | 'npm_lifecycle_event'

/** The value of a variable that klue knows; empty counts as unset. */
export function env(name: EnvironmentName): string | undefined {
  return process.env[name] || undefined
}

/** The entries of a variable, which commas separate; undefined where it is not set at all. */
export function envList(name: EnvironmentName): string[] | undefined {
  return process.env[name]?.split(',').filter((entry) => entry !== '')
}

/** A copy of the whole environment, for child processes and for `env_secrets`. */
export function environment(): Record<string, string | undefined> {
  return { ...process.env }
}

/** Sets a variable of this process and of those that it starts; undefined removes it. */
export function setEnvironment(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

/** Keeps the AWS SDK's warnings about Node versions away from the output; call it before an SDK client is made. */
export function quietAwsSdk(): void {
  setEnvironment('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
}

/** The stage: the option, else KLUE_STAGE, else `local`. */
export function stageName(option?: string): string {
  return option || env('KLUE_STAGE') || 'local'
}
