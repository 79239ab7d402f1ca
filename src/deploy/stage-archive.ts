// The archive of a deployed stage, with the operator's own rights.
import { type Config, env } from '../config/index.ts'
import { UsageError } from '../errors/index.ts'
import { type AwsBucket, awsBucket, AwsFailure } from '../platform/aws/index.ts'
import type { ArchivePlace } from '../store/index.ts'
import { awsAccess, reachAws } from './aws-access.ts'

/** Opens the bucket of a stage. Each call rejects with a UsageError where the account refuses it or is not reached. */
export function openStageBucket(config: Config, { bucket, region }: ArchivePlace): AwsBucket {
  const endpoint = env('AWS_ENDPOINT_URL_S3') ?? env('AWS_ENDPOINT_URL')
  let found: Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }> | undefined
  // The SDK knows all the places where credentials can lie; those that end are asked for again by it.
  const credentials = async (): Promise<Awaited<NonNullable<typeof found>>> => {
    const { SQSClient } = await import('@aws-sdk/client-sqs')
    const client = new SQSClient({ ...awsAccess(config), region })
    try {
      return await reachAws(client, `read the archive ${bucket}`, () => client.config.credentials())
    } finally {
      client.destroy()
    }
  }
  const files = awsBucket({ bucket, region, credentials: () => (found ??= credentials()), ...(endpoint === undefined ? {} : { endpoint }) })
  const told = async <Result>(what: string, call: Promise<Result>): Promise<Result> => await call.catch((error: unknown) => {
    if (!(error instanceof AwsFailure)) throw error
    throw new UsageError({ code: 'archive-refused', file: '', message: `it was not possible to ${what} the archive ${bucket}: ${error.code}, ${error.message}`, hint: error.code === 'NoSuchBucket' ? 'the bucket is gone; leave the archive out with --since within log_volatile_days' : 'the operator needs s3:ListBucket, s3:GetObject and, to forget, s3:PutObject on it' })
  })
  return {
    list: async (prefix) => await told('list', files.list(prefix)),
    read: async (name, range) => await told('read', files.read(name, range)),
    write: async (name, bytes) => await told('write into', files.write(name, bytes)),
    remove: async (name) => await told('remove from', files.remove(name)),
  }
}
