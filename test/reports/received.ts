// Messages as servers got them, for docs/reference/reports.md.
import { deliverOutgoing, openChannels, type Outgoing } from '../../src/reports/index.ts'
import { type Receiver, startReceiver, startSlack, startSmtp, stoppedClock } from './receivers.ts'
import { message } from './sample.ts'

/** What was received of a message: by the name of the section that shows it. */
export async function received(outgoing: Outgoing = message('new')): Promise<Record<string, string>> {
  const [clock, blocks]: [ReturnType<typeof stoppedClock>, Record<string, unknown>[]] = [stoppedClock(), []]
  const [slack, smtp, http, aws] = await Promise.all([startSlack(clock, blocks), startSmtp(), startReceiver(() => ({ status: 204 })), startReceiver(() => ({ status: 200 }))])
  const reports = {
    slack: { type: 'slack', url: `${slack.url}/hook` },
    email: { type: 'email', from: 'builds@example.com', to: ['ops@example.com'], smtp_url: smtp.url },
    webhook: { type: 'webhook', url: `${http.url}/reports`, signing_secret: 'an example of a key' },
    sns: { type: 'sns', topic_arn: 'arn:aws:sns:eu-central-1:123456789012:reports' },
  }
  const channels = openChannels({ stage: 'live', values: { reports } }, { surroundings: clock, aws: { region: 'eu-central-1', credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'key' }), endpoint: () => aws.url } })
  const { failed } = await deliverOutgoing(outgoing, { channels })
  await Promise.all([slack, smtp, http, aws].map((one) => one.close()))
  if (failed.length > 0) throw new Error(JSON.stringify(failed))
  return { Slack: JSON.stringify(blocks[0], null, 2), 'E-mail': mailText(smtp.mails[0]!), Webhook: webhookText(http), SNS: snsText(aws) }
}

function mailText(mail: string): string {
  const part = /Content-Type: text\/plain[^]*?\r\n\r\n([^]*?)\r\n--/.exec(mail)![1]!
  const isEncoded = /Content-Type: text\/plain[^]*?Content-Transfer-Encoding: quoted-printable/.test(mail)
  const text = isEncoded ? decoded(part.replaceAll('=\r\n', '')) : part
  const headers = mail.split('\r\n\r\n')[0]!.replaceAll(/\r\n\s+/g, ' ').split('\r\n').map((line) => line.replaceAll(/=\?UTF-8\?Q\?(.*?)\?=\s?/g, (_, word: string) => decoded(word.replaceAll('_', ' ')))).filter((line) => /^(From|To|Subject|Message-ID|References):/.test(line))
  return `${headers.join('\n')}\n\n${text.replaceAll('\r\n', '\n').trimEnd()}`
}

function decoded(text: string): string {
  return text.replaceAll(/=([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

function webhookText({ got: [one] }: Receiver): string {
  const names = ['content-type', 'idempotency-key', 'x-klue-timestamp', 'x-klue-signature']
  return [...names.map((name) => `${name}: ${String(one!.headers[name])}`), '', JSON.stringify(JSON.parse(one!.text), null, 2)].join('\n')
}

function snsText({ got: [one] }: Receiver): string {
  const fields = new URLSearchParams(one!.text)
  return `Subject: ${fields.get('Subject')}\n\n${(JSON.parse(fields.get('Message')!) as { default: string }).default}`
}
