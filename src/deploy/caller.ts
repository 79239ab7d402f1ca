// Where a command's credentials lead: the account that they belong to, and whether the CDK has prepared it.
import { hostname, userInfo } from 'node:os'
import { type Config, env } from '../config/index.ts'
import { type AwsCredentials, AwsFailure, awsJsonClient, openSender, signedHeaders } from '../platform/aws/index.ts'
import { awsAccess, reachAws } from './aws-access.ts'

/** The account of some credentials, or undefined where AWS does not say. */
export async function callerAccount(credentials: AwsCredentials, region: string): Promise<string | undefined> {
  return (await callerIdentity(credentials, region))?.account
}

/** Account and ARN of some credentials, or undefined where AWS does not say. */
export async function callerIdentity(credentials: AwsCredentials, region: string): Promise<{ account: string; arn: string } | undefined> {
  const url = new URL(env('AWS_ENDPOINT_URL') ?? `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`)
  const request = { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'Action=GetCallerIdentity&Version=2011-06-15' }
  try {
    const answer = await openSender()({ ...request, headers: signedHeaders(request, { credentials, region, service: 'sts', now: Date.now() }) }, 5000)
    const [account, arn] = [/<Account>(\d{12})<\/Account>/.exec(answer.text)?.[1], /<Arn>([^<]+)<\/Arn>/.exec(answer.text)?.[1]]
    return account === undefined ? undefined : { account, arn: arn ?? account }
  } catch {
    // The calls that follow say what is wrong.
    return undefined
  }
}

/** Whether an account lacks the parameter that `cdk bootstrap` leaves; false where AWS does not say. */
export async function lacksParameter(name: string, credentials: AwsCredentials, region: string): Promise<boolean> {
  const endpoint = env('AWS_ENDPOINT_URL')
  const call = awsJsonClient({ service: 'ssm', region, credentials: () => credentials, ...(endpoint === undefined ? {} : { endpoint }) })
  try {
    await call('AmazonSSM.GetParameter', { Name: name })
    return false
  } catch (error) {
    return error instanceof AwsFailure && error.code === 'ParameterNotFound'
  }
}

/** Who works on a stage: the identity of the credentials, and the user of this machine. Throws a UsageError where there are none. */
export async function operatorOf(config: Pick<Config, 'awsUser' | 'awsDefaultRegion'>, what: string): Promise<string> {
  const { openDeployed } = await import('./deployed.ts')
  const { client } = await openDeployed(awsAccess(config))
  try {
    const [region, credentials] = await reachAws(client, what, async () => [await client.config.region(), await client.config.credentials()] as const)
    return `${(await callerIdentity(credentials, region))?.arn ?? 'unknown'} (${thisUser()})`
  } finally {
    client.destroy()
  }
}

/** The user of this machine, as in `ann on laptop`. */
export function thisUser(): string {
  return `${userInfo().username} on ${hostname()}`
}
