// E-mail in text and HTML: through any SMTP server, or through SES of the account.
import type { ReportChannelSettings } from '../../config/index.ts'
import type { AwsAnswer, AwsPost } from '../../platform/aws/index.ts'
import { DeliveryFailure, httpFailure, type ReportChannel, routes, type Surroundings, withRetries } from '../channel.ts'
import type { Outgoing } from '../incidents.ts'
import { bodyText, messageOf } from '../message.ts'

/** An e-mail before it is on its way. */
export interface Email {
  subject: string
  text: string
  html: string
  /** The same at each attempt, so that mail programs show it once. */
  messageId: string
  /** What all mails of an incident have in common, so that they form one thread. */
  thread: string
}

export interface EmailSenders {
  surroundings: Surroundings
  /** Posts to SES; absent where there is no account. */
  ses?: ((post: AwsPost) => Promise<AwsAnswer>) | undefined
}

const attemptMs = 8000
const subjectLimit = 200
const colors = { fatal: '#b3261e', warning: '#b26a00', good: '#1b6e3c' }

/** Opens a channel. */
export function emailChannel(name: string, settings: ReportChannelSettings, { surroundings, ses }: EmailSenders): ReportChannel {
  const sendOnce = settings.smtpUrl === undefined ? (email: Email) => sendBySes(settings, ses, email) : (email: Email) => sendBySmtp(settings, email)
  return {
    name,
    accepts: (outgoing) => routes(settings, outgoing),
    send: async (outgoing, signal) => withRetries(surroundings, signal, async () => sendOnce(toEmail(outgoing))),
  }
}

/** The e-mail of a message. */
export function toEmail(outgoing: Outgoing): Email {
  const { title, summary, facts, stack, tone } = messageOf(outgoing)
  const width = Math.max(...facts.map(([label]) => label.length))
  const lines = facts.map(([label, value]) => `${label.padEnd(width)}  ${value}`)
  const rows = facts.map(([label, value]) => `<tr><td style="padding:2px 12px 2px 0;color:#666">${escaped(label)}</td><td style="padding:2px 0">${escaped(value)}</td></tr>`)
  const body = outgoing.kind === 'recovered' ? '' : bodyText(outgoing)
  const block = (text: string): string => (text === '' ? '' : `<pre style="background:#f5f5f5;padding:8px;overflow:auto">${escaped(text)}</pre>`)
  return {
    subject: title.length > subjectLimit ? `${title.slice(0, subjectLimit - 1)}…` : title,
    text: [title, summary, lines.join('\n'), stack, body].filter((part) => part !== '').join('\n\n') + '\n',
    html: `<!doctype html><html><body style="font-family:sans-serif;font-size:14px"><h1 style="font-size:16px;color:${colors[tone]}">${escaped(title)}</h1><p>${escaped(summary)}</p><table style="border-collapse:collapse">${rows.join('')}</table>${block(stack)}${block(body)}</body></html>`,
    messageId: `<${outgoing.id}@klue.invalid>`,
    thread: `<${outgoing.incident.fingerprint}@klue.invalid>`,
  }
}

async function sendBySmtp({ from, to, smtpUrl }: ReportChannelSettings, email: Email): Promise<void> {
  // Loaded with the first mail: who writes to Slack alone does not pay for it.
  const { createTransport } = await import('nodemailer')
  const limits = { connectionTimeout: attemptMs, greetingTimeout: attemptMs, socketTimeout: attemptMs }
  const transport = createTransport({ url: smtpUrl, ...limits })
  try {
    await transport.sendMail({ from, to, subject: email.subject, text: email.text, html: email.html, messageId: email.messageId, references: email.thread, headers: { 'Auto-Submitted': 'auto-generated' } })
  } catch (cause) {
    const { code, responseCode, message } = cause as { code?: unknown; responseCode?: number; message: string }
    throw new DeliveryFailure(message, { cause, isFinal: code === 'EAUTH' || (responseCode ?? 0) >= 500 })
  } finally {
    transport.close()
  }
}

async function sendBySes({ from, to }: ReportChannelSettings, ses: EmailSenders['ses'], email: Email): Promise<void> {
  if (ses === undefined) throw new DeliveryFailure('there is no SES here: set smtp_url', { isFinal: true })
  const text = (Data: string): object => ({ Data, Charset: 'UTF-8' })
  const body = {
    FromEmailAddress: from,
    Destination: { ToAddresses: to },
    Content: { Simple: { Subject: text(email.subject), Body: { Text: text(email.text), Html: text(email.html) }, Headers: [{ Name: 'References', Value: email.thread }, { Name: 'X-Klue-Message-Id', Value: email.messageId }] } },
  }
  const answer = await ses({ path: '/v2/email/outbound-emails', contentType: 'application/json', body: JSON.stringify(body), limitMs: attemptMs })
  const failure = httpFailure(answer.status, answer.text, undefined)
  if (failure !== undefined) throw failure
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
