// The archive of a stage as ingest reaches it: its bucket, which is emptied when the stage is removed with its data.
import { env } from '../config/index.ts'
import { messageOf } from '../errors/index.ts'
import { type AwsBucket, awsBucket, type CustomResourceEvent, openSender, tellCloudFormation } from '../platform/aws/index.ts'
import type { ArchivePlace } from '../store/index.ts'
import { functionCredentials } from './credentials.ts'

/** The bucket, and where it is; undefined where nothing is archived. */
export function openArchive(): { files: AwsBucket; place: ArchivePlace } | undefined {
  const [bucket, region] = [env('KLUE_ARCHIVE_BUCKET'), env('AWS_REGION') ?? '']
  if (bucket === undefined) return undefined
  const endpoint = env('AWS_ENDPOINT_URL_S3') ?? env('AWS_ENDPOINT_URL')
  return { place: { bucket, region }, files: awsBucket({ bucket, region, credentials: functionCredentials, ...(endpoint === undefined ? {} : { endpoint }) }) }
}

const parallel = 16

/** Does what CloudFormation asks of the resource that stands for the files: they go with it. */
export async function answerForFiles(event: CustomResourceEvent, files: AwsBucket | undefined, parts: Parameters<typeof tellCloudFormation>[2] = { send: openSender(), pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)) }): Promise<void> {
  const failed = event.RequestType === 'Delete' && files !== undefined ? await empty(files).then(() => undefined, messageOf) : undefined
  await tellCloudFormation(event, failed === undefined ? undefined : `The archive could not be emptied: ${failed}`, parts)
}

// Begun again where it was not done in time: what is gone is gone.
async function empty(files: AwsBucket): Promise<void> {
  const next = (await files.list('')).values()
  await Promise.all(Array.from({ length: parallel }, async () => {
    for (const { name } of next) await files.remove(name)
  }))
}
