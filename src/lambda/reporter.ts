// The function that tells people: messages from its queue go to the channels of the stage and to the service's own hook.
import { env } from '../config/index.ts'
import { messageOf } from '../errors/index.ts'
import { deliverOutgoing, type ErrorReporter, openChannels, type Outgoing, type ReportChannel } from '../reports/index.ts'
import type { Platform } from '../runtime/edge.ts'
import { functionCredentials } from './credentials.ts'
import { lambdaPlatform } from './platform.ts'

/** What a queue hands over. */
export interface QueueEvent {
  Records: readonly { messageId: string; body: string; eventSourceARN?: string }[]
}

/** The messages that have to come again: those whose delivery could not be noted. */
export interface QueueResult {
  batchItemFailures: { itemIdentifier: string }[]
}

/**
 * Makes the handler of the function that tells people.
 * @param hook called with title, body and details of each message, beside the channels of `klue-config.yaml`
 * @example
 * export const errorReporter: ErrorReporter = async (title, message) => { … }
 * export const handler = toReporter(errorReporter)
 */
export function toReporter(hook?: ErrorReporter, options: { platform?: () => Platform; channels?: ReportChannel[] } = {}): (event: QueueEvent) => Promise<QueueResult> {
  let opened: Platform | undefined
  return async ({ Records }) => {
    const platform = (opened ??= (options.platform ?? lambdaPlatform)())
    // Secrets change while a function lives: channels are opened anew for each batch.
    await platform.ready?.()
    const channels = options.channels ?? openChannels(platform.config, { aws: { region: env('AWS_REGION') ?? '', credentials: functionCredentials, endpoint: endpointOf } })
    // A receiver that fails is tried again by the looks of ingest; only what could not be noted comes back by the queue.
    const tried = await Promise.allSettled(Records.map(async ({ body }) => deliver(body, { platform, channels, hook })))
    const failures = tried.flatMap((one, index) => (one.status === 'fulfilled' ? [] : [{ id: Records[index]!.messageId, reason: messageOf(one.reason) }]))
    for (const { id, reason } of failures) platform.log({ kind: 'log', level: 'error', time: new Date(platform.now()).toISOString(), message: `The message ${id} comes again: ${reason}` })
    return { batchItemFailures: failures.map(({ id }) => ({ itemIdentifier: id })) }
  }
}

interface Receivers {
  platform: Platform
  channels: ReportChannel[]
  hook: ErrorReporter | undefined
}

async function deliver(body: string, { platform, channels, hook }: Receivers): Promise<void> {
  await deliverOutgoing(JSON.parse(body) as Outgoing, {
    channels,
    hook,
    database: platform.database(),
    note: ({ id, receiver, reason, isFinal }) => platform.log({ kind: 'log', level: 'error', time: new Date(platform.now()).toISOString(), message: `${receiver} did not get the message ${id}: ${reason}`, final: isFinal }),
  })
}

function endpointOf(): string | undefined {
  return env('AWS_ENDPOINT_URL')
}
