// How commands reach AWS: profile and region of the stage, and one sentence for whatever goes wrong on the way.
import { type Config, env, setEnvironment } from '../config/index.ts'
import { messageOf, UsageError } from '../errors/index.ts'
import { awsFault } from './aws-faults.ts'

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
export async function reachAws<Result>(client: { config: { region(): Promise<string>; credentials(): Promise<unknown> } }, what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    await client.config.region()
  } catch (error) {
    // A profile that does not exist shows here as well, where the region would come from it.
    const fault = awsFault(error, what)
    throw fault ?? new UsageError({ code: 'aws-region-missing', file: 'klue-config.yaml', pointer: 'aws_default_region', message: `no region is known in which to ${what}`, hint: 'set aws_default_region, or the variable AWS_REGION' })
  }
  try {
    await client.config.credentials()
  } catch (error) {
    // Whatever it is, such as a file that is not there: without credentials nothing can be called.
    throw awsFault(error, what) ?? new UsageError({ code: 'aws-credentials-missing', file: '', message: `there are no AWS credentials with which to ${what}: ${messageOf(error)}`, hint: 'log in, for example with "aws sso login", and name the profile in AWS_PROFILE or aws_user' })
  }
  try {
    return await run()
  } catch (error) {
    throw awsFault(error, what) ?? error
  }
}

/** Makes profile and region of a stage those of every client of this process, and of the commands that it runs; gives them. */
export function useAccess(config: Pick<Config, 'awsUser' | 'awsDefaultRegion'>): Pick<AwsAccess, 'profile' | 'region'> {
  const { profile, region } = awsAccess(config)
  if (profile !== undefined) setEnvironment('AWS_PROFILE', profile)
  if (region !== undefined) setEnvironment('AWS_REGION', region)
  return { ...(profile === undefined ? {} : { profile }), ...(region === undefined ? {} : { region }) }
}
