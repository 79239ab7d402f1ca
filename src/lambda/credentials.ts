// The credentials of a function's role, as Lambda renews them in the environment.
import { env } from '../config/index.ts'
import type { AwsCredentials } from '../platform/aws/index.ts'

/** The credentials that hold now; undefined outside Lambda. */
export function functionCredentials(): AwsCredentials | undefined {
  const [accessKeyId, secretAccessKey, sessionToken] = [env('AWS_ACCESS_KEY_ID'), env('AWS_SECRET_ACCESS_KEY'), env('AWS_SESSION_TOKEN')]
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
