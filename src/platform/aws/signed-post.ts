// One signed POST to a service of AWS that speaks neither the JSON protocol nor through the SDK: SES, SNS.
import { type AwsAnswer, openSender, type SendToAws } from './send.ts'
import { type AwsCredentials, signedHeaders } from './sign.ts'

export interface AwsPostOptions {
  /** What the address begins with (`email`, `sns`), and the name in signatures (`ses`, `sns`). */
  host: string
  service: string
  region: string
  /** Address instead of that of AWS. */
  endpoint?: string
  credentials(): AwsCredentials | undefined
  /** Default node:https. */
  send?: SendToAws
  /** Epoch milliseconds. */
  now?(): number
}

export interface AwsPost {
  /** For example `/v2/email/outbound-emails`. */
  path: string
  contentType: string
  body: string
  /** Milliseconds until it is given up. */
  limitMs: number
}

/** Sends a body; resolves to whatever AWS answers, rejects where it does not. */
export function awsSignedPost(options: AwsPostOptions): (post: AwsPost) => Promise<AwsAnswer> {
  const { host, service, region, endpoint, send = openSender(), now = Date.now } = options
  return async ({ path, contentType, body, limitMs }) => {
    const credentials = options.credentials()
    if (credentials === undefined) throw new Error('there are no AWS credentials')
    const url = new URL(path, endpoint ?? `https://${host}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`)
    const request = { method: 'POST', url, headers: { 'content-type': contentType }, body }
    return await send({ ...request, headers: signedHeaders(request, { credentials, region, service, now: now() }) }, limitMs)
  }
}
