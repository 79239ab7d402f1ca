// The channels of a configuration, opened for this process.
import type { Config, ReportChannelSettings } from '../config/index.ts'
import { type AwsCredentials, awsSignedPost } from '../platform/aws/index.ts'
import { realSurroundings, type ReportChannel, type Surroundings } from './channel.ts'
import { emailChannel } from './channels/email.ts'
import { slackChannel } from './channels/slack.ts'
import { snsChannel } from './channels/sns.ts'
import { webhookChannel } from './channels/webhook.ts'

export interface ChannelOptions {
  /** Access to SES and SNS; absent where there is no account. */
  aws?: {
    region: string
    credentials(): AwsCredentials | undefined
    /** Address of a service (`ses`, `sns`) instead of that of AWS. */
    endpoint?(service: string): string | undefined
  }
  /** Time and network; those of the process by default. */
  surroundings?: Surroundings
  /** Address instead of that of Slack's chat.postMessage. */
  slackUrl?: string
}

/** Opens the channels of a stage; on the stage `local` only those that say `local: true`. */
export function openChannels(config: Pick<Config, 'stage' | 'values'>, options: ChannelOptions = {}): ReportChannel[] {
  const surroundings = options.surroundings ?? realSurroundings()
  return Object.entries(channelSettings(config)).filter(([, settings]) => config.stage !== 'local' || settings.local === true).map(([name, settings]) => openChannel({ name, settings, surroundings, options }))
}

interface Opening {
  name: string
  settings: ReportChannelSettings
  surroundings: Surroundings
  options: ChannelOptions
}

function openChannel({ name, settings, surroundings, options: { aws, slackUrl } }: Opening): ReportChannel {
  if (settings.type === 'slack') return slackChannel(name, settings, { surroundings, apiUrl: slackUrl })
  if (settings.type === 'webhook') return webhookChannel(name, settings, surroundings)
  const post = (host: string, service: string, region: string): ReturnType<typeof awsSignedPost> | undefined => {
    const endpoint = aws?.endpoint?.(service)
    return aws === undefined ? undefined : awsSignedPost({ host, service, region, credentials: () => aws.credentials(), now: surroundings.now, ...(endpoint === undefined ? {} : { endpoint }) })
  }
  if (settings.type === 'email') return emailChannel(name, settings, { surroundings, ses: post('email', 'ses', aws?.region ?? '') })
  return snsChannel(name, settings, { surroundings, sns: aws === undefined ? undefined : async (region, message) => post('sns', 'sns', region)!(message) })
}

// From the values of the file: functions of APIs do not know these keys, whatever runs them.
function channelSettings({ values }: Pick<Config, 'values'>): Record<string, ReportChannelSettings> {
  const channels = values['reports']
  if (typeof channels !== 'object' || channels === null) return {}
  return Object.fromEntries(Object.entries(channels).map(([name, settings]) => [name, toSettings(settings as Record<string, unknown>)]))
}

function toSettings(values: Record<string, unknown>): ReportChannelSettings {
  const listed = (value: unknown): string[] | undefined => (Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? value.split(',').map((part) => part.trim()).filter((part) => part !== '') : undefined)
  const { smtp_url: smtpUrl, signing_secret: signingSecret, topic_arn: topicArn, to, operations, ...rest } = values
  const settings = { ...rest, smtpUrl, signingSecret, topicArn, to: listed(to), operations: listed(operations) }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined && value !== null)) as unknown as ReportChannelSettings
}
