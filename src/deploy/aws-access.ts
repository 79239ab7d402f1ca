// How commands reach AWS: profile and region of the stage, and one sentence for whatever goes wrong on the way.
import { type Config, env } from '../config/index.ts'
import { UsageError } from '../errors/index.ts'

/** What every client of the SDK is made with. */
export interface AwsAccess {
  profile?: string
  region?: string
  maxAttempts: number
  /** Milliseconds. */
  requestHandler: { connectionTimeout: number; requestTimeout: number }
}

/** Profile and region: the environment's, else `aws_user` and `aws_default_region`, else those of the AWS configuration. */
export function awsAccess({ awsUser, awsDefaultRegion }: Pick<Config, 'awsUser' | 'awsDefaultRegion'>): AwsAccess {
  // Keys in the environment are meant: a profile given to the SDK would win over them.
  const profile = env('AWS_PROFILE') ?? (env('AWS_ACCESS_KEY_ID') === undefined ? awsUser : undefined)
  const region = awsDefaultRegion ?? env('AWS_REGION')
  return { maxAttempts: 3, requestHandler: { connectionTimeout: 5000, requestTimeout: 15_000 }, ...(profile === undefined ? {} : { profile }), ...(region === undefined ? {} : { region }) }
}

/**
 * Runs calls of a client.
 * @param what what was tried, as in `list the secrets of live`
 * @throws UsageError for missing credentials, a refusal, an unknown region and a service that does not answer
 */
export async function reachAws<Result>(client: { config: { region(): Promise<string> } }, what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    await client.config.region()
  } catch {
    throw new UsageError({ code: 'aws-region-missing', file: 'klue-config.yaml', pointer: 'aws_default_region', message: `no region is known in which to ${what}`, hint: 'set aws_default_region, or the variable AWS_REGION' })
  }
  try {
    return await run()
  } catch (error) {
    throw awsFault(error, what) ?? error
  }
}

const noCredentials = new Set(['CredentialsProviderError', 'TokenProviderError', 'SSOTokenProviderFailure'])
const badCredentials = new Set(['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidSignatureException', 'SignatureDoesNotMatch', 'ExpiredToken', 'ExpiredTokenException', 'IncompleteSignature', 'MissingAuthenticationToken'])
const refused = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'])
const unreachable = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'CERT_HAS_EXPIRED'])

/** The sentence for an error of the SDK; undefined for one that is not about access. */
export function awsFault(error: unknown, what: string): UsageError | undefined {
  const name = nameOf(error)
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  const fault = (kind: { code: string; message: string; hint: string }): UsageError => new UsageError({ file: '', ...kind })
  if (noCredentials.has(name)) return fault({ code: 'aws-credentials-missing', message: `there are no AWS credentials with which to ${what}`, hint: 'log in, for example with "aws sso login", and name the profile in AWS_PROFILE or aws_user' })
  if (badCredentials.has(name)) return fault({ code: 'aws-credentials-refused', message: `AWS does not accept the credentials with which to ${what} (${name})`, hint: 'log in again, or name another profile in AWS_PROFILE or aws_user' })
  if (refused.has(name)) return fault({ code: 'aws-access-denied', message: `these AWS credentials may not ${what}`, hint: 'ask whoever runs the account for the permission, or name another profile in AWS_PROFILE or aws_user' })
  if (unreachable.has(code) || name === 'TimeoutError') return fault({ code: 'aws-unreachable', message: `AWS did not answer when trying to ${what} (${code || name})`, hint: 'check the network, the region and AWS_ENDPOINT_URL' })
  return undefined
}

function nameOf(error: unknown): string {
  return String((error as { name?: unknown } | null)?.name ?? '')
}
