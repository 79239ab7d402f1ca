// A topic of SNS: the title as subject, the message as text or, for queues and functions, as JSON.
import type { ReportChannelSettings } from '../../config/index.ts'
import type { AwsAnswer, AwsPost } from '../../platform/aws/index.ts'
import { DeliveryFailure, httpFailure, type ReportChannel, routes, type Surroundings, withRetries } from '../channel.ts'
import { messageOf } from '../message.ts'
import type { Outgoing } from '../incidents.ts'
import { webhookPayload } from './webhook.ts'

export interface SnsSenders {
  surroundings: Surroundings
  /** Posts to SNS in a region; absent where there is no account. */
  sns?: ((region: string, post: AwsPost) => Promise<AwsAnswer>) | undefined
}

const attemptMs = 8000
// SNS takes 256 KiB, all forms of the message together.
const messageBytes = 100_000

/** Opens a channel. */
export function snsChannel(name: string, settings: ReportChannelSettings, { surroundings, sns }: SnsSenders): ReportChannel {
  const topic = settings.topicArn ?? ''
  return {
    name,
    accepts: (outgoing) => routes(settings, outgoing),
    async send(outgoing, signal) {
      if (sns === undefined) throw new DeliveryFailure('there is no SNS here', { isFinal: true })
      const body = new URLSearchParams(snsFields(topic, outgoing)).toString()
      await withRetries(surroundings, signal, async () => {
        const answer = await sns(topic.split(':')[3] ?? '', { path: '/', contentType: 'application/x-www-form-urlencoded; charset=utf-8', body, limitMs: attemptMs })
        const failure = /<Code>(Throttl\w*|KMSThrottling\w*|InternalError)<\/Code>/.test(answer.text) ? new DeliveryFailure(`SNS answered ${answer.status}`) : httpFailure(answer.status, answer.text, undefined)
        if (failure !== undefined) throw failure
      })
    },
  }
}

/** The fields of a Publish. */
export function snsFields(topic: string, outgoing: Outgoing): Record<string, string> {
  const { title, summary, facts, stack } = messageOf(outgoing)
  const text = [title, summary, facts.map(([label, value]) => `${label}: ${value}`).join('\n'), stack].filter((part) => part !== '').join('\n\n')
  const payload = webhookPayload(outgoing)
  const json = JSON.stringify(payload)
  const structured = JSON.stringify({ default: cutBytes(text), sqs: fits(json), lambda: fits(json), http: fits(json), https: fits(json) })
  function fits(whole: string): string {
    return Buffer.byteLength(whole) <= messageBytes / 4 ? whole : JSON.stringify({ ...payload, report: null })
  }
  return { Action: 'Publish', Version: '2010-03-31', TopicArn: topic, Subject: subject(title), MessageStructure: 'json', Message: structured }
}

// At most 100 letters of ASCII, no line breaks, and the first one a letter, digit or mark.
function subject(title: string): string {
  return title.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100)
}

function cutBytes(text: string): string {
  return Buffer.byteLength(text) <= messageBytes / 4 ? text : `${text.slice(0, messageBytes / 16)}…`
}
