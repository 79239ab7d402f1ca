// The connection to DynamoDB: made on first use, closed by whoever opened it.
import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { quietAwsSdk } from '../config/index.ts'
import { messageOf } from '../errors/index.ts'
import type { DatabaseCalls } from './database-calls.ts'

export interface DatabaseOptions {
  /** Where DynamoDB answers instead of AWS, for example `http://127.0.0.1:8000`; without credentials of its own and `usesOwnCredentials` some are made up. */
  endpoint?: string
  /** Those of the endpoint, as the embedded DynamoDB wants them. */
  credentials?: { accessKeyId: string; secretAccessKey: string }
  /** Signs with the credentials of the environment at an endpoint of its own too, as that of an emulated account wants. */
  usesOwnCredentials?: boolean
  /** Region; that of the environment by default. */
  region?: string
  /** Profile of the AWS configuration; that of the environment by default. */
  profile?: string
  /** Put before the name of every table, for example `builds-local-`. */
  prefix: string
  /** Milliseconds since 1970, for expiry; the system's clock by default. */
  now?: () => number
}

/** A call that DynamoDB refused or did not answer; `cause` is the SDK's error and `reason` its name. */
export interface DatabaseError extends Error {
  readonly reason: string
}

export interface Database {
  readonly prefix: string
  /** Where DynamoDB answers instead of AWS. */
  readonly endpoint: string | undefined
  /** Milliseconds since 1970. */
  now(): number
  /** Makes one call. Throws a DatabaseError where it fails. */
  run<Name extends keyof DatabaseCalls>(name: Name, input: DatabaseCalls[Name][0], options?: { signal?: AbortSignal }): Promise<DatabaseCalls[Name][1]>
  /** Ends the connections; a later call opens new ones. */
  close(): void
}

/** Opens a database without touching the network or loading the SDK; both happen at the first call. */
export function openDatabase(options: DatabaseOptions): Database {
  let connecting: Promise<Connection> | undefined
  let connection: Connection | undefined
  return {
    prefix: options.prefix,
    endpoint: options.endpoint,
    now: options.now ?? Date.now,
    async run(name, input, { signal } = {}) {
      connecting ??= connect(options)
      connection = await connecting
      try {
        return (await connection.send(name, input, signal)) as never
      } catch (failure) {
        throw toDatabaseError(failure, name, input)
      }
    },
    close() {
      connecting = undefined
      connection?.client.destroy()
      connection = undefined
    },
  }
}

function tableOf(input: object): string {
  if ('RequestItems' in input) return Object.keys(input.RequestItems as object).join(', ')
  if (!('TransactItems' in input)) return String((input as { TableName?: unknown }).TableName)
  return [...new Set((input.TransactItems as Record<string, { TableName: string }>[]).flatMap((action) => Object.values(action).map(({ TableName }) => TableName)))].join(', ')
}

/** Whether a call failed for the named reason, for example `ConditionalCheckFailedException`. */
export function failedBecause(failure: unknown, reason: string): boolean {
  return failure instanceof Error && (failure as Partial<DatabaseError>).reason === reason
}

interface Connection {
  client: DynamoDBClient
  send(name: keyof DatabaseCalls, input: unknown, signal: AbortSignal | undefined): Promise<unknown>
}

async function connect(options: DatabaseOptions): Promise<Connection> {
  quietAwsSdk()
  const sdk = await import('./sdk.ts')
  const client = new sdk.DynamoDBClient(clientConfig(options))
  // The client says only with its text that it knows no region.
  if (options.region === undefined && options.endpoint === undefined) await client.config.region().catch((cause: unknown) => Promise.reject(Object.assign(new Error('no region of AWS is known', { cause }), { name: 'AwsRegionMissing' })))
  return { client, send: (name, input, signal) => client.send(new sdk.commands[name](input as never) as never, signal === undefined ? {} : { abortSignal: signal }) }
}

function clientConfig({ endpoint, region, profile, usesOwnCredentials, credentials: given }: DatabaseOptions): DynamoDBClientConfig {
  const limits = { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true, httpAgent: { maxSockets: 256 }, httpsAgent: { maxSockets: 256 } }
  const shared: DynamoDBClientConfig = { maxAttempts: 4, retryMode: 'standard', requestHandler: limits }
  if (endpoint === undefined) return { ...shared, ...(region === undefined ? {} : { region }), ...(profile === undefined ? {} : { profile }) }
  // With its own endpoint nothing may depend on the AWS configuration of the machine.
  const credentials = usesOwnCredentials === true ? {} : { credentials: given ?? { accessKeyId: 'local', secretAccessKey: 'local' } }
  return { ...shared, endpoint, region: region ?? 'us-east-1', ...credentials, defaultsMode: 'standard', endpointDiscoveryEnabled: false, accountIdEndpointMode: 'disabled' }
}

/** The error of a call that failed; the name of `failure` becomes its reason. */
export function toDatabaseError(failure: unknown, name: keyof DatabaseCalls, input: object): DatabaseError {
  const reason = failure instanceof Error ? failure.name : 'Error'
  const error = new Error(`DynamoDB did not do ${name}${name === 'ListTables' ? '' : ` on table ${tableOf(input)}`}: ${reason}: ${messageOf(failure)}`, { cause: failure })
  return Object.assign(error, { name: 'DatabaseError', reason })
}
