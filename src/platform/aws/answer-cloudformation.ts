// What functions of the stack's own tell CloudFormation of the resource that they stand for.
import type { SendToAws } from './send.ts'

/** What CloudFormation asks of a custom resource, as far as it is read. */
export interface CustomResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete'
  ResponseURL: string
  StackId: string
  RequestId: string
  LogicalResourceId: string
  PhysicalResourceId?: string
  /** Whole names of the secrets. */
  ResourceProperties: { Names?: readonly string[] }
}

export interface CloudFormationParts {
  send: SendToAws
  /** Waits before an answer is sent again (milliseconds). */
  pause(milliseconds: number): Promise<void>
}

/** Tells that it was done, or with a reason that it was not; rejects where CloudFormation cannot be told. */
export async function tellCloudFormation(event: CustomResourceEvent, reason: string | undefined, parts: CloudFormationParts): Promise<void> {
  const body = JSON.stringify({
    Status: reason === undefined ? 'SUCCESS' : 'FAILED',
    ...(reason === undefined ? {} : { Reason: reason }),
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    // The same for ever: another id would have CloudFormation delete what it takes for the old one.
    PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId,
  })
  await tell({ url: new URL(event.ResponseURL), body }, parts)
}

const attempts = 5
const attemptMs = 5000

// CloudFormation waits for up to an hour for an answer that does not come.
async function tell({ url, body }: { url: URL; body: string }, { send, pause }: CloudFormationParts): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    // The address is signed for a request without a media type.
    const status = await send({ method: 'PUT', url, headers: { 'content-type': '' }, body }, attemptMs).then((answer) => answer.status, () => 0)
    if (status >= 200 && status < 300) return
    if (attempt === attempts) throw new Error(`CloudFormation does not take the answer (status ${status})`)
    await pause(250 * 2 ** attempt)
  }
}
