// The secrets of a deployed function: its signing key when a token comes, those of its configuration before an operation runs.
import { type CompiledConfig, type Config, env, environment, refillSecrets, secretPrefix } from '../config/index.ts'
import { catalog, type HttpError, isUsageError, UsageError } from '../errors/index.ts'
import type { AwsSecrets } from '../platform/aws/index.ts'
import type { Platform } from '../runtime/edge.ts'
import { functionCredentials } from './credentials.ts'

export interface FunctionSecretsOptions {
  compiled: CompiledConfig
  config: Config
  log: Platform['log']
}

/** The secrets that the deployment names for this function; undefined where values come from the environment alone. */
export function listedSecrets(): string[] | undefined {
  return environment()['KLUE_SECRETS']?.split(',').filter((name) => name !== '')
}

/**
 * Starts reading the secrets of the function's configuration; nothing waits for them yet. The signing key is read when it is asked for.
 * Each rejects with SECRET_UNAVAILABLE, whose cause says for the log which secret is meant and what to do.
 */
export function functionSecrets(options: FunctionSecretsOptions): Pick<Platform, 'secret' | 'ready'> {
  const { compiled, config } = options
  const given = environment()
  const fromEnvironment = (name: string): string | undefined => given[name] || given[name.toUpperCase()] || undefined
  const listed = listedSecrets()?.filter((name) => fromEnvironment(name) === undefined)
  if (listed === undefined) return { secret: (name) => Promise.resolve(fromEnvironment(name)) }
  const variables = compiled.values['env_secrets']
  const named = Array.isArray(variables) ? listed.filter((name) => variables.includes(name)) : []
  let opened: Promise<AwsSecrets> | undefined
  const open = (): Promise<AwsSecrets> => (opened ??= openSecrets(options, named))
  // Whoever asks for a secret hears why it failed.
  if (named.length > 0) open().catch(() => undefined)
  const read = (name: string): Promise<string> => readSecret(open, name, config)
  return {
    secret: async (name) => fromEnvironment(name) ?? (await read(name)),
    ...(named.length === 0 ? {} : { ready: refilling(options, named, read) }),
  }
}

// The folder of AWS is loaded with the first secret: a function without any does not pay for it.
async function openSecrets({ config, log }: FunctionSecretsOptions, names: readonly string[]): Promise<AwsSecrets> {
  const { awsJsonClient, awsSecrets } = await import('../platform/aws/index.ts')
  const endpoint = env('AWS_ENDPOINT_URL_SECRETS_MANAGER') ?? env('AWS_ENDPOINT_URL')
  const call = awsJsonClient({ service: 'secretsmanager', region: env('AWS_REGION') ?? '', credentials: functionCredentials, ...(endpoint === undefined ? {} : { endpoint }) })
  const warn = (name: string, code: string): void => log({ kind: 'log', level: 'warn', time: new Date().toISOString(), message: `The secret ${name} could not be read again (${code}); the value that is known serves for half an hour` })
  return awsSecrets({ prefix: secretPrefix(config), names, call, warn })
}

async function readSecret(open: () => Promise<AwsSecrets>, name: string, config: Config): Promise<string> {
  const { stage } = config
  let value: string | undefined
  try {
    value = await (await open()).get(name)
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

function refilling({ compiled, config }: FunctionSecretsOptions, names: readonly string[], read: (name: string) => Promise<string>): () => Promise<void> {
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
