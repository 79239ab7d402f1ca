// The connection of a database through the SDK; loaded, with the SDK, by the first call.
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { quietAwsSdk } from '../config/index.ts'
import type { DatabaseOptions } from './database-options.ts'
import type { DatabaseCalls } from './database-calls.ts'
import { toDatabaseError } from './database-error.ts'

/** What calls go through. */
export interface Connection {
  /** Makes one call. Rejects with a DatabaseError where it fails. */
  run(name: keyof DatabaseCalls, input: object, signal: AbortSignal | undefined): Promise<unknown>
  close(): void
}

/** A connection through the SDK, whose client is made here. Rejects with an `AwsRegionMissing` where no region is known. */
export async function connect(options: DatabaseOptions): Promise<Connection> {
  quietAwsSdk()
  const sdk = await import('./sdk.ts')
  const client = new sdk.DynamoDBClient(clientConfig(options))
  // The client says only with its text that it knows no region.
  if (options.region === undefined && options.endpoint === undefined) await client.config.region().catch((cause: unknown) => Promise.reject(Object.assign(new Error('no region of AWS is known', { cause }), { name: 'AwsRegionMissing' })))
  return {
    run: (name, input, signal) => client.send(new sdk.commands[name](input as never) as never, signal === undefined ? {} : { abortSignal: signal }).catch((failure: unknown) => {
      throw toDatabaseError(failure, name, input)
    }),
    close: () => client.destroy(),
  }
}

function clientConfig({ endpoint, region, profile, usesOwnCredentials, credentials: given }: DatabaseOptions): DynamoDBClientConfig {
  const limits = { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true, httpAgent: { maxSockets: 256 }, httpsAgent: { maxSockets: 256 } }
  const shared: DynamoDBClientConfig = { maxAttempts: 4, retryMode: 'standard', requestHandler: limits }
  if (endpoint === undefined) return { ...shared, ...(region === undefined ? {} : { region }), ...(profile === undefined ? {} : { profile }) }
  // With its own endpoint nothing may depend on the AWS configuration of the machine.
  const credentials = usesOwnCredentials === true ? {} : { credentials: given ?? { accessKeyId: 'local', secretAccessKey: 'local' } }
  return { ...shared, endpoint, region: region ?? 'us-east-1', ...credentials, defaultsMode: 'standard', endpointDiscoveryEnabled: false, accountIdEndpointMode: 'disabled' }
}
