// A function of the stack's own: makes the signing keys that are missing, so that their values pass nobody's hands.
import { env } from '../../config/index.ts'
import { type CustomResourceEvent, tellCloudFormation } from './answer-cloudformation.ts'
import { type AwsCall, AwsFailure, awsJsonClient } from './json-client.ts'
import { openSender, type SendToAws } from './send.ts'

export interface SigningKeysParts {
  /** A client of Secrets Manager. */
  call: AwsCall
  send: SendToAws
  /** Waits before an answer is sent again (milliseconds). */
  pause(milliseconds: number): Promise<void>
}

/** The handler of the function. */
export async function handler(event: CustomResourceEvent): Promise<void> {
  const endpoint = env('AWS_ENDPOINT_URL_SECRETS_MANAGER') ?? env('AWS_ENDPOINT_URL')
  const [accessKeyId, secretAccessKey, sessionToken] = [env('AWS_ACCESS_KEY_ID'), env('AWS_SECRET_ACCESS_KEY'), env('AWS_SESSION_TOKEN')]
  const credentials = accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  const call = awsJsonClient({ service: 'secretsmanager', region: env('AWS_REGION') ?? '', credentials: () => credentials, ...(endpoint === undefined ? {} : { endpoint }) })
  await answerCloudFormation(event, { call, send: openSender(), pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)) })
}

/** Does what is asked and tells CloudFormation; rejects where it cannot be told. */
export async function answerCloudFormation(event: CustomResourceEvent, parts: SigningKeysParts): Promise<void> {
  const failed = await makeKeys(event, parts.call).then(() => undefined, (error: unknown) => (error instanceof Error ? error.message : String(error)))
  await tellCloudFormation(event, failed === undefined ? undefined : `The signing keys could not be made: ${failed}`, parts)
}

// Secrets outlive the stack: deleting it deletes none.
async function makeKeys({ RequestType: type, ResourceProperties: { Names: names = [] } }: CustomResourceEvent, call: AwsCall): Promise<void> {
  if (type === 'Delete') return
  for (const name of names) await makeKey(name, call)
}

async function makeKey(name: string, call: AwsCall): Promise<void> {
  const crypto = process.getBuiltinModule('node:crypto')
  try {
    await call('secretsmanager.CreateSecret', { Name: name, SecretString: crypto.randomBytes(32).toString('base64url'), ClientRequestToken: crypto.randomUUID() })
  } catch (error) {
    const code = error instanceof AwsFailure ? error.code : ''
    if (code !== 'ResourceExistsException' && code !== 'InvalidRequestException') throw error
    // The name of a removed secret stays taken for days: it is brought back with the key that it had.
    const { DeletedDate: deleted } = await call('secretsmanager.DescribeSecret', { SecretId: name })
    if (deleted !== undefined && deleted !== null) await call('secretsmanager.RestoreSecret', { SecretId: name })
    else if (code === 'InvalidRequestException') throw error
  }
}
