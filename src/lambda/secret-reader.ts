// Reads the secrets of a deployed function and puts them into its configuration; loaded with the first of them.
import { type CompiledConfig, type Config, env, secretPrefix } from '../config/index.ts'
import { refillSecrets } from '../config/refill-secrets.ts'
import { catalog, type HttpError, isUsageError, UsageError } from '../errors/index.ts'
import { type AwsSecrets, awsJsonClient, awsSecrets } from '../platform/aws/index.ts'
import type { Platform } from '../runtime/edge.ts'
import { functionCredentials } from './credentials.ts'

export interface SecretReaderOptions {
  compiled: CompiledConfig
  config: Config
  log: Platform['log']
}

/** Both reject with SECRET_UNAVAILABLE, whose cause says for the log which secret is meant and what to do. */
export interface SecretReader {
  read(name: string): Promise<string>
  /** Puts the values of the named secrets into the configuration, where one of them has changed. */
  refill(): Promise<void>
}

/** Starts reading the named secrets of the configuration; nothing waits for them yet. */
export function openSecrets(options: SecretReaderOptions, names: readonly string[]): SecretReader {
  const secrets = openAwsSecrets(options, names)
  const read = (name: string): Promise<string> => readSecret(secrets, name, options.config)
  return { read, refill: refilling(options, names, read) }
}

function openAwsSecrets({ config, log }: SecretReaderOptions, names: readonly string[]): AwsSecrets {
  const endpoint = env('AWS_ENDPOINT_URL_SECRETS_MANAGER') ?? env('AWS_ENDPOINT_URL')
  const call = awsJsonClient({ service: 'secretsmanager', region: env('AWS_REGION') ?? '', credentials: functionCredentials, ...(endpoint === undefined ? {} : { endpoint }) })
  const warn = (name: string, code: string): void => log({ kind: 'log', level: 'warn', time: new Date().toISOString(), message: `The secret ${name} could not be read again (${code}); the value that is known serves for half an hour` })
  return awsSecrets({ prefix: secretPrefix(config), names, call, warn })
}

async function readSecret(secrets: AwsSecrets, name: string, config: Config): Promise<string> {
  const { stage } = config
  let value: string | undefined
  try {
    value = await secrets.get(name)
  } catch (error) {
    const code = (error as { code?: unknown }).code
    throw unavailable(new UsageError({ code: 'secret-unreadable', file: '', pointer: name, message: `the secret ${secretPrefix(config)}${name} cannot be read: ${typeof code === 'string' ? code : 'the client of AWS failed'}`, hint: 'deploy the stage again if the function lacks the permission' }))
  }
  if (value !== undefined) return value
  throw unavailable(new UsageError({ code: 'secret-missing', file: '', pointer: name, message: `there is no secret ${secretPrefix(config)}${name}`, hint: `klue secret set ${name} --stage ${stage}` }))
}

// A caller learns nothing of the secret; the cause is for the log.
function unavailable(cause: UsageError): HttpError {
  return catalog.SECRET_UNAVAILABLE(undefined, { cause })
}

function refilling({ compiled, config }: SecretReaderOptions, names: readonly string[], read: SecretReader['read']): () => Promise<void> {
  let known: string[] = []
  return async () => {
    const values = await Promise.all(names.map(read))
    if (known.length > 0 && values.every((value, index) => value === known[index])) return
    try {
      refillSecrets(config, compiled, Object.fromEntries(names.map((name, index) => [name, values[index]!])))
    } catch (error) {
      throw isUsageError(error) ? unavailable(error) : error
    }
    known = values
  }
}
